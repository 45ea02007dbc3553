//! Records to a model: scikit-learn's estimators, as their `predict` and `predict_proba` are written.
//!
//! Source: the `transform`, `predict` and `predict_proba` methods of scikit-learn, versions 0.24 to 1.9.
//!
//! A transformer takes registers and gives registers ([`transform`]), an estimator takes registers and gives an [`Estimate`]; what holds
//! others is in [`compose`]. A further class is one reader in one of the three.

mod agree;
mod boosting;
mod bundle;
mod categories;
mod cells;
mod chain;
mod compose;
mod ensemble;
mod estimate;
mod forests;
mod hist;
mod labels;
mod lightgbm;
mod lists;
mod origin;
mod part;
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
    formats::{Before, ColumnsBy, Parsed, program::Board},
    input::Schema,
    model::{ModelIr, Reg},
};
use part::Part;

/// Steps in steps deeper than this are nobody's model.
const MAX_DEPTH: usize = 16;

pub(super) use bundle::{root, version_of};
pub(super) use chain::{Chain, Item};
pub(super) use lists::{label_list, name_list};

/// Builds the model whose record is `root`, behind what other files make of the columns. `size` is the number of bytes it was read from.
pub(super) fn behind(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    before: &dyn Before,
) -> Result<Parsed, FormatError> {
    let root = Part::new(arena, root).ok_or_else(|| part::no_model(arena, root))?;
    let root = compose::found(root)?;
    let (origin, _) = origin_of(root)?;
    let begun = before.begin(&origin.takes())?;
    let (board, reads, sparse, said) = begun.split();
    let mut reader = Reader::new(board, size);
    reader.sparse = sparse;
    let (last, reads) = reader.before_the_last(root, reads)?;
    let (ir, parts) = reader.finish(last, reads)?;
    said.parsed(ir, parts, origin::version(root).map(str::to_owned))
}

/// Builds the model whose record is `root`. `size` is the number of bytes it was read from, `told` what the package says of the columns.
fn model(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    told: Option<&Schema>,
) -> Result<Parsed, FormatError> {
    let root = Part::new(arena, root).ok_or_else(|| part::no_model(arena, root))?;
    let root = compose::found(root)?;
    let version = origin::version(root).map(str::to_owned);
    let (origin, by) = origin_of(root)?;
    let width = origin.width(root, told)?;
    let board = Board::new(origin.names(width), width, told);
    let all = board.all_columns();
    let mut reader = Reader::new(board, size);
    let (last, reads) = reader.before_the_last(root, all)?;
    let (ir, parts) = reader.finish(last, reads)?;
    Ok(Parsed {
        ir,
        // The boosters' classes do not say which scikit-learn they were fitted with; what surrounds them may.
        version,
        parts,
        columns: by,
        notes: Vec::new(),
    })
}

/// What a model says of its columns, and how it finds them in a table.
fn origin_of(root: Part<'_>) -> Result<(origin::Origin, ColumnsBy), FormatError> {
    Ok(match estimate::booster(root)? {
        Some(booster) => (
            origin::Origin::of(&booster.ir.forest.schema),
            booster.columns,
        ),
        None => (origin::of(root)?, ColumnsBy::Name),
    })
}

/// The reading of one model.
struct Reader {
    board: Board,
    /// Bytes of the file, which bound what its trees may claim.
    size: usize,
    /// The classes met, in their order.
    parts: Vec<String>,
    /// Whether the rows at hand are a sparse matrix, in which XGBoost takes what is not stored for missing.
    sparse: bool,
    /// How many parts the one at hand is inside of.
    depth: usize,
}

impl Reader {
    fn new(board: Board, size: usize) -> Self {
        Self {
            board,
            size,
            parts: Vec::new(),
            sparse: false,
            depth: 0,
        }
    }

    /// Reads a part that is inside another one, called `name` there.
    fn inside<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, FormatError>,
    ) -> Result<T, FormatError> {
        if self.depth >= MAX_DEPTH {
            return Err(unsupported!("the steps nest more than {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        self.board.path.push(name.to_owned());
        let read = read(self)?;
        self.board.path.pop();
        self.depth -= 1;
        Ok(read)
    }

    /// The model that ends in `last`, an estimator that is no pipeline.
    fn finish(
        mut self,
        last: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<(ModelIr, Vec<String>), FormatError> {
        if let Some((forest, reads)) = self.forest(last, &reads)? {
            return Ok((self.board.finish_forest(reads, forest)?, self.parts));
        }
        let estimate = self.estimate(last, &reads)?;
        Ok((estimate.finish(self.board)?, self.parts))
    }

    /// Where a part stands and what it is, for messages: "the step `prep → cat` is a …".
    fn refusal(&self, part: Part<'_>) -> FormatError {
        let place = self.board.place();
        let what = if place.is_empty() {
            "the model".to_owned()
        } else {
            format!("the step `{place}`")
        };
        unsupported!(
            "{what} is a {}, which this server does not run; {ADVICE}",
            part.full_name()
        )
    }
}
