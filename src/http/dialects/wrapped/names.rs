//! Rows by name of a model whose columns have no names: the first row says which they are, and in which order, as pandas has it.

use super::table::Table;
use crate::http::{
    dialects::{
        json::seeds::{NameSeed, ValueSeed},
        rows::echo,
    },
    problem::Code,
};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::json;
use std::collections::HashMap;

/// The columns by name, as the first row has them.
#[derive(Debug, Default)]
pub(super) struct Names {
    places: HashMap<String, usize>,
    known: bool,
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

/// One row.
pub(super) struct ObjectSeed<'t, 'm>(pub(super) &'t mut Table<'m>);

impl ObjectSeed<'_, '_> {
    pub(super) fn visit_map<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Table { rows, names, .. } = self.0;
        let width = rows.schema.len();
        let mut seen = vec![false; width];
        let (mut count, mut strangers) = (0, None);
        rows.place.named = false;
        while let Some(found) =
            map.next_key_seed(NameSeed(|name: &str| names.place(name, width)))?
        {
            count += 1;
            match found {
                Ok(column) if !seen[column] => {
                    seen[column] = true;
                    rows.place.column = column;
                    map.next_value_seed(ValueSeed(rows))?;
                    continue;
                }
                Ok(column) => {
                    rows.place.column = column;
                    rows.wrong_value(Code::DuplicateColumn, "the column is given twice");
                }
                Err(name) => strangers = Some(name),
            }
            map.next_value::<IgnoredAny>()?;
        }
        match strangers {
            Some(name) if names.known => {
                let msg = format!(
                    "unknown column {}: the first row does not have it",
                    json!(name)
                );
                rows.wrong_row(Code::UnknownColumn, msg, [json!(name)]);
            }
            _ if count != width => rows.wrong_count(count),
            _ => {}
        }
        names.known = true;
        Ok(())
    }
}
