//! `{"column": [value, …], …}`: for each column its values, or one value.

use super::{cells::CellsSeed, rows::RowsSeed, table::Table};
use crate::{
    http::{
        dialects::{
            json::seeds::{NameSeed, any_seed, refuse},
            rows::{Rows, echo},
        },
        problem::Code,
    },
    input::Batch,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// An object of columns, or an array of rows.
pub(super) struct ColumnsSeed<'t, 'm>(pub(super) &'t mut Table<'m>);

any_seed!(ColumnsSeed);

impl ColumnsSeed<'_, '_> {
    fn refuse(self, got: &str) {
        RowsSeed(self.0).refuse(got);
    }
}

impl<'de> Visitor<'de> for ColumnsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of rows, or an object of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        RowsSeed(self.0).visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let table = self.0;
        let mut columns: Vec<Option<Vec<f64>>> = vec![None; table.rows.schema.len()];
        while let Some(found) = map.next_key_seed(NameSeed(|name: &str| place(table, name)))? {
            table.rows.place.row = None;
            match found {
                Ok(column) if columns[column].is_none() => {
                    let values = columns[column].insert(Vec::new());
                    map.next_value_seed(CellsSeed {
                        table,
                        column,
                        values,
                    })?;
                    continue;
                }
                Ok(column) => {
                    (table.rows.place.column, table.rows.place.named) =
                        (column, table.rows.schema.named);
                    table
                        .rows
                        .wrong_value(Code::DuplicateColumn, "the column is given twice");
                }
                Err(_) if table.takes.skips_unknown => {}
                Err(name) => {
                    let msg = format!("unknown column {}", json!(name));
                    table
                        .rows
                        .wrong_row(Code::UnknownColumn, msg, [json!(name)]);
                }
            }
            map.next_value::<IgnoredAny>()?;
        }
        table.rows.place.row = None;
        if table.rows.count() == 0 {
            join(&mut table.rows, &columns);
        } else if columns.iter().flatten().count() > 1 {
            // Rows under one name are a tensor of all columns. Under several names they are none.
            let msg = "expected one value for each row and column, got arrays";
            table.rows.wrong_row(Code::InvalidType, msg, []);
        }
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string);
}

/// The place of a column.
fn place(table: &mut Table<'_>, name: &str) -> Result<usize, String> {
    let Table { rows, names, .. } = table;
    if rows.schema.named {
        rows.served.model.place(name).ok_or_else(|| echo(name))
    } else {
        names.place(name, rows.schema.len())
    }
}

/// Makes rows of columns.
fn join(rows: &mut Rows<'_>, columns: &[Option<Vec<f64>>]) {
    let schema = rows.schema;
    for (place, column) in schema.columns.iter().enumerate() {
        if columns[place].is_none() && (column.required || !column.nullable) {
            if schema.named {
                rows.missing_column(place);
            } else {
                let got = columns.iter().flatten().count();
                return rows.wrong_count(got);
            }
        }
    }
    let mut lengths = columns
        .iter()
        .enumerate()
        .filter_map(|(i, c)| Some((i, c.as_ref()?.len())));
    let Some((first, length)) = lengths.next() else {
        return;
    };
    if let Some((other, got)) = lengths.find(|(_, got)| *got != length) {
        let name = |place: usize| {
            if schema.named {
                json!(schema.columns[place].name)
            } else {
                json!(place)
            }
        };
        let msg = format!(
            "the columns have different lengths: {} has {length} values, {} has {got}",
            name(first),
            name(other)
        );
        return rows.wrong_row(Code::WrongFeatureCount, msg, []);
    }
    if !rows.is_clean() {
        return;
    }
    let row = |row: usize| {
        columns
            .iter()
            .map(move |values| values.as_ref().map_or(f64::NAN, |v| v[row]))
    };
    let values: Vec<f64> = (0..length).flat_map(row).collect();
    // Every row has a value of each column.
    let batch = Batch::from_values(values, schema.len()).unwrap_or_default();
    rows.batch = batch.with_texts(std::mem::take(rows.batch.texts_mut()));
}
