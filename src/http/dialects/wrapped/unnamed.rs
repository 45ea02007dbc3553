//! Rows by name of a model whose columns have no names.

use super::table::Table;
use crate::http::{
    dialects::json::seeds::{NameSeed, ValueSeed},
    problem::Code,
};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::json;

/// One row.
pub(super) struct UnnamedRow<'t, 'm>(pub(super) &'t mut Table<'m>);

impl UnnamedRow<'_, '_> {
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
