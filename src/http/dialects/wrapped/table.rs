//! What has been found so far of a body that is being read.

use super::{
    header::Columns,
    names::Names,
    takes::{Arranged, Takes},
};
use crate::http::dialects::rows::Rows;
use serde::de::{Error, IgnoredAny, SeqAccess};

/// A body that is being read.
pub(super) struct Table<'m> {
    pub(super) rows: Rows<'m>,
    pub(super) takes: &'static Takes,
    pub(super) max_rows: usize,
    /// The key that was found.
    pub(super) found: Option<(&'static str, Arranged)>,
    pub(super) parameters: Parameters,
    /// What the columns of the rows are called, where the model has no names for them.
    pub(super) names: Names,
    /// The columns of a split data frame, once they are known.
    pub(super) columns: Columns,
}

impl<'m> Table<'m> {
    pub(super) fn new(takes: &'static Takes, rows: Rows<'m>, max_rows: usize) -> Self {
        Self {
            rows,
            takes,
            max_rows,
            found: None,
            parameters: Parameters::default(),
            names: Names::default(),
            columns: Columns::default(),
        }
    }

    /// Reads the rows of an array, each by `one`, up to the limit.
    pub(super) fn read_rows<'de, A: SeqAccess<'de>>(
        &mut self,
        mut seq: A,
        one: impl Fn(&mut A, &mut Self) -> Result<Option<()>, A::Error>,
    ) -> Result<(), A::Error> {
        loop {
            if self.rows.count() == self.max_rows {
                return match seq.next_element::<IgnoredAny>()? {
                    None => Ok(()),
                    Some(_) => Err(self.full()),
                };
            }
            self.rows.place.row = Some(self.rows.count());
            if one(&mut seq, self)?.is_none() {
                return Ok(());
            }
        }
    }

    /// Whether there is no room for another row: then reading ends here.
    pub(super) fn full<E: Error>(&mut self) -> E {
        self.rows.too_many = true;
        E::custom("too many rows")
    }
}

/// The parameters found.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) probabilities: Option<bool>,
}
