//! The object around the rows.

use super::{
    columns::ColumnsSeed, parameters::ParametersSeed, rows::RowsSeed, split::SplitSeed,
    table::Table, takes::Arranged,
};
use crate::http::{
    dialects::json::seeds::{NameSeed, any_seed, refuse},
    problem::Code,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// `{"instances": …}` and its like.
pub(super) struct ObjectSeed<'t, 'm>(pub(super) &'t mut Table<'m>);

any_seed!(ObjectSeed);

/// What a name in the object is.
enum Field {
    Key(&'static str, Arranged),
    Parameters(&'static str, &'static [&'static str]),
    Other,
}

impl ObjectSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let Table { rows, takes, .. } = self.0;
        rows.place.row = None;
        let msg = format!(
            "expected an object with the field {}, got {got}",
            takes.listed()
        );
        rows.wrong_row(Code::InvalidType, msg, []);
        rows.advise(true);
    }

    fn field(&self, name: &str) -> Field {
        let takes = self.0.takes;
        if let Some((key, arranged)) = takes.keys.iter().find(|(key, _)| *key == name) {
            return Field::Key(key, *arranged);
        }
        match takes.parameters {
            Some((field, known)) if field == name => Field::Parameters(field, known),
            _ => Field::Other,
        }
    }

    /// Whether the rows under this key are the ones to read: the first ones, and on another pass they again.
    fn takes(&mut self, key: &'static str, arranged: Arranged) -> bool {
        let Table {
            rows,
            found,
            takes,
            columns,
            ..
        } = &mut *self.0;
        let Some((first, _)) = *found else {
            *found = Some((key, arranged));
            return true;
        };
        if columns.is_again() {
            return first == key;
        }
        rows.place.row = None;
        let (code, msg) = if first == key {
            (
                Code::DuplicateField,
                format!("the field \"{key}\" is given twice"),
            )
        } else {
            let listed = takes.listed();
            (
                Code::UnknownField,
                format!("\"{first}\" and \"{key}\" are both given; send exactly one of {listed}"),
            )
        };
        rows.wrong_row(code, msg, [json!(key)]);
        false
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with rows")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(NameSeed(|name: &str| self.field(name)))? {
            let again = self.0.columns.is_again();
            match field {
                Field::Key(key, arranged) if self.takes(key, arranged) => match arranged {
                    Arranged::Split => map.next_value_seed(SplitSeed(self.0)),
                    Arranged::Records | Arranged::Rows => map.next_value_seed(RowsSeed(self.0)),
                    Arranged::RowsOrColumns => map.next_value_seed(ColumnsSeed(self.0)),
                },
                Field::Parameters(field, known) if !again => map.next_value_seed(ParametersSeed {
                    table: self.0,
                    field,
                    known,
                }),
                _ => map.next_value::<IgnoredAny>().map(|_| ()),
            }?;
        }
        let Table {
            rows, found, takes, ..
        } = self.0;
        if found.is_none() {
            rows.place.row = None;
            let clean = rows.is_clean();
            let listed = takes.listed();
            let msg = format!("the rows are missing: there is no field {listed}");
            rows.wrong_row(Code::MissingField, msg, [json!(takes.keys[0].0)]);
            rows.advise(clean);
        }
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string, array);
}
