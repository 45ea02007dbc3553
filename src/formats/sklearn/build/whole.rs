//! A whole model from the record at its root.

use super::{
    Arena, Board, ColumnsBy, FormatError, Id, Part, Reader, Schema, compose, estimate, origin, part,
};
use crate::formats::{AnswersBy, Before, Parsed};

/// Builds the model whose record is `root`, behind what other files make of the columns. `size` is the number of bytes it was read from.
pub(in super::super) fn behind(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    before: &dyn Before,
) -> Result<Parsed, FormatError> {
    let root = Part::new(arena, root).ok_or_else(|| part::no_model(arena, root))?;
    let root = compose::found(root)?;
    let (mut origin, ..) = origin_of(root)?;
    let begun = before.begin(&origin.takes())?;
    let (board, reads, sparse, said) = begun.split();
    let mut reader = Reader::new(board, size);
    reader.sparse = sparse;
    reader.booster = origin.booster.take();
    let (last, reads) = reader.before_the_last(root, reads)?;
    let (ir, parts) = reader.finish(last, &reads)?;
    said.parsed(ir, parts, origin::version(root).map(str::to_owned))
}

/// Builds the model whose record is `root`. `size` is the number of bytes it was read from, `told` what the package says of the columns.
pub(super) fn model(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    told: Option<&Schema>,
) -> Result<Parsed, FormatError> {
    let root = Part::new(arena, root).ok_or_else(|| part::no_model(arena, root))?;
    let root = compose::found(root)?;
    let version = origin::version(root).map(str::to_owned);
    let (mut origin, by, answers) = origin_of(root)?;
    let width = origin.width(root, told)?;
    let booster = origin.booster.take();
    let board = Board::new(origin.names(width, told), width, told);
    let all = board.all_columns();
    let mut reader = Reader::new(board, size);
    reader.booster = booster;
    let (last, reads) = reader.before_the_last(root, all)?;
    let (ir, parts) = reader.finish(last, &reads)?;
    Ok(Parsed {
        ir,
        // The boosters' classes do not say which scikit-learn they were fitted with; what surrounds them may.
        version,
        parts,
        columns: by,
        notes: Vec::new(),
        answers,
    })
}

/// What a model says of its columns, how it finds them in a table, and what it answers.
fn origin_of(root: Part<'_>) -> Result<(origin::Origin, ColumnsBy, AnswersBy), FormatError> {
    Ok(match estimate::booster(root)? {
        Some(booster) => {
            let (by, answers) = (booster.columns, booster.answers.clone());
            (origin::Origin::of_booster(root.id, booster), by, answers)
        }
        None => (origin::of(root)?, ColumnsBy::Name, AnswersBy::default()),
    })
}
