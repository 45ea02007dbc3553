//! `{"features": row}`, alone or in an array.

use crate::http::{
    dialects::{
        json::seeds::{NameSeed, RowSeed, any_seed, refuse},
        rows::{Rows, echo},
    },
    problem::Code,
};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::json;
use std::fmt;

/// `[row, row, …]`
pub(super) struct BatchSeed<'r, 'f> {
    pub(super) rows: &'r mut Rows<'f>,
    pub(super) max_rows: usize,
}

any_seed!(BatchSeed);

impl BatchSeed<'_, '_> {
    fn refuse(self, got: &str) {
        self.rows.place.row = None;
        self.rows.wrong_row(
            Code::InvalidType,
            format!("expected an array of rows, got {got}"),
            [],
        );
        self.rows.advise(true);
    }
}

impl<'de> Visitor<'de> for BatchSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            if self.rows.count() == self.max_rows {
                if seq.next_element::<IgnoredAny>()?.is_none() {
                    return Ok(());
                }
                self.rows.too_many = true;
                return Err(A::Error::custom("too many rows"));
            }
            self.rows.place.row = Some(self.rows.count());
            if seq.next_element_seed(WrappedSeed(self.rows))?.is_none() {
                return Ok(());
            }
        }
    }

    refuse!(refuse: number, boolean, null, string, object);
}

/// `{"features": …}`
pub(super) struct WrappedSeed<'r, 'f>(pub(super) &'r mut Rows<'f>);

any_seed!(WrappedSeed);

impl WrappedSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let clean = self.0.is_clean();
        self.0.wrong_row(
            Code::InvalidType,
            format!("expected an object with the field \"features\", got {got}"),
            [],
        );
        self.0.advise(clean);
        self.0.end_row();
    }
}

impl<'de> Visitor<'de> for WrappedSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with the field \"features\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let clean = self.0.is_clean();
        let mut found = false;
        while let Some(name) = map.next_key_seed(NameSeed(|name: &str| {
            (name != "features").then(|| echo(name))
        }))? {
            match name {
                None if !found => {
                    found = true;
                    map.next_value_seed(RowSeed(self.0))?;
                    continue;
                }
                None => self.0.wrong_row(
                    Code::DuplicateField,
                    "the field \"features\" is given twice",
                    [json!("features")],
                ),
                Some(name) => {
                    let msg = format!("unknown field {}; a row has only \"features\"", json!(name));
                    self.0.wrong_row(Code::UnknownField, msg, [json!(name)]);
                }
            }
            map.next_value::<IgnoredAny>()?;
        }
        if !found {
            self.0.wrong_row(
                Code::MissingField,
                "the field \"features\" is missing",
                [json!("features")],
            );
            self.0.advise(clean);
        }
        self.0.end_row();
        Ok(())
    }

    refuse!(refuse: number, boolean, null, string, array);
}
