//! What a graph does to the scores after the trees, as far as a model can say it.
//!
//! onnxmltools writes `Exp` behind the regressors of count and positive targets, `Mul` with the base score of XGBoost
//! behind that, and `Mul` with one behind LightGBM's classifiers.

use super::{
    advice::PLAIN_EXPORT,
    attributes::Attributes,
    labels,
    proto::NodeProto,
    unsupported,
    walk::{Value, Walk, label},
};
use crate::{
    formats::FormatError,
    model::{Aggregation, ForestModel, Labels, Link, Output, StepOp},
};

impl<'a> Walk<'a> {
    /// Whether the classes are called by integers.
    pub(super) fn integer_labels(&self) -> bool {
        matches!(self.labels(), Some(Labels::Integers(_)))
    }

    fn labels(&self) -> Option<&Labels> {
        self.trees.as_ref()?.output.labels()
    }

    /// `Exp` of the scores of a regressor.
    pub(super) fn exp(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let of_scores = matches!(self.value(node, 0)?, Value::Scores);
        match &mut self.trees {
            Some(model) if of_scores => exponential(model, &label(node))?,
            _ => {
                return Err(unsupported!(
                    "{} is not supported; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        }
        self.set(node, 0, Value::Scores)
    }

    /// `ZipMap`, which makes a map per row of the scores and changes nothing.
    pub(super) fn zipmap(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["classlabels_int64s", "classlabels_strings"])?;
        if !matches!(self.value(node, 0)?, Value::Scores) {
            return Err(unsupported!(
                "ZipMap is not applied to the scores of the trees; {PLAIN_EXPORT}"
            ));
        }
        let named = labels::labels(&attributes)?;
        if self.labels() != Some(&named) {
            return Err(unsupported!(
                "ZipMap renames the classes; export with the labels of the classifier"
            ));
        }
        self.set(node, 0, Value::Zipped)
    }

    /// `ArgMax` of a regressor's scores is how a classifier is written without `TreeEnsembleClassifier`.
    pub(super) fn argmax(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["axis", "keepdims", "select_last_index"])?;
        let by_row = matches!(attributes.int("axis")?, Some(1 | -1));
        let first = matches!(attributes.int("select_last_index")?, None | Some(0));
        let of_scores = matches!(self.value(node, 0)?, Value::Scores);
        match &mut self.trees {
            Some(model) if of_scores && by_row && first && model.forest.width > 1 => {
                let Output::Regression { link } = model.output else {
                    return Err(refused(&label(node)));
                };
                model.output = Output::Classes {
                    labels: Labels::Integers((0..model.forest.width as i64).collect()),
                    // The largest is sought among the results.
                    link: match link {
                        Link::Softmax => Link::SoftmaxFirst,
                        Link::SigmoidByMagnitude => Link::SigmoidFirst,
                        other => other,
                    },
                };
            }
            _ => {
                return Err(unsupported!(
                    "{} is not the first of the largest of several scores; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        }
        self.set(node, 0, Value::Label)
    }

    /// `LabelEncoder` behind the label: other names for the classes.
    pub(super) fn label_encoder(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let known = [
            "keys_int64s",
            "values_int64s",
            "values_strings",
            "default_int64",
            "default_string",
            "default_float",
        ];
        let attributes = Attributes::new(node, &known)?;
        let named = match (self.value(node, 0)?, self.labels()) {
            (Value::Label, Some(Labels::Integers(labels))) => labels::renamed(&attributes, labels)?,
            _ => None,
        };
        let labels = self.trees.as_mut().and_then(|m| m.output.labels_mut());
        let (Some(named), Some(labels)) = (named, labels) else {
            return Err(unsupported!(
                "{} does not give every class another name; {PLAIN_EXPORT}",
                label(node)
            ));
        };
        *labels = named;
        self.set(node, 0, Value::Label)
    }
}

/// `Exp`, once.
fn exponential(model: &mut ForestModel, node: &str) -> Result<(), FormatError> {
    match &mut model.output {
        Output::Regression { link } if *link == Link::Identity => {
            *link = Link::Exp;
            Ok(())
        }
        _ => Err(refused(node)),
    }
}

/// `scores op numbers`, where the numbers are one for all scores or one for each.
#[expect(clippy::float_cmp, reason = "one is a number of its own")]
pub(super) fn arithmetic(
    model: &mut ForestModel,
    op: StepOp,
    numbers: &[f64],
    node: &str,
) -> Result<(), FormatError> {
    let one = |x: &f64| *x == 1.0;
    if matches!(op, StepOp::Mul | StepOp::Div) && !numbers.is_empty() && numbers.iter().all(one) {
        return Ok(());
    }
    let width = model.forest.width;
    let factors: Vec<f64> = match (op, numbers) {
        (StepOp::Mul, [x]) => vec![*x; width],
        (StepOp::Div, [x]) => vec![1.0 / x; width],
        (StepOp::Mul, many) if many.len() == width => many.to_vec(),
        (StepOp::Div, many) if many.len() == width => many.iter().map(|x| 1.0 / x).collect(),
        _ => return Err(refused(node)),
    };
    if factors.iter().any(|x| !x.is_finite()) {
        return Err(refused(node));
    }
    match &model.output {
        Output::Regression {
            link: Link::Identity,
        } => {
            // What is scaled before the sum instead of after it has other last bits than onnxruntime's; f64 keeps them near.
            model.aggregation = if model.aggregation.is_mean() {
                Aggregation::Mean
            } else {
                Aggregation::Sum
            };
            for vector in model.forest.leaves.chunks_exact_mut(width.max(1)) {
                vector.iter_mut().zip(&factors).for_each(|(x, f)| *x *= f);
            }
            model
                .base
                .iter_mut()
                .zip(&factors)
                .for_each(|(x, f)| *x *= f);
            Ok(())
        }
        Output::Regression { link: Link::Exp } if factors.iter().all(|f| *f > 0.0) => {
            model.base.resize(width, 0.0);
            model
                .base
                .iter_mut()
                .zip(&factors)
                .for_each(|(x, f)| *x += f.ln());
            Ok(())
        }
        _ => Err(refused(node)),
    }
}

fn refused(node: &str) -> FormatError {
    unsupported!("{node} changes the scores after the trees; {PLAIN_EXPORT}")
}
