//! The columns of a model that has no names for them: the first row says what they are called, and in which order, as pandas has it.

use crate::http::dialects::rows::echo;
use std::collections::HashMap;

/// The columns by name, as the first row has them.
#[derive(Debug, Default)]
pub(super) struct Names {
    places: HashMap<String, usize>,
    pub(super) known: bool,
}

impl Names {
    /// The place of a column. While the first row is read, it gets the next one.
    ///
    /// # Errors
    /// The name, cut, where there is no such column.
    pub(super) fn place(&mut self, name: &str, width: usize) -> Result<usize, String> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        let next = self.places.len();
        if self.known || next >= width {
            return Err(echo(name));
        }
        self.places.insert(name.to_owned(), next);
        Ok(next)
    }
}
