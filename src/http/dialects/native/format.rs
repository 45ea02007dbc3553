//! What rows of JSON must look like.

use crate::{input::Schema, model::Model};
use std::collections::HashMap;

/// What rows must look like, worked out once per model.
#[derive(Debug)]
pub(in crate::http) struct RowFormat {
    pub(super) schema: Schema,
    /// Columns by name.
    pub(super) index: HashMap<String, usize>,
}

impl RowFormat {
    pub(in crate::http) fn new(model: &Model) -> Self {
        let schema = model.schema().clone();
        let names = schema.columns.iter().map(|column| column.name.clone());
        let index = names.enumerate().map(|(i, name)| (name, i)).collect();
        Self { schema, index }
    }

    /// Features per row.
    pub(in crate::http) fn width(&self) -> usize {
        self.schema.len()
    }
}
