//! Class labels from `classes_`.

use super::{
    super::{array::Array, id::Id, numpy, record::Node},
    Part, corrupt, unsupported,
};
use crate::{formats::FormatError, input::Word, model::Labels};

/// The labels of a classifier of one target, in the order of its probabilities.
pub(super) fn labels(part: Part<'_>, attribute: &str) -> Result<Labels, FormatError> {
    let outputs = match part.get("n_outputs_") {
        // Of a network these are the neurons of its last layer.
        Some(_) if part.sklearn_class() != "MLPClassifier" => part.count("n_outputs_")?,
        _ => 1,
    };
    if outputs != 1 {
        return Err(unsupported!(
            "the {} predicts {outputs} targets at once, which this server does for regressors, trees and forests, and by a MultiOutputClassifier",
            part.class
        ));
    }
    let id = part.attribute(attribute)?;
    if part.arena.items(id).is_some() {
        return Err(unsupported!(
            "the {} predicts several targets at once, which this server does for other classes; put it into a MultiOutputClassifier",
            part.class
        ));
    }
    labels_in(part, attribute, id)
}

/// The labels of each target, where the attribute is a list of arrays: where it is one array, there is one target.
pub(super) fn labels_of_targets(
    part: Part<'_>,
    attribute: &str,
) -> Result<Option<Vec<Labels>>, FormatError> {
    let id = part.attribute(attribute)?;
    let Some(targets) = part.arena.items(id) else {
        return Ok(None);
    };
    let labels = targets.iter().map(|id| labels_in(part, attribute, *id));
    labels.collect::<Result<_, _>>().map(Some)
}

fn labels_in(part: Part<'_>, attribute: &str, id: Id) -> Result<Labels, FormatError> {
    let Some(array) = numpy::array(part.arena, id)? else {
        return Err(corrupt!(
            "`{attribute}` of the {} is {}",
            part.class,
            part.arena.kind(id)
        ));
    };
    let labels = match array.dtype.scalar.kind {
        b'U' => Labels::Strings(texts(&array)?),
        b'O' => objects(part, &array)?,
        b'f' => Labels::Integers(integral(&array.floats()?)?),
        _ => {
            let numbers = array.numbers()?;
            Labels::Integers((0..array.len()).map(|i| numbers.int(i)).collect())
        }
    };
    let distinct = labels.distinct();
    if distinct != labels.len() || labels.is_empty() {
        return Err(corrupt!(
            "the {} has {} classes, {distinct} of them different",
            part.class,
            labels.len()
        ));
    }
    Ok(labels)
}

/// The place of a label that a parameter gives.
pub(super) fn place(labels: &Labels, label: &Word) -> Option<usize> {
    let number = match (label, labels) {
        (Word::Text(text), Labels::Strings(labels)) => {
            return labels.iter().position(|label| label == text);
        }
        (Word::Number(number), _) => *integral(&[*number]).ok()?.first()?,
        (Word::Boolean(flag), _) => i64::from(*flag),
        (Word::Text(_), Labels::Integers(_)) => return None,
    };
    match labels {
        Labels::Integers(labels) => labels.iter().position(|label| *label == number),
        Labels::Strings(_) => None,
    }
}

fn texts(array: &Array<'_>) -> Result<Vec<String>, FormatError> {
    let size = array.dtype.scalar.size.max(1);
    let texts: Option<Vec<String>> = array
        .bytes()
        .chunks(size)
        .map(|bytes| array.dtype.scalar.text(bytes))
        .collect();
    texts.ok_or_else(|| corrupt!("a class label is not text"))
}

fn objects(part: Part<'_>, array: &Array<'_>) -> Result<Labels, FormatError> {
    let ids = array.objects().unwrap_or_default();
    let texts: Option<Vec<String>> = ids
        .iter()
        .map(|id| part.arena.text(*id).map(str::to_owned))
        .collect();
    if let Some(texts) = texts {
        return Ok(Labels::Strings(texts));
    }
    let number = |id| match part.arena.node(id) {
        Node::Text(_) | Node::OwnedText(_) => None,
        _ => numpy::number(part.arena, id),
    };
    let numbers: Option<Vec<f64>> = ids.iter().map(|id| number(*id)).collect();
    let numbers = numbers.ok_or_else(|| {
        unsupported!(
            "the classes are neither all text nor all numbers; fit the model on labels of one kind"
        )
    })?;
    integral(&numbers).map(Labels::Integers)
}

/// Labels that were read from a table as 0.0, 1.0 and so on.
pub(super) fn integral(labels: &[f64]) -> Result<Vec<i64>, FormatError> {
    let exact = |x: &f64| (x.fract() == 0.0 && x.abs() <= 9e15).then_some(*x as i64);
    let integers: Option<Vec<i64>> = labels.iter().map(exact).collect();
    integers.ok_or_else(|| {
        unsupported!("a class label is a fraction; fit the model on integers or text")
    })
}
