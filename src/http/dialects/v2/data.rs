//! The data of tensors in JSON, flat or nested, into the matrix as it is read.

use crate::http::{
    dialects::{
        json::seeds::NameSeed,
        tensors::{broken, fill::Fill, tensor::Tensor},
    },
    problem::Failure,
};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// Writes the tensors that have their data in the request itself, which has been read once.
pub(super) fn read(json: &[u8], tensors: &[Tensor], fill: &mut Fill<'_>) -> Result<(), Failure> {
    let mut reading = Reading {
        tensors,
        fill,
        next: 0,
        failure: None,
    };
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = Level::Request.of(&mut reading).deserialize(&mut reader);
    if let Some(failure) = reading.failure {
        return Err(failure);
    }
    read.map(drop).map_err(|error| fill.syntax(&error))
}

/// The tensors while they are read.
struct Reading<'r, 'm> {
    tensors: &'r [Tensor],
    fill: &'r mut Fill<'m>,
    /// The tensor that is read, or the next one.
    next: usize,
    /// The first thing wrong with the form of the data.
    failure: Option<Failure>,
}

impl Reading<'_, '_> {
    fn fail(&mut self, what: impl fmt::Display) {
        if let Some(tensor) = self.tensors.get(self.next) {
            self.failure
                .get_or_insert_with(|| broken(&tensor.name, what));
        }
    }
}

/// How deep in the request a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Request,
    Inputs,
    Input,
    Data,
    /// An element of the data.
    Row,
    /// An element of an element.
    Value,
}

impl Level {
    fn of<'s, 'r, 'm>(self, reading: &'s mut Reading<'r, 'm>) -> Seed<'s, 'r, 'm> {
        Seed {
            level: self,
            reading,
        }
    }
}

struct Seed<'s, 'r, 'm> {
    level: Level,
    reading: &'s mut Reading<'r, 'm>,
}

/// What an element of data is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Value,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = Kind;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_, '_, '_> {
    /// A value of the tensor, or something else where its data should be.
    fn value(self, got: &str, write: impl FnOnce(&mut Fill<'_>)) -> Kind {
        if self.level == Level::Data {
            self.reading
                .fail(format!("its data is {got}, not an array"));
        } else {
            write(self.reading.fill);
        }
        Kind::Value
    }

    /// The data: all values in one array, or an array for each row.
    fn data<'de, A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let reading = self.reading;
        let tensors = reading.tensors;
        let Some(tensor) = tensors.get(reading.next) else {
            return Err(A::Error::custom("an input that was not there before"));
        };
        reading.fill.begin(reading.next, tensor);
        let mut first = None;
        while let Some(kind) = seq.next_element_seed(Level::Row.of(reading))? {
            if *first.get_or_insert(kind) != kind {
                reading.fail("its data has values beside arrays");
            }
        }
        if let Err(failure) = reading.fill.end(tensor) {
            reading.failure.get_or_insert(failure);
        }
        Ok(())
    }

    /// One row of nested data.
    fn row<'de, A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let reading = self.reading;
        let per_row = reading.tensors.get(reading.next).map(Tensor::per_row);
        let mut count = 0;
        while seq.next_element_seed(Level::Value.of(reading))?.is_some() {
            count += 1;
        }
        if per_row != Some(count) {
            let wanted = per_row.unwrap_or(0);
            reading.fail(format!(
                "an array of its data has {count} values, where its shape has {wanted}"
            ));
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, '_> {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an inference request by the names of its fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let (key, below) = match self.level {
            Level::Request => ("inputs", Level::Inputs),
            Level::Input => ("data", Level::Data),
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(self.value("an object", |fill| fill.wrong("an object")));
            }
        };
        while let Some(is) = map.next_key_seed(NameSeed(|name: &str| name == key))? {
            if is {
                map.next_value_seed(below.of(self.reading))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Kind::Value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
        match self.level {
            Level::Inputs => {
                let reading = self.reading;
                while seq.next_element_seed(Level::Input.of(reading))?.is_some() {
                    reading.next += 1;
                }
            }
            Level::Data => self.data(seq)?,
            Level::Row => self.row(seq)?,
            Level::Value => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                self.reading
                    .fail("its data is nested more deeply than its shape");
            }
            // The first reading takes fields in order too.
            Level::Request | Level::Input => {
                return Err(A::Error::custom("fields come by name, not in an array"));
            }
        }
        Ok(Kind::Array)
    }

    fn visit_f64<E>(self, x: f64) -> Result<Kind, E> {
        Ok(self.value("a number", |fill| fill.digits(x)))
    }

    fn visit_u64<E>(self, x: u64) -> Result<Kind, E> {
        Ok(self.value("a number", |fill| fill.digits(x as f64)))
    }

    fn visit_i64<E>(self, x: i64) -> Result<Kind, E> {
        Ok(self.value("a number", |fill| fill.digits(x as f64)))
    }

    fn visit_bool<E>(self, x: bool) -> Result<Kind, E> {
        Ok(self.value("a boolean", |fill| fill.boolean(x)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Kind, E> {
        Ok(self.value("a string", |fill| fill.text(text)))
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        // Data that is elsewhere.
        if self.level != Level::Data {
            self.reading.fill.missing();
        }
        Ok(Kind::Value)
    }
}
