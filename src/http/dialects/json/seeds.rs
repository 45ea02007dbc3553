//! How JSON is read: serde seeds that write into [`Rows`]. A row is an array of values, or an object of them by name.

use crate::{
    http::{
        dialects::rows::{Rows, echo},
        problem::Code,
    },
    input::Value,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// Implements the visits of a seed that wants one shape and gets another: the value is skipped, the mistake recorded.
macro_rules! refuse {
    ($refuse:ident: $($visit:ident),+) => { $(refuse!(@ $refuse $visit);)+ };
    (@ $refuse:ident number) => {
        fn visit_f64<E>(self, _: f64) -> Result<(), E> { self.$refuse("a number"); Ok(()) }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> { self.$refuse("a number"); Ok(()) }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> { self.$refuse("a number"); Ok(()) }
    };
    (@ $refuse:ident boolean) => { fn visit_bool<E>(self, _: bool) -> Result<(), E> { self.$refuse("a boolean"); Ok(()) } };
    (@ $refuse:ident null) => { fn visit_unit<E>(self) -> Result<(), E> { self.$refuse("null"); Ok(()) } };
    (@ $refuse:ident string) => { fn visit_str<E>(self, _: &str) -> Result<(), E> { self.$refuse("a string"); Ok(()) } };
    (@ $refuse:ident array) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            self.$refuse("an array");
            Ok(())
        }
    };
    (@ $refuse:ident object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.$refuse("an object");
            Ok(())
        }
    };
}

macro_rules! any_seed {
    ($seed:ident) => {
        impl<'de> DeserializeSeed<'de> for $seed<'_, '_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

pub(in crate::http::dialects) use {any_seed, refuse};

/// `[5.1, 3.5]` or `{"sepal_length": 5.1, "sepal_width": 3.5}`
pub(in crate::http::dialects) struct RowSeed<'r, 'f>(
    pub(in crate::http::dialects) &'r mut Rows<'f>,
);

any_seed!(RowSeed);

impl RowSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let shapes = if self.0.schema.named {
            "an array of numbers or an object"
        } else {
            "an array of numbers"
        };
        self.0.wrong_row(
            Code::InvalidType,
            format!("expected features as {shapes}, got {got}"),
            [json!("features")],
        );
    }
}

impl<'de> Visitor<'de> for RowSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array or an object of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let rows = self.0;
        let width = rows.schema.len();
        let clean = rows.is_clean();
        (rows.place.named, rows.nested) = (false, 0);
        let mut read = 0;
        while read < width {
            rows.place.column = read;
            if seq.next_element_seed(ValueSeed(rows))?.is_none() {
                break;
            }
            read += 1;
        }
        let mut count = read;
        while count >= width && seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        if count != width {
            rows.wrong_count(count);
        }
        // Nothing but arrays: rows where a row should be.
        if rows.nested > 0 && rows.nested == read {
            rows.advise(clean);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let rows = self.0;
        let (schema, model) = (rows.schema, &rows.served.model);
        if !schema.named {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            let msg = format!(
                "this model's columns have no names; send an array of {} numbers",
                schema.len()
            );
            rows.wrong_row(Code::UnnamedColumns, msg, [json!("features")]);
            return Ok(());
        }
        let mut seen = vec![false; schema.len()];
        rows.place.named = true;
        let mut next = 0;
        // Clients mostly send columns in the model's order: the next one is tried before the index is asked.
        let find = |next: usize, name: &str| match schema.columns.get(next) {
            Some(column) if column.name == name => Ok(next),
            _ => model.place(name).ok_or_else(|| echo(name)),
        };
        while let Some(found) = map.next_key_seed(NameSeed(|name: &str| find(next, name)))? {
            match found {
                Ok(column) if !seen[column] => {
                    seen[column] = true;
                    next = column + 1;
                    rows.place.column = column;
                    map.next_value_seed(ValueSeed(rows))?;
                    continue;
                }
                Ok(column) => {
                    rows.place.column = column;
                    rows.wrong_value(Code::DuplicateColumn, "the column is given twice");
                }
                Err(_) if rows.skips_unknown => {}
                Err(name) => {
                    let msg = format!("unknown column {}", json!(name));
                    rows.wrong_row(Code::UnknownColumn, msg, [json!("features"), json!(name)]);
                }
            }
            map.next_value::<IgnoredAny>()?;
        }
        for place in (0..seen.len()).filter(|place| !seen[*place]) {
            let column = &schema.columns[place];
            // What a row may leave out is missing there: the end of the row writes it.
            if !column.required && column.nullable {
                continue;
            }
            rows.missing_column(place);
        }
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string);
}

/// A field or column name, looked at in place.
pub(in crate::http::dialects) struct NameSeed<F>(pub(in crate::http::dialects) F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for NameSeed<F> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for NameSeed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok(self.0(name))
    }
}

/// The least 64-bit integer.
const LEAST: f64 = i64::MIN as f64;

/// One feature value, at `rows.place`.
pub(in crate::http::dialects) struct ValueSeed<'r, 'f>(
    pub(in crate::http::dialects) &'r mut Rows<'f>,
);

any_seed!(ValueSeed);

impl ValueSeed<'_, '_> {
    fn refuse(self, got: &'static str) {
        self.0.wrong_type(got);
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a feature value")
    }

    fn visit_f64<E>(self, x: f64) -> Result<(), E> {
        // An integer below all 64-bit integers is read as a float, which is rounded to the least of them.
        self.0.number(if x == LEAST && self.0.is_long() {
            x.next_down()
        } else {
            x
        });
        Ok(())
    }

    fn visit_u64<E>(self, x: u64) -> Result<(), E> {
        self.0.number(x as f64);
        Ok(())
    }

    fn visit_i64<E>(self, x: i64) -> Result<(), E> {
        self.0.number(x as f64);
        Ok(())
    }

    fn visit_bool<E>(self, x: bool) -> Result<(), E> {
        self.0.accept(Value::Boolean(x));
        Ok(())
    }

    fn visit_str<E>(self, x: &str) -> Result<(), E> {
        self.0.accept(Value::Text(x));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.accept(Value::Missing);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.0.nested += 1;
        self.refuse("an array");
        Ok(())
    }

    refuse!(refuse: object);
}
