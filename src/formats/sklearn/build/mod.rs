//! Records to a model: scikit-learn's estimators, as their `predict` and `predict_proba` are written.
//!
//! Source: the `transform`, `predict` and `predict_proba` methods of scikit-learn, versions 0.24 to 1.9.
//!
//! A transformer takes registers and gives registers ([`transform`]), an estimator takes registers and gives an [`Estimate`]; what holds
//! others is in [`compose`]. A further class is one reader in one of the three.

mod boosting;
mod categories;
mod cells;
mod compose;
mod ensemble;
mod estimate;
mod estimated;
mod forests;
mod hist;
mod labels;
mod lightgbm;
mod names;
mod origin;
mod part;
mod reader;
mod transform;
mod trees;
mod xgboost;

use super::{
    FormatError,
    classes::{ADVICE, known},
    corrupt,
    id::Id,
    record::Arena,
    unsupported,
};
use crate::{
    formats::{ColumnsBy, Parsed, program::Board},
    input::Schema,
};
use part::Part;
use reader::Reader;

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
    let booster = estimate::booster(root)?;
    let origin = match &booster {
        Some(booster) => origin::Origin::of(&booster.ir.forest.schema),
        None => origin::of(root)?,
    };
    let by = booster.map_or(ColumnsBy::Name, |booster| booster.columns);
    let width = origin.width(root, told)?;
    let board = Board::new(origin.names(width), width, told);
    let mut reader = Reader::new(board, size);
    let all = reader.board.all_columns();
    let (last, reads) = reader.before_the_last(root, all)?;
    let (ir, parts) = reader.finish(last, &reads)?;
    Ok(Parsed {
        ir,
        // The boosters' classes do not say which scikit-learn they were fitted with; what surrounds them may.
        version,
        parts,
        columns: by,
    })
}
