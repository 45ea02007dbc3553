//! `[row, row, …]`: each row an array of values, an object of them by name, or the only value of a model with one column.

use super::{table::Table, unnamed::UnnamedRow};
use crate::{
    http::{
        dialects::{
            json::seeds::{RowSeed, any_seed, refuse},
            rows::Rows,
        },
        problem::Code,
    },
    input::Value,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// An array of rows.
pub(super) struct RowsSeed<'t, 'm>(pub(super) &'t mut Table<'m>);

any_seed!(RowsSeed);

impl RowsSeed<'_, '_> {
    pub(super) fn refuse(self, got: &str) {
        let Table { rows, found, .. } = self.0;
        rows.place.row = None;
        let key = found.map_or("", |(key, _)| key);
        let msg = format!("expected \"{key}\" as an array of rows, got {got}");
        rows.wrong_row(Code::InvalidType, msg, [json!(key)]);
        rows.advise(true);
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.0
            .read_rows(seq, |seq, table| seq.next_element_seed(OneSeed(table)))
    }

    refuse!(refuse: number, boolean, null, string, object);
}

/// One row.
struct OneSeed<'t, 'm>(&'t mut Table<'m>);

any_seed!(OneSeed);

impl OneSeed<'_, '_> {
    /// A value that is no row, unless rows have only one value.
    fn single(self, got: &str, write: impl FnOnce(&mut Rows<'_>)) {
        let rows = &mut self.0.rows;
        if rows.schema.len() == 1 {
            (rows.place.column, rows.place.named) = (0, false);
            write(rows);
        } else {
            let clean = rows.is_clean();
            let msg = format!("expected a row as an array or an object, got {got}");
            rows.wrong_row(Code::InvalidType, msg, []);
            rows.advise(clean);
        }
        rows.end_row();
    }
}

impl<'de> Visitor<'de> for OneSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        RowSeed(&mut self.0.rows).visit_seq(seq)?;
        self.0.rows.end_row();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let table = self.0;
        if table.rows.schema.named {
            RowSeed(&mut table.rows).visit_map(map)?;
        } else {
            UnnamedRow(table).visit_map(map)?;
        }
        table.rows.end_row();
        Ok(())
    }

    fn visit_f64<E>(self, x: f64) -> Result<(), E> {
        self.single("a number", |rows| rows.number(x));
        Ok(())
    }

    fn visit_u64<E>(self, x: u64) -> Result<(), E> {
        self.single("a number", |rows| rows.number(x as f64));
        Ok(())
    }

    fn visit_i64<E>(self, x: i64) -> Result<(), E> {
        self.single("a number", |rows| rows.number(x as f64));
        Ok(())
    }

    fn visit_bool<E>(self, x: bool) -> Result<(), E> {
        self.single("a boolean", |rows| rows.accept(Value::Boolean(x)));
        Ok(())
    }

    fn visit_str<E>(self, x: &str) -> Result<(), E> {
        self.single("a string", |rows| rows.accept(Value::Text(x)));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.single("null", |rows| rows.accept(Value::Missing));
        Ok(())
    }
}
