//! Parameters of a prediction beside its rows.

use super::table::Table;
use crate::http::{
    dialects::{
        json::seeds::{NameSeed, any_seed, refuse},
        rows::echo,
    },
    problem::Code,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::fmt;

/// The one parameter that this server understands, where a format takes it.
pub(in crate::http) const PROBABILITIES: &str = "probabilities";

/// `{}`, `null`, or an object of the parameters that are understood.
pub(super) struct ParametersSeed<'t, 'm> {
    pub(super) table: &'t mut Table<'m>,
    pub(super) field: &'static str,
    pub(super) known: &'static [&'static str],
}

impl ParametersSeed<'_, '_> {
    fn refuse(self, got: &str) {
        let Self { table, field, .. } = self;
        table.rows.place.row = None;
        let msg = format!("expected \"{field}\" as an object, got {got}");
        table.rows.wrong_row(Code::InvalidType, msg, [json!(field)]);
    }

    fn unknown(&mut self, name: &str) {
        let Self {
            table,
            field,
            known,
        } = self;
        let takes = match known {
            [] => format!("this model takes none; leave \"{field}\" out"),
            known => format!("\"{field}\" takes {}", known.join(", ")),
        };
        table.rows.place.row = None;
        let msg = format!("unknown parameter {}: {takes}", json!(name));
        table
            .rows
            .wrong_row(Code::UnknownField, msg, [json!(field), json!(name)]);
    }
}

any_seed!(ParametersSeed);

impl<'de> Visitor<'de> for ParametersSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of parameters")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let known = self.known;
        while let Some(found) = map.next_key_seed(NameSeed(|name: &str| {
            known
                .iter()
                .find(|known| **known == name)
                .ok_or_else(|| echo(name))
        }))? {
            match found {
                Ok(_) => {
                    let truth = map.next_value_seed(Truth)?;
                    self.table.parameters.probabilities = truth;
                    if truth.is_none() {
                        self.table.rows.place.row = None;
                        let msg = format!("the parameter {PROBABILITIES} must be true or false");
                        let place = [json!(self.field), json!(PROBABILITIES)];
                        self.table.rows.wrong_row(Code::InvalidType, msg, place);
                    }
                }
                Err(name) => {
                    self.unknown(&name);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    refuse!(refuse: number, boolean, string, array);
}

/// `true` or `false`; nothing for any other value.
struct Truth;

impl<'de> DeserializeSeed<'de> for Truth {
    type Value = Option<bool>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<bool>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Truth {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Option<bool>, E> {
        Ok(Some(truth))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<bool>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<bool>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
