//! What is known of a register.

use crate::{
    input::{Precision, Word},
    model::{Reg, ops},
};
use std::sync::Arc;

/// What is known of a register.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Register {
    /// The column whose value it is: untouched, or with missing values filled in.
    pub(crate) column: Option<u32>,
    /// The column that makes it NaN where it is missing.
    pub(crate) missing: Option<u32>,
    /// The column that makes it NaN where it holds none of these words.
    pub(super) unknown: Option<(u32, Arc<[u32]>)>,
    /// Whether it may be NaN or infinite for numbers that are neither.
    pub(crate) partial: bool,
    /// Whether it is one of several that are mostly 0, of which only the others are stored.
    pub(crate) sparse: bool,
    pub(crate) precision: Precision,
    /// The type of whole numbers that Python has it in, where the package says so.
    pub(crate) whole: Option<ops::Whole>,
    /// Where a missing value was filled in and None was not taken for one: the register before.
    pub(super) unfilled: Option<Reg>,
    /// What a missing value was filled in with.
    pub(super) filled: Option<Word>,
    /// Values that were taken for missing ones.
    pub(super) taken: Vec<Word>,
}

impl Register {
    /// A computed number that is never NaN.
    pub(crate) fn number() -> Self {
        Self {
            column: None,
            missing: None,
            unknown: None,
            partial: false,
            sparse: false,
            precision: Precision::F64,
            whole: None,
            unfilled: None,
            filled: None,
            taken: Vec::new(),
        }
    }

    /// A computed number that is never NaN, rounded to a precision.
    pub(crate) fn rounded(precision: Precision) -> Self {
        Self {
            precision,
            ..Self::number()
        }
    }

    /// The same, one of several that are mostly 0.
    pub(crate) fn sparse(precision: Precision) -> Self {
        Self {
            sparse: true,
            ..Self::rounded(precision)
        }
    }

    /// The same, but it may be infinite or NaN for some rows.
    pub(crate) fn partial(self) -> Self {
        Self {
            partial: true,
            ..self
        }
    }

    /// A number computed from this one alone: missing where this one is.
    pub(crate) fn computed(&self) -> Self {
        Self {
            column: None,
            sparse: false,
            whole: None,
            unfilled: None,
            filled: None,
            taken: Vec::new(),
            ..self.clone()
        }
    }
}
