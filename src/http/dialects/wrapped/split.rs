//! `{"columns": […], "index": […], "data": [[…], …]}`: a data frame as pandas splits it, with its parts in any order.

use super::{
    header::{Columns, Pass},
    rows::RowsSeed,
    table::Table,
};
use crate::http::{
    dialects::{
        json::seeds::{NameSeed, ValueSeed, any_seed, refuse},
        rows::echo,
    },
    problem::Code,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// The whole frame.
pub(super) struct SplitSeed<'t, 'm>(pub(super) &'t mut Table<'m>);

any_seed!(SplitSeed);

impl SplitSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let rows = &mut self.0.rows;
        rows.place.row = None;
        let msg = format!("expected an object with the fields \"columns\" and \"data\", got {got}");
        rows.wrong_row(Code::InvalidType, msg, []);
        rows.advise(true);
    }
}

#[derive(PartialEq)]
enum Part {
    Columns,
    Data,
    Other,
}

impl<'de> Visitor<'de> for SplitSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a split data frame")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let table = self.0;
        let mut data = false;
        while let Some(part) = map.next_key_seed(NameSeed(|name: &str| match name {
            "columns" => Part::Columns,
            "data" => Part::Data,
            _ => Part::Other,
        }))? {
            let Columns { places, pass } = &mut table.columns;
            let known = places.is_some();
            match part {
                Part::Columns if !known && *pass != Pass::Again => {
                    map.next_value_seed(HeaderSeed(table))?;
                }
                Part::Data if data => {
                    table.rows.place.row = None;
                    let msg = "the field \"data\" is given twice";
                    table
                        .rows
                        .wrong_row(Code::DuplicateField, msg, [json!("data")]);
                    map.next_value::<IgnoredAny>()?;
                }
                Part::Data => {
                    data = true;
                    if known {
                        map.next_value_seed(DataSeed(table))?;
                    } else if *pass == Pass::Again {
                        // There are no names: the model's order counts.
                        map.next_value_seed(RowsSeed(table))?;
                    } else {
                        *pass = Pass::Passed;
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !data {
            table.rows.place.row = None;
            let clean = table.rows.is_clean();
            let msg = "the field \"data\" is missing";
            table
                .rows
                .wrong_row(Code::MissingField, msg, [json!("data")]);
            table.rows.advise(clean);
        }
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string, array);
}

/// The names of the columns.
struct HeaderSeed<'t, 'm>(&'t mut Table<'m>);

any_seed!(HeaderSeed);

impl HeaderSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let rows = &mut self.0.rows;
        rows.place.row = None;
        let msg = format!("expected \"columns\" as an array of names, got {got}");
        rows.wrong_row(Code::InvalidType, msg, [json!("columns")]);
    }

    /// The place of a column in the model.
    fn place(&mut self, name: &str, at: usize, seen: &mut [bool]) -> Option<u32> {
        let Table { rows, takes, .. } = &mut *self.0;
        if !rows.schema.named {
            return (at < seen.len()).then_some(at as u32);
        }
        let Some(place) = rows.served.model.place(name) else {
            if !takes.skips_unknown {
                let name = json!(echo(name));
                let msg = format!("unknown column {name}");
                rows.wrong_row(Code::UnknownColumn, msg, [name]);
            }
            return None;
        };
        if std::mem::replace(&mut seen[place], true) {
            (rows.place.column, rows.place.named) = (place, true);
            rows.wrong_value(Code::DuplicateColumn, "the column is given twice");
        }
        Some(place as u32)
    }
}

impl<'de> Visitor<'de> for HeaderSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("names of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.0.rows.place.row = None;
        let schema = self.0.rows.schema;
        let (mut places, mut seen) = (Vec::new(), vec![false; schema.len()]);
        while let Some(place) = seq.next_element_seed(TitleSeed(|name: &str| {
            self.place(name, places.len(), &mut seen)
        }))? {
            places.push(place);
        }
        let rows = &mut self.0.rows;
        if schema.named {
            for (place, column) in schema.columns.iter().enumerate() {
                if !seen[place] && (column.required || !column.nullable) {
                    rows.missing_column(place);
                }
            }
        } else if places.len() != schema.len() {
            rows.wrong_count(places.len());
        }
        self.0.columns.places = Some(places);
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string, object);
}

/// A name, which pandas writes as a number where a frame has none.
struct TitleSeed<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for TitleSeed<F> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F: FnOnce(&str) -> T> Visitor<'de> for TitleSeed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok(self.0(name))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(self.0(&number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(self.0(&number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(self.0(&number.to_string()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<T, E> {
        Ok(self.0(&truth.to_string()))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(self.0("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.0("[…]"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.0("{…}"))
    }
}

/// Rows whose values are in the order of the frame's columns.
struct DataSeed<'t, 'm>(&'t mut Table<'m>);

any_seed!(DataSeed);

impl DataSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let rows = &mut self.0.rows;
        rows.place.row = None;
        let msg = format!("expected \"data\" as an array of rows, got {got}");
        rows.wrong_row(Code::InvalidType, msg, [json!("data")]);
    }
}

impl<'de> Visitor<'de> for DataSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.0
            .read_rows(seq, |seq, table| seq.next_element_seed(LineSeed(table)))
    }

    refuse!(refuse: number, boolean, null, string, object);
}

/// One of them.
struct LineSeed<'t, 'm>(&'t mut Table<'m>);

any_seed!(LineSeed);

impl LineSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let rows = &mut self.0.rows;
        let msg = format!("expected an array of values, got {got}");
        rows.wrong_row(Code::InvalidType, msg, []);
        rows.end_row();
    }
}

impl<'de> Visitor<'de> for LineSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Table { rows, columns, .. } = self.0;
        let places = columns.places.as_deref().unwrap_or_default();
        rows.place.named = rows.schema.named;
        let mut count = 0;
        for place in places {
            let there = match place {
                Some(place) => {
                    rows.place.column = *place as usize;
                    seq.next_element_seed(ValueSeed(rows))?
                }
                None => seq.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if there.is_none() {
                break;
            }
            count += 1;
        }
        while count >= places.len() && seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        if count != places.len() {
            let msg = format!(
                "expected {} values, one for each of \"columns\", got {count}",
                places.len()
            );
            rows.wrong_row(Code::WrongFeatureCount, msg, []);
        }
        rows.end_row();
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string, object);
}
