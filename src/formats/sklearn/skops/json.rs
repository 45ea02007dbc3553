//! JSON straight into the arena: no tree of values in between.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{
    super::{
        id::Id,
        record::{Arena, Node},
    },
    FormatError, corrupt,
};

/// Reads a whole JSON text that lives as long as the arena.
pub(super) fn read<'a>(text: &'a [u8], arena: &mut Arena<'a>) -> Result<Id, FormatError> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let id = Json(arena).deserialize(&mut json);
    id.and_then(|id| json.end().map(|()| id))
        .map_err(|e| corrupt!("schema.json is not what skops writes: {e}"))
}

/// Reads a JSON text that was inside another; its own texts are copied.
pub(super) fn read_inner(text: &str, arena: &mut Arena<'_>) -> Result<Id, FormatError> {
    let mut json = serde_json::Deserializer::from_reader(text.as_bytes());
    let id = Json(arena).deserialize(&mut json);
    id.and_then(|id| json.end().map(|()| id))
        .map_err(|e| corrupt!("a value in schema.json is not JSON: {e}"))
}

/// `serde_json` bounds the depth, so that this does not overflow the stack.
struct Json<'r, 'a>(&'r mut Arena<'a>);

impl<'a> Json<'_, 'a> {
    fn add<E: Error>(self, node: Node<'a>) -> Result<Id, E> {
        self.0.add(node).map_err(E::custom)
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Json<'_, 'a> {
    type Value = Id;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Id, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Json<'_, 'a> {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Id, E> {
        Ok(Arena::NONE)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Id, E> {
        Ok(Arena::bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Id, E> {
        self.0.int(value).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Id, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.add(Node::Opaque),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Id, E> {
        self.add(Node::Float(value))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Id, E> {
        self.add(Node::Text(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
        self.add(Node::OwnedText(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Id, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Json(self.0))? {
            items.push(item);
        }
        self.add(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Id, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key_seed(Json(self.0))? {
            pairs.push((key, map.next_value_seed(Json(self.0))?));
        }
        self.add(Node::Dict(pairs))
    }
}
