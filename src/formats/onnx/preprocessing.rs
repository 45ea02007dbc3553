//! The operators before the trees: what they do to the features, as far as steps of a model can say it.

use std::rc::Rc;

use super::{
    advice::PLAIN_EXPORT,
    attributes::Attributes,
    corrupt,
    features::{Elem, Features},
    proto::{NodeProto, elem},
    scores, unsupported,
    walk::{Value, Walk, label},
};
use crate::{formats::FormatError, model::StepOp};

impl<'a> Walk<'a> {
    /// `Identity`: the same under another name.
    pub(super) fn identity(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let value = match self.value(node, 0)? {
            Value::Label => Value::Label,
            Value::Scores => Value::Scores,
            Value::Zipped => Value::Zipped,
            _ => Value::Features(self.features(node, 0)?),
        };
        self.set(node, 0, value)
    }

    /// `Cast` and `CastLike` of features, labels or scores.
    pub(super) fn cast(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let to = if node.op_type == "CastLike" {
            match self.value(node, 1)? {
                Value::Features(Features { elem, .. })
                | Value::Constant { elem, .. }
                | Value::Taken(elem) => match elem {
                    Elem::Float => elem::FLOAT,
                    Elem::Double => elem::DOUBLE,
                    Elem::Integer => elem::INT64,
                    Elem::Bool => elem::BOOL,
                    Elem::Text => elem::STRING,
                },
                _ => 0,
            }
        } else {
            let attributes = Attributes::new(node, &["to", "saturate", "round_mode"])?;
            attributes.int("to")?.map_or(0, |to| to as i32)
        };
        let value = match (self.value(node, 0)?, to) {
            (Value::Features(_), elem::FLOAT) => {
                Value::Features(self.features(node, 0)?.cast(Elem::Float))
            }
            (Value::Features(_), elem::DOUBLE) => {
                Value::Features(self.features(node, 0)?.cast(Elem::Double))
            }
            (Value::Features(f), elem::INT32 | elem::INT64) if f.holds_integers() => {
                Value::Features(self.features(node, 0)?.cast(Elem::Integer))
            }
            // skl2onnx writes the label once more in its own type.
            (Value::Label, elem::INT64 | elem::INT32) if self.integer_labels() => Value::Label,
            (Value::Label, elem::STRING) if !self.integer_labels() => Value::Label,
            // The scores have been rounded to f32 before: a cast to double adds nothing.
            (Value::Scores, elem::FLOAT | elem::DOUBLE) => Value::Scores,
            _ => {
                return Err(unsupported!(
                    "{} to element type {to} is not supported here; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        };
        self.set(node, 0, value)
    }

    /// `Add`, `Sub`, `Mul` or `Div` with a constant, before the trees or behind them.
    pub(super) fn arithmetic(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        Attributes::new(node, &[])?;
        let (op, either_way) = match node.op_type.as_str() {
            "Add" => (StepOp::Add, true),
            "Mul" => (StepOp::Mul, true),
            "Sub" => (StepOp::Sub, false),
            _ => (StepOp::Div, false),
        };
        let (at, numbers, elem) = match (self.value(node, 0)?, self.value(node, 1)?) {
            (Value::Features(_), Value::Constant { numbers, elem }) => (0, numbers, *elem),
            (Value::Constant { numbers, elem }, Value::Features(_)) if either_way => {
                (1, numbers, *elem)
            }
            (Value::Scores, Value::Constant { numbers, .. }) => {
                let numbers = Rc::clone(numbers);
                if let Some(model) = &mut self.trees {
                    scores::arithmetic(model, op, &numbers, &label(node))?;
                }
                return self.set(node, 0, Value::Scores);
            }
            (Value::Label | Value::Scores | Value::Zipped, _) => {
                return Err(unsupported!(
                    "{} changes the scores after the trees; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
            _ => {
                return Err(unsupported!(
                    "{} does not combine the features with a constant; {PLAIN_EXPORT}",
                    label(node)
                ));
            }
        };
        let numbers = Rc::clone(numbers);
        let mut features = self.features(node, at)?;
        if features.elem != elem {
            return Err(corrupt!("{} mixes two element types", label(node)));
        }
        features.step(op, &numbers, elem.precision())?;
        self.set(node, 0, Value::Features(features))
    }

    /// `Scaler`: minus an offset, times a scale.
    pub(super) fn scaler(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["offset", "scale"])?;
        let widen = |floats: &[f32]| floats.iter().map(|&f| f64::from(f)).collect::<Rc<[_]>>();
        let (offset, scale) = (
            widen(attributes.floats("offset")?),
            widen(attributes.floats("scale")?),
        );
        if scale.is_empty() || offset.len() != scale.len() {
            return Err(corrupt!(
                "Scaler has {} offsets and {} scales",
                offset.len(),
                scale.len()
            ));
        }
        let mut features = self.features(node, 0)?;
        // Integers meet the f32 constants as f32; doubles stay doubles until the result.
        if features.elem != Elem::Double {
            features = features.cast(Elem::Float);
        }
        let precision = features.elem.precision();
        features.step(StepOp::Sub, &offset, precision)?;
        features.step(StepOp::Mul, &scale, precision)?;
        self.set(node, 0, Value::Features(features.cast(Elem::Float)))
    }

    /// `Concat` and `FeatureVectorizer`: columns side by side.
    pub(super) fn concat(&mut self, node: &'a NodeProto) -> Result<(), FormatError> {
        let attributes = Attributes::new(node, &["axis", "inputdimensions"])?;
        let vectorizer = node.op_type == "FeatureVectorizer";
        if !vectorizer && !matches!(attributes.int("axis")?, Some(1 | -1)) {
            return Err(unsupported!(
                "{} does not join columns; {PLAIN_EXPORT}",
                label(node)
            ));
        }
        let mut parts = Vec::with_capacity(node.input.len());
        for i in 0..node.input.len() {
            let part = self.features(node, i)?;
            // FeatureVectorizer answers floats, whatever it is given.
            parts.push(if vectorizer {
                part.cast(Elem::Float)
            } else {
                part
            });
        }
        let claimed = attributes.ints("inputdimensions")?;
        let widths = parts.iter().map(|p| p.width.map(|w| w as i64));
        if vectorizer && !widths.eq(claimed.iter().map(Some)) {
            return Err(corrupt!(
                "the inputdimensions of FeatureVectorizer are not those of its inputs"
            ));
        }
        let features = Features::concat(&node.op_type, parts)?;
        self.set(node, 0, Value::Features(features))
    }
}
