//! UBJSON, as much of it as XGBoost writes, behind serde, so that both of its formats fill the same description.
//!
//! Source: <https://ubjson.org/>, drafts 9 and 12, and the `UBJReader` of XGBoost's `src/common/json.cc`. Nothing is
//! believed: every length is held against the bytes that are left, and nesting is bounded.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};

/// A model nests eight levels.
const MAX_DEPTH: u32 = 32;

/// Reads one value that takes all of `bytes`.
pub(super) fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    let mut reader = Reader {
        rest: bytes,
        size: bytes.len(),
        depth: 0,
    };
    let value = T::deserialize(&mut reader)?;
    if !reader.rest.is_empty() {
        return Err(reader.error("the model ends before the file does"));
    }
    Ok(value)
}

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(super) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Reader<'de> {
    rest: &'de [u8],
    size: usize,
    depth: u32,
}

impl<'de> Reader<'de> {
    fn error(&self, what: &str) -> Error {
        Error(format!("{what}, at byte {}", self.size - self.rest.len()))
    }

    fn take(&mut self, count: usize) -> Result<&'de [u8], Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.error("the file is cut off"));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(self.error("the file is cut off"));
        };
        self.rest = rest;
        Ok(*taken)
    }

    fn marker(&mut self) -> Result<u8, Error> {
        Ok(u8::from_be_bytes(self.bytes()?))
    }

    /// Steps over `marker` if it comes next.
    fn skip(&mut self, marker: u8) -> bool {
        let rest = self.rest.strip_prefix(&[marker]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A length with its own type; elements of `least` bytes each must fit into what is left.
    fn length(&mut self, least: usize) -> Result<usize, Error> {
        let length = match self.marker()? {
            b'i' => i8::from_be_bytes(self.bytes()?).into(),
            b'U' => u8::from_be_bytes(self.bytes()?).into(),
            b'I' => i16::from_be_bytes(self.bytes()?).into(),
            b'l' => i32::from_be_bytes(self.bytes()?).into(),
            b'L' => i64::from_be_bytes(self.bytes()?),
            _ => return Err(self.error("a length is not an integer")),
        };
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() / least => Ok(length),
            _ => Err(self.error(&format!("{length} elements do not fit into the file"))),
        }
    }

    fn text(&mut self) -> Result<&'de str, Error> {
        let length = self.length(1)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    /// The bytes that an element of a typed array takes.
    fn size_of(&self, kind: u8) -> Result<usize, Error> {
        match kind {
            b'i' | b'U' => Ok(1),
            b'I' => Ok(2),
            b'l' | b'd' => Ok(4),
            b'L' | b'D' => Ok(8),
            _ => Err(self.error("an array is of a type that XGBoost does not write")),
        }
    }

    /// The type and the number of elements of an array whose bracket has been read.
    fn array(&mut self) -> Result<Elements, Error> {
        let kind = if self.skip(b'$') {
            Some(self.marker()?)
        } else {
            None
        };
        let least = kind.map_or(Ok(1), |kind| self.size_of(kind))?;
        let left = if self.skip(b'#') {
            Some(self.length(least)?)
        } else if kind.is_some() {
            return Err(self.error("a typed array has no length"));
        } else {
            None
        };
        Ok(Elements { kind, left })
    }

    fn value<V: Visitor<'de>>(&mut self, kind: u8, visitor: V) -> Result<V::Value, Error> {
        match kind {
            b'Z' => visitor.visit_unit(),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'i' => visitor.visit_i8(i8::from_be_bytes(self.bytes()?)),
            b'U' => visitor.visit_u8(u8::from_be_bytes(self.bytes()?)),
            b'I' => visitor.visit_i16(i16::from_be_bytes(self.bytes()?)),
            b'l' => visitor.visit_i32(i32::from_be_bytes(self.bytes()?)),
            b'L' => visitor.visit_i64(i64::from_be_bytes(self.bytes()?)),
            b'd' => visitor.visit_f32(f32::from_be_bytes(self.bytes()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(self.bytes()?)),
            b'S' => visitor.visit_borrowed_str(self.text()?),
            b'[' => {
                let elements = self.array()?;
                self.nested(|reader| visitor.visit_seq(Array { reader, elements }))
            }
            b'{' => self.nested(|reader| visitor.visit_map(Object { reader })),
            _ => Err(self.error("this is no value of UBJSON")),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("the file is nested too deeply for a model"));
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let kind = self.marker()?;
        self.value(kind, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.skip(b'Z') {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    /// Steps over a typed array at once: half of a model is statistics of its training.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.rest.starts_with(b"[$") {
            self.marker()?;
            if let Elements {
                kind: Some(kind),
                left: Some(left),
            } = self.array()?
            {
                self.take(left * self.size_of(kind)?)?;
            }
            return visitor.visit_unit();
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier
    }
}

struct Elements {
    /// The type of all, or nothing where each has its own.
    kind: Option<u8>,
    /// How many are to come, or nothing where a bracket ends them.
    left: Option<usize>,
}

struct Array<'a, 'de> {
    reader: &'a mut Reader<'de>,
    elements: Elements,
}

impl<'de> SeqAccess<'de> for Array<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        match &mut self.elements.left {
            Some(0) => return Ok(None),
            Some(left) => *left -= 1,
            None if self.reader.skip(b']') => return Ok(None),
            None => {}
        }
        match self.elements.kind {
            Some(kind) => seed.deserialize(Element {
                reader: self.reader,
                kind,
            }),
            None => seed.deserialize(&mut *self.reader),
        }
        .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.elements.left
    }
}

/// An element of a typed array, whose type has been read.
struct Element<'a, 'de> {
    reader: &'a mut Reader<'de>,
    kind: u8,
}

impl<'de> Deserializer<'de> for Element<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.value(self.kind, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Object<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> MapAccess<'de> for Object<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.reader.skip(b'}') {
            return Ok(None);
        }
        let key = self.reader.text()?;
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}
