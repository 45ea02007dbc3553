//! `LinearClassifier` and `LinearRegressor`, which compute in 32 bits whatever they are given.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, cast, corrupt,
    label, labels, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::{BinaryScores, Labels, Link, Output, Reg, ops},
};

/// Reads a `LinearClassifier`.
pub(super) fn classifier(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "classlabels_ints",
        "classlabels_strings",
        "coefficients",
        "intercepts",
        "multi_class",
        "post_transform",
    ];
    let attributes = Attributes::new(node, &known)?;
    let labels = labels::labels_of(&attributes, "classlabels_ints")?;
    let scores = scores(drawing, node, &attributes, None)?;
    let link = link(node, &attributes)?;
    let meaning = if link == Link::Identity {
        Meaning::Plain
    } else {
        Meaning::Shares
    };
    let output = match (labels.len(), scores.len()) {
        (n, m) if n == m && n > 1 => Output::Classes {
            labels: labels.clone(),
            link,
        },
        (2, 1) if link == Link::Identity => Output::Binary {
            labels: labels.clone(),
            cut: 0.0,
            scores: BinaryScores::Complement,
        },
        (2, 1) if link == Link::SigmoidByMagnitude => Output::Binary {
            labels: labels.clone(),
            cut: 0.0,
            scores: BinaryScores::Sigmoid,
        },
        (n, m) => {
            return Err(unsupported!(
                "{} has {m} rows of coefficients for {n} classes",
                label(node)
            ));
        }
    };
    let decided = decided(drawing, scores, output, labels.len())?;
    classes(drawing, node, &labels, &decided, meaning)
}

/// Raw scores made into the scores of classes, and the place of the class.
pub(super) fn decided(
    drawing: &mut Drawing,
    reads: Vec<Reg>,
    output: Output,
    classes: usize,
) -> Result<Vec<Reg>, FormatError> {
    let decide = ops::Decide {
        reads,
        output,
        precision: Precision::F32,
    };
    let mut known = vec![Register::rounded(Precision::F32).partial(); classes];
    known.push(Register::number());
    drawing.board.draw(decide, known)
}

/// The outputs of a classifier: the label and the scores. `drawn` are the scores and the place of the class.
pub(super) fn classes(
    drawing: &mut Drawing,
    node: &NodeProto,
    labels: &Labels,
    drawn: &[Reg],
    meaning: Meaning,
) -> Result<(), FormatError> {
    let Some((class, scores)) = drawn.split_last() else {
        return Err(corrupt!("{} has no classes", label(node)));
    };
    let (elem, names) = cells(labels);
    drawing.set(
        node,
        0,
        Tensor::new(
            elem,
            vec![Dim::Rows(1)],
            vec![Cell::OneOf(*class, names.into())],
        ),
    )?;
    let scores = Tensor {
        meaning,
        ..Tensor::of_registers(Elem::Float, scores)
    };
    drawing.set(node, 1, scores)
}

/// Labels as cells.
pub(super) fn cells(labels: &Labels) -> (Elem, Vec<Cell>) {
    match labels {
        Labels::Integers(labels) => (
            Elem::Integer,
            labels.iter().map(|n| Cell::Number(*n as f64)).collect(),
        ),
        Labels::Strings(labels) => (
            Elem::Text,
            labels
                .iter()
                .map(|text| Cell::Text(text.as_str().into()))
                .collect(),
        ),
    }
}

fn link(node: &NodeProto, attributes: &Attributes<'_>) -> Result<Link, FormatError> {
    match attributes.text("post_transform")? {
        None | Some("NONE") => Ok(Link::Identity),
        Some("LOGISTIC") => Ok(Link::SigmoidByMagnitude),
        Some("SOFTMAX") => Ok(Link::Softmax),
        Some("SOFTMAX_ZERO") => Ok(Link::SoftmaxZero),
        Some(other) => Err(unsupported!(
            "{} has the post_transform {other}",
            label(node)
        )),
    }
}

/// Reads a `LinearRegressor`.
pub(super) fn regressor(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(
        node,
        &["coefficients", "intercepts", "post_transform", "targets"],
    )?;
    let targets = usize::try_from(attributes.int("targets")?.unwrap_or(1)).unwrap_or(0);
    let scores = scores(drawing, node, &attributes, Some(targets))?;
    if link(node, &attributes)? != Link::Identity {
        return Err(unsupported!("{} transforms its scores", label(node)));
    }
    drawing.set(node, 0, Tensor::of_registers(Elem::Float, &scores))
}

/// A register for each row of coefficients.
fn scores(
    drawing: &mut Drawing,
    node: &NodeProto,
    attributes: &Attributes<'_>,
    targets: Option<usize>,
) -> Result<Vec<Reg>, FormatError> {
    let tensor = drawing.tensor(node, 0)?;
    let tensor = cast::converted(drawing, node, &rows(node, &tensor)?, Elem::Float)?;
    let reads = drawing.complete(node, &tensor)?;
    let widen = |floats: &[f32]| floats.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let weights = widen(attributes.floats("coefficients")?);
    let outputs = weights.len().checked_div(reads.len()).unwrap_or(0);
    let mut intercept = widen(attributes.floats("intercepts")?);
    if intercept.is_empty() {
        intercept = vec![0.0; outputs];
    }
    if outputs == 0
        || weights.len() != outputs * reads.len()
        || intercept.len() != outputs
        || targets.is_some_and(|t| t != outputs)
    {
        return Err(corrupt!(
            "{} has {} coefficients and {} intercepts for {} columns",
            label(node),
            weights.len(),
            intercept.len(),
            reads.len()
        ));
    }
    let known = vec![Register::rounded(Precision::F32).partial(); outputs];
    drawing.board.draw(
        ops::Dot {
            reads,
            weights,
            intercept,
        },
        known,
    )
}

/// A tensor of rows and columns.
pub(super) fn rows(node: &NodeProto, tensor: &Tensor) -> Result<Tensor, FormatError> {
    match tensor.dims[..] {
        [Dim::Rows(1), Dim::Fixed(_)] => Ok(tensor.clone()),
        [Dim::Rows(1)] => Ok(tensor.with_dims(vec![Dim::Rows(1), Dim::Fixed(1)])),
        _ => Err(unsupported!("{} reads no rows of columns", label(node))),
    }
}
