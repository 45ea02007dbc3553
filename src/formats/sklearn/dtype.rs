//! The element types of numpy arrays.
//!
//! Source: <https://numpy.org/doc/stable/reference/arrays.interface.html#object.__array_interface__> for the type strings.

use std::fmt;

use super::super::{FormatError, corrupt};

/// A type of elements: a scalar, or a record of scalars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dtype {
    /// Of a record: kind `V` and the size of the whole.
    pub(super) scalar: Scalar,
    pub(super) fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) scalar: Scalar,
    pub(super) offset: usize,
}

/// The type of a number: numpy's letter, its bytes and their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    /// `b` bool, `i` int, `u` unsigned, `f` float, `c` complex, `M` and `m` dates, `U` text, `S` bytes, `O` object, `V` record.
    pub(super) kind: u8,
    /// Bytes per element.
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

impl Scalar {
    /// Reads `f8`, `<i4`, `|b1`, `U10` and the like, and of types that are no numbers here the size: dates, complex numbers, and
    /// floats of other sizes.
    pub(super) fn parse(text: &str) -> Result<Self, FormatError> {
        let unknown = || corrupt!("`{}` is not an element type", text.escape_debug());
        let (big_endian, rest) = match text.as_bytes() {
            [b'>', ..] => (true, &text[1..]),
            [b'<' | b'|' | b'=', ..] => (false, &text[1..]),
            _ => (false, text),
        };
        // A date has its unit in brackets.
        let rest = rest.split_once('[').map_or(rest, |(kind, _)| kind);
        let mut chars = rest.chars();
        let kind = chars.next().filter(char::is_ascii).ok_or_else(unknown)? as u8;
        let size: usize = match chars.as_str() {
            "" if kind == b'O' => 8,
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| unknown())?
            }
            _ => return Err(unknown()),
        };
        let known = match kind {
            b'b' => size == 1,
            b'i' | b'u' => matches!(size, 1 | 2 | 4 | 8),
            b'f' => matches!(size, 2 | 4 | 8 | 12 | 16),
            b'c' => matches!(size, 8 | 16 | 24 | 32),
            b'O' | b'M' | b'm' => size == 8,
            b'U' | b'S' | b'V' => size <= 1 << 20,
            _ => false,
        };
        if !known {
            return Err(unknown());
        }
        // Text is counted in characters of four bytes.
        let size = if kind == b'U' { size * 4 } else { size };
        Ok(Self {
            kind,
            size,
            big_endian,
        })
    }

    /// Whether this server reads numbers of the type.
    pub(super) fn is_number(self) -> bool {
        matches!(self.kind, b'b' | b'i' | b'u') || self.kind == b'f' && matches!(self.size, 4 | 8)
    }

    /// The number in these bytes as a float; NaN where they are not as many as the type says.
    #[inline]
    pub(super) fn float(self, bytes: &[u8]) -> f64 {
        if self.kind != b'f' {
            return self.int(bytes) as f64;
        }
        match (self.size, bytes.try_into(), bytes.try_into()) {
            (8, Ok(bytes), _) if self.big_endian => f64::from_be_bytes(bytes),
            (8, Ok(bytes), _) => f64::from_le_bytes(bytes),
            (4, _, Ok(bytes)) if self.big_endian => f64::from(f32::from_be_bytes(bytes)),
            (4, _, Ok(bytes)) => f64::from(f32::from_le_bytes(bytes)),
            _ => f64::NAN,
        }
    }

    /// The number in these bytes as an integer; zero for a float.
    #[inline]
    pub(super) fn int(self, bytes: &[u8]) -> i64 {
        if self.kind == b'f' || bytes.len() > 8 {
            return 0;
        }
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        if self.big_endian {
            wide[..bytes.len()].reverse();
        }
        let value = i64::from_le_bytes(wide);
        let unused = 64 - 8 * bytes.len() as u32;
        match self.kind {
            b'i' if unused < 64 => value << unused >> unused,
            _ => value,
        }
    }

    /// The text of one element of a `U` array; nothing where it is not text.
    pub(super) fn text(self, bytes: &[u8]) -> Option<String> {
        let (chars, rest) = bytes.as_chunks::<4>();
        if self.kind != b'U' || !rest.is_empty() {
            return None;
        }
        let code = |c: &[u8; 4]| {
            char::from_u32(if self.big_endian {
                u32::from_be_bytes(*c)
            } else {
                u32::from_le_bytes(*c)
            })
        };
        let text: Option<String> = chars.iter().map(code).collect();
        text.map(|t| t.trim_end_matches('\0').to_owned())
    }
}

impl Dtype {
    /// A type without fields.
    pub(super) fn plain(text: &str) -> Result<Self, FormatError> {
        Ok(Self {
            scalar: Scalar::parse(text)?,
            fields: Vec::new(),
        })
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fields.is_empty() {
            write!(f, "{}{}", self.scalar.kind as char, self.scalar.size)
        } else {
            let names: Vec<&str> = self.fields.iter().map(|f| f.name.as_str()).collect();
            write!(f, "records of ({})", names.join(", "))
        }
    }
}
