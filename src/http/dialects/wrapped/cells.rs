//! The values of one column.

use super::table::Table;
use crate::{http::dialects::json::seeds::RowSeed, input::Value};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// `[value, …]`, or one value alone.
pub(super) struct CellsSeed<'t, 'm> {
    pub(super) table: &'t mut Table<'m>,
    pub(super) column: usize,
    pub(super) values: &'t mut Vec<f64>,
}

/// One of these values. `within` is how many arrays of one element it is in.
struct CellSeed<'t, 'm> {
    table: &'t mut Table<'m>,
    column: usize,
    values: &'t mut Vec<f64>,
    within: usize,
}

impl<'m> CellsSeed<'_, 'm> {
    fn cell(&mut self, row: usize) -> CellSeed<'_, 'm> {
        self.table.rows.place.row = Some(row);
        CellSeed {
            table: self.table,
            column: self.column,
            values: self.values,
            within: 0,
        }
    }
}

impl CellSeed<'_, '_> {
    fn point(&mut self) {
        let rows = &mut self.table.rows;
        (rows.place.column, rows.place.named) = (self.column, rows.schema.named);
    }

    fn take(mut self, value: Value<'_>) {
        self.point();
        let taken = self.table.rows.take(value);
        // What is refused keeps its place, so that later values keep theirs.
        self.values.push(taken.unwrap_or(f64::NAN));
    }

    fn refuse(mut self, got: &'static str) {
        self.point();
        self.table.rows.wrong_type(got);
        self.values.push(f64::NAN);
    }
}

/// Implements the visits of values.
macro_rules! values {
    ($($visit:ident($x:ident: $type:ty) is $value:expr),+) => {
        $(fn $visit<E>(mut self, $x: $type) -> Result<(), E> {
            self.alone().take($value);
            Ok(())
        })+

        fn visit_unit<E>(mut self) -> Result<(), E> {
            self.alone().take(Value::Missing);
            Ok(())
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.alone().refuse("an object");
            Ok(())
        }
    };
    () => {
        values!(
            visit_f64(x: f64) is Value::Number(x),
            visit_u64(x: u64) is Value::Number(x as f64),
            visit_i64(x: i64) is Value::Number(x as f64),
            visit_bool(x: bool) is Value::Boolean(x),
            visit_str(x: &str) is Value::Text(x)
        );
    };
}

impl<'m> CellsSeed<'_, 'm> {
    fn alone(&mut self) -> CellSeed<'_, 'm> {
        self.cell(0)
    }
}

impl<'m> CellSeed<'_, 'm> {
    fn alone(&mut self) -> CellSeed<'_, 'm> {
        CellSeed {
            table: self.table,
            column: self.column,
            values: self.values,
            within: self.within,
        }
    }
}

impl<'de> Visitor<'de> for CellsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the values of a column")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        for row in 0.. {
            if row == self.table.max_rows {
                return match seq.next_element::<IgnoredAny>()? {
                    None => Ok(()),
                    Some(_) => Err(self.table.full()),
                };
            }
            if seq.next_element_seed(self.cell(row))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    values!();
}

impl<'de> Visitor<'de> for CellSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        if self.within == 0 && !self.table.rows.schema.named {
            // A tensor of all columns.
            RowSeed(&mut self.table.rows).visit_seq(seq)?;
            self.table.rows.end_row();
            return Ok(());
        }
        if self.within > 0 {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            self.refuse("an array");
            return Ok(());
        }
        // A tensor with a column of its own, `[[1], [2]]`.
        let mut inner = self.alone();
        inner.within = 1;
        let found = seq.next_element_seed(inner)?.is_some();
        let mut more = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            more = true;
        }
        if more {
            self.values.pop();
        }
        if more || !found {
            self.refuse("an array");
        }
        Ok(())
    }

    values!();
}

macro_rules! any {
    ($seed:ident) => {
        impl<'de> DeserializeSeed<'de> for $seed<'_, '_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

any!(CellsSeed);
any!(CellSeed);
