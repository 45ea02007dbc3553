//! Messages of protobuf, field by field and where they lie: nothing is copied, and nothing is kept that a client could make large.

use crate::http::problem::{Code, Failure};
use prost::encoding::decode_varint;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field<'b> {
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
    Bytes(&'b [u8]),
}

impl<'b> Field<'b> {
    pub(super) fn bytes(self) -> Result<&'b [u8], Failure> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(malformed()),
        }
    }

    pub(super) fn text(self) -> Result<&'b str, Failure> {
        str::from_utf8(self.bytes()?).map_err(|_| malformed())
    }
}

/// The fields of a message, with their numbers.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u64, Field<'b>), Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or_else(malformed))
    }
}

impl<'b> Fields<'b> {
    fn field(&mut self) -> Option<(u64, Field<'b>)> {
        let key = varint(&mut self.0)?;
        let field = match key & 7 {
            0 => Field::Varint(varint(&mut self.0)?),
            1 => Field::Fixed64(fixed(&mut self.0)?),
            2 => {
                let length = usize::try_from(varint(&mut self.0)?).ok()?;
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Field::Bytes(bytes)
            }
            5 => Field::Fixed32(fixed(&mut self.0)?),
            _ => return None,
        };
        Some((key >> 3, field))
    }
}

/// Takes a number of variable length.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    decode_varint(bytes).ok()
}

/// Takes `N` bytes.
pub(super) fn fixed<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*chunk)
}

pub(super) fn malformed() -> Failure {
    let detail = "The message is not the one that the call takes.";
    Failure::new(Code::InvalidMessage, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_up_to_where_it_is_none() {
        let fields: Vec<_> = Fields(&[8, 150, 1, 18, 2, b'h', b'i', 29, 0, 0])
            .map(Result::ok)
            .collect();
        let expected = [
            Some((1, Field::Varint(150))),
            Some((2, Field::Bytes(b"hi"))),
            None,
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn lengths_that_lie_and_groups_are_no_messages() {
        for bytes in [&[10, 255, 255, 255, 255, 15][..], &[11], &[255; 11]] {
            assert!(Fields(bytes).all(|field| field.is_err()), "{bytes:?}");
        }
    }
}
