//! What other files change about a model's answers: the words of its classes, and the probability from which the second one wins.

use super::{FormatError, corrupt, unsupported};
use crate::model::{Kind, Labels, ModelIr};

/// The words of a model's classes, and what messages call the place that they come from.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) from: String,
    pub(crate) labels: Labels,
    pub(crate) told: Told,
}

/// How a model tells the classes of which a file holds the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// By the numbers 0 to k-1.
    Numbers,
    /// As a `LabelBinarizer` writes them: of two classes by one of these values, of more by a target for each class, which has the second
    /// value where the row is of that class.
    Columns([i64; 2]),
    /// As a `MultiLabelBinarizer` does: by a target each, and a row may have any of them.
    Targets,
}

/// Names the classes 0 to k-1 of a model by `words`. Says so in a note.
///
/// # Errors
/// `Corrupt` when the words are those of something else.
pub(super) fn by_number(ir: &mut ModelIr, words: &Words) -> Result<String, FormatError> {
    let Words { from, labels, .. } = words;
    let Some(own) = ir.output.labels_mut() else {
        let kind = match ir.output.kind() {
            Kind::Regressor => "is a regressor",
            Kind::AnomalyDetector => "tells anomalies",
            _ => "has several targets",
        };
        return Err(corrupt!(
            "`{from}` holds the words of {} classes, but the model {kind}",
            labels.len()
        ));
    };
    let count = labels.len();
    if own.len() != count || labels.distinct() != count {
        return Err(corrupt!(
            "`{from}` holds the words of {count} classes, but the model knows {}; it belongs to another model, or to a column",
            own.len()
        ));
    }
    let places: Option<Vec<usize>> = match own {
        Labels::Integers(own) => own
            .iter()
            .map(|label| usize::try_from(*label).ok().filter(|place| *place < count))
            .collect(),
        Labels::Strings(_) => None,
    };
    match places {
        Some(places) => {
            *own = match labels {
                Labels::Integers(words) => Labels::Integers(picked(&places, words)),
                Labels::Strings(words) => Labels::Strings(picked(&places, words)),
            };
        }
        None if same(own, labels) => {}
        None => {
            return Err(corrupt!(
                "`{from}` holds the words of the classes 0 to {}, but the model answers {}",
                count - 1,
                short(&own.names())
            ));
        }
    }
    Ok(format!(
        "`{from}` is taken for the words of the classes: {}",
        short(&own.names())
    ))
}

fn picked<T: Clone>(places: &[usize], words: &[T]) -> Vec<T> {
    let word = |place: &usize| words.get(*place).cloned();
    places.iter().filter_map(word).collect()
}

fn same(a: &Labels, b: &Labels) -> bool {
    let sorted = |labels: &Labels| {
        let mut names = labels.names();
        names.sort_unstable();
        names
    };
    sorted(a) == sorted(b)
}

/// The first few names, for messages.
pub(crate) fn short(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let cut = |name: &String| {
        let cut: String = name.chars().take(80).collect();
        cut.escape_debug().to_string()
    };
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(cut).collect();
    if names.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Makes the second of two classes win from this probability on. `from` is where it was found.
///
/// # Errors
/// `Corrupt` when it is no probability, `Unsupported` when the model has not two classes with probabilities.
pub(crate) fn decide_from(
    ir: &mut ModelIr,
    threshold: f64,
    from: &str,
) -> Result<String, FormatError> {
    if !(0.0..=1.0).contains(&threshold) {
        return Err(corrupt!(
            "the threshold in `{from}` is {threshold}; it should be a probability, from 0 to 1"
        ));
    }
    let names = ir.output.labels().map(Labels::names).unwrap_or_default();
    let [_, second] = names.as_slice() else {
        return Err(unsupported!(
            "`{from}` holds a threshold, which needs a model of 2 classes; this one has {}",
            names.len()
        ));
    };
    if !ir.has_probabilities {
        return Err(unsupported!(
            "`{from}` holds a threshold, but the model answers no probabilities"
        ));
    }
    ir.threshold = Some(threshold);
    Ok(format!(
        "`{from}` is taken for the threshold: the answer is {} from the probability {threshold} on",
        short(std::slice::from_ref(second))
    ))
}
