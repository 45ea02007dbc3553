//! The lists of an attribute, in a fraction of the memory that a vector of them takes: a large forest is a dozen lists of millions.
//!
//! They stand in for fields of `AttributeProto` by the methods that prost calls of a one-of.

use prost::{
    DecodeError,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

/// Integers, each in as many bytes as the widest of them needs.
#[derive(Clone, Debug)]
pub(super) enum Ints {
    Short(Vec<u16>),
    Medium(Vec<i32>),
    Long(Vec<i64>),
}

/// Byte strings behind each other, and where each ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Strings {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// Some list that is empty.
pub(super) static NO_INTS: Ints = Ints::Short(Vec::new());
pub(super) static NO_STRINGS: Strings = Strings {
    bytes: Vec::new(),
    ends: Vec::new(),
};

impl Ints {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(list) => list.len(),
            Self::Medium(list) => list.len(),
            Self::Long(list) => list.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(super) fn get(&self, i: usize) -> Option<i64> {
        match self {
            Self::Short(list) => list.get(i).map(|n| (*n).into()),
            Self::Medium(list) => list.get(i).map(|n| (*n).into()),
            Self::Long(list) => list.get(i).copied(),
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = i64> {
        (0..self.len()).map(|i| self.get(i).unwrap_or_default())
    }

    pub(super) fn to_vec(&self) -> Vec<i64> {
        self.iter().collect()
    }

    fn push(&mut self, number: i64) {
        match self {
            Self::Short(list) => match u16::try_from(number) {
                Ok(number) => return list.push(number),
                Err(_) => *self = Self::Medium(list.iter().map(|n| (*n).into()).collect()),
            },
            Self::Medium(list) => match i32::try_from(number) {
                Ok(number) => return list.push(number),
                Err(_) => *self = Self::Long(list.iter().map(|n| (*n).into()).collect()),
            },
            Self::Long(list) => return list.push(number),
        }
        self.push(number);
    }

    pub(super) fn encode(&self, buf: &mut impl BufMut) {
        encoding::int64::encode_packed(INTS, &self.to_vec(), buf);
    }

    pub(super) fn encoded_len(&self) -> usize {
        encoding::int64::encoded_len_packed(INTS, &self.to_vec())
    }

    /// Adds what a field of the message holds: one number, or several behind each other.
    pub(super) fn merge(
        field: &mut Option<Self>,
        _tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        _ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let list = field.get_or_insert_default();
        if wire_type != WireType::LengthDelimited {
            encoding::check_wire_type(WireType::Varint, wire_type)?;
            list.push(encoding::decode_varint(buf)?.cast_signed());
            return Ok(());
        }
        let size = size(buf)?;
        let left = buf.remaining() - size;
        while buf.remaining() > left {
            list.push(encoding::decode_varint(buf)?.cast_signed());
        }
        Ok(())
    }
}

impl Default for Ints {
    fn default() -> Self {
        Self::Short(Vec::new())
    }
}

impl FromIterator<i64> for Ints {
    fn from_iter<I: IntoIterator<Item = i64>>(numbers: I) -> Self {
        let mut list = Self::default();
        numbers.into_iter().for_each(|number| list.push(number));
        list
    }
}

impl PartialEq for Ints {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Strings {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, i: usize) -> Option<&[u8]> {
        let end = *self.ends.get(i)?;
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(start..end)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.len()).map(|i| self.get(i).unwrap_or_default())
    }

    pub(super) fn encode(&self, buf: &mut impl BufMut) {
        for string in self.iter() {
            encoding::encode_key(STRINGS, WireType::LengthDelimited, buf);
            encoding::encode_varint(string.len() as u64, buf);
            buf.put_slice(string);
        }
    }

    pub(super) fn encoded_len(&self) -> usize {
        let one = |string: &[u8]| {
            let len = string.len();
            encoding::key_len(STRINGS) + encoding::encoded_len_varint(len as u64) + len
        };
        self.iter().map(one).sum()
    }

    /// Adds the string that a field of the message holds.
    pub(super) fn merge(
        field: &mut Option<Self>,
        _tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        _ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        encoding::check_wire_type(WireType::LengthDelimited, wire_type)?;
        let list = field.get_or_insert_default();
        let size = size(buf)?;
        list.bytes.put(buf.take(size));
        list.ends.push(list.bytes.len());
        Ok(())
    }
}

impl<S: AsRef<[u8]>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut list = Self::default();
        for string in strings {
            list.bytes.extend_from_slice(string.as_ref());
            list.ends.push(list.bytes.len());
        }
        list
    }
}

/// How many bytes a field has, all of which are there.
fn size(buf: &mut impl Buf) -> Result<usize, DecodeError> {
    let size = usize::try_from(encoding::decode_varint(buf)?).unwrap_or(usize::MAX);
    if size > buf.remaining() {
        // Only prost can make its errors: this is the one of a byte that is not there.
        let mut one: &[u8] = &[1];
        let ctx = DecodeContext::default();
        encoding::bytes::merge(WireType::LengthDelimited, &mut Vec::new(), &mut one, ctx)?;
    }
    Ok(size)
}

/// The tags of both fields.
const INTS: u32 = 8;
const STRINGS: u32 = 9;

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::formats::onnx::proto::AttributeProto;

    const NUMBERS: [i64; 7] = [0, 65_535, 65_536, -1, 1 << 31, i64::MIN, 3];

    fn decoded(bytes: &[u8]) -> AttributeProto {
        AttributeProto::decode(bytes).unwrap()
    }

    fn ints(numbers: &[i64]) -> Ints {
        numbers.iter().copied().collect()
    }

    #[test]
    fn integers_are_the_same_however_wide_they_are() {
        for count in 1..=NUMBERS.len() {
            let attribute = AttributeProto {
                ints: Some(ints(&NUMBERS[..count])),
                ..AttributeProto::default()
            };
            let list = decoded(&attribute.encode_to_vec()).ints.unwrap();
            assert_eq!(list.to_vec(), NUMBERS[..count]);
            assert_eq!((list.len(), list.get(count)), (count, None));
        }
    }

    #[test]
    fn integers_may_come_one_by_one_and_several_together() {
        let mut bytes = Vec::new();
        encoding::int64::encode_repeated(INTS, &NUMBERS[..3], &mut bytes);
        encoding::int64::encode_packed(INTS, &NUMBERS[3..], &mut bytes);
        assert_eq!(decoded(&bytes).ints, Some(ints(&NUMBERS)));
    }

    #[test]
    fn integers_beyond_the_end_of_their_field_are_refused() {
        // Two bytes that are said to be numbers, of which the second one goes on in the next field.
        for bytes in [&[0x42, 2, 1, 0x80][..], &[0x42, 9, 1], &[0x40], &[0x42]] {
            AttributeProto::decode(bytes).unwrap_err();
        }
    }

    #[test]
    fn strings_are_the_same_and_may_be_empty() {
        let texts = ["", "LEAF", "", "BRANCH_LEQ", ""];
        let attribute = AttributeProto {
            strings: Some(texts.iter().collect()),
            ..AttributeProto::default()
        };
        let list = decoded(&attribute.encode_to_vec()).strings.unwrap();
        assert!(list.iter().eq(texts.iter().map(|text| text.as_bytes())));
        assert_eq!((list.len(), list.get(texts.len())), (texts.len(), None));
        AttributeProto::decode(&[0x4a, 9, b'x'][..]).unwrap_err();
    }
}
