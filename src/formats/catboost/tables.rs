//! Tables of what the training data told of categories.

use super::{FormatError, corrupt, document::Kind};
use crate::model::ops::binned::Rows;

/// What stands for an empty place among the hashes.
pub(super) const NO_HASH: u64 = u64::MAX;

/// Counts of classes, or of rows. `classes` is how many counts each place has.
pub(super) fn counted(kind: Kind, classes: usize, counts: Vec<i32>, total: i32) -> Rows {
    match kind {
        Kind::Counter | Kind::Mean => Rows::Totals { counts, total },
        // Two classes go without saying.
        Kind::Borders => Rows::Classes {
            classes: classes.max(2),
            counts,
        },
        Kind::Buckets => Rows::Classes { classes, counts },
    }
}

/// The refusal of a statistic without its table.
pub(super) fn missing() -> FormatError {
    corrupt!("the CatBoost model has a statistic of categories without its table")
}
