//! The words of a model's classes, put where the model has numbers, or a target for each class.

use super::{
    FormatError,
    answers::{Told, Words, by_number, short},
    corrupt,
};
use crate::{
    input::Precision,
    model::{Labels, Link, ModelIr, Output, Reg, Scores, ops},
};
use std::sync::Arc;

/// Names the classes of a model by `words`. Says so in a note.
///
/// # Errors
/// `Corrupt` when the words are those of something else.
pub(crate) fn rename(ir: &mut ModelIr, words: &Words) -> Result<String, FormatError> {
    let Words { from, labels, told } = words;
    match (told, &mut ir.output) {
        (Told::Columns(values), Output::Targets(_)) => one_class(ir, words, *values),
        (Told::Columns(values), output) => {
            // The column of two classes may have other numbers than 0 and 1.
            if let Some(own) = output.labels_mut()
                && *own == Labels::Integers(values.to_vec())
                && labels.len() == 2
            {
                *own = Labels::Integers(vec![0, 1]);
            }
            by_number(ir, words)
        }
        (Told::Targets, Output::Targets(targets)) if targets.len() == labels.len() => Ok(format!(
            "`{from}` is taken for what the {} targets of an answer stand for, in their order: {}",
            labels.len(),
            short(&labels.names())
        )),
        (Told::Targets, output) => Err(corrupt!(
            "`{from}` holds the words of {} labels of which a row may have several, but the model tells {} at once",
            labels.len(),
            output.choices().len().max(1)
        )),
        (Told::Numbers, _) => by_number(ir, words),
    }
}

/// Makes a class of a target for each class: the first of those that are said to be it, and the first of all where none is.
///
/// Source: `LabelBinarizer.inverse_transform` of what `predict` answers, in scikit-learn's `preprocessing/_label.py`.
fn one_class(ir: &mut ModelIr, words: &Words, values: [i64; 2]) -> Result<String, FormatError> {
    let Words { from, labels, .. } = words;
    let count = labels.len();
    let (Scores::Registers { classes, .. }, Output::Targets(targets)) = (&ir.scores, &ir.output)
    else {
        return by_number(ir, words);
    };
    // A class that no row of the fit was of has a target of one value.
    let told = |own: &Labels| matches!(own, Labels::Integers(own) if *own == values || *own == values[..1]);
    if targets.len() != count || count < 3 || !targets.iter().all(told) {
        return Err(corrupt!(
            "`{from}` holds the words of {count} classes, but the model has {} targets, which are not the columns of these",
            targets.len()
        ));
    }
    let widths = ir.program.iter().map(|operation| operation.width());
    let slot = (ir.schema.len() + widths.sum::<usize>()) as Reg;
    let reads = classes.clone();
    let first = slot + 1;
    ir.program.push(Arc::new(ops::Largest { reads }));
    ir.program
        .push(Arc::new(ops::OneHot { slot, width: count }));
    ir.scores = Scores::Registers {
        scores: (first..).take(count).collect(),
        classes: vec![slot],
    };
    ir.output = Output::Classes {
        labels: labels.clone(),
        link: Link::Identity,
    };
    ir.output_precision = Precision::F64;
    ir.has_probabilities = false;
    Ok(format!(
        "`{from}` is taken for the words of the classes, of which the model has a target each: {}",
        short(&labels.names())
    ))
}
