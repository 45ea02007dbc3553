//! `.npy` files.
//!
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. The header is a Python dict literal; exactly
//! the form that numpy writes is taken.

use super::{
    super::{
        array::{Array, Data},
        dtype::{Dtype, Field, Scalar},
    },
    FormatError, corrupt,
};

/// The array in an `.npy` file, its elements where they are.
pub(super) fn read(file: &[u8]) -> Result<Array<'_>, FormatError> {
    let broken = || corrupt!("an array in the archive is not an .npy file of version 1 or 2");
    let (head, size) = match file {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, 0, a, b, ..] => {
            (10, u32::from(u16::from_le_bytes([*a, *b])))
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2, 0, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([*a, *b, *c, *d]))
        }
        _ => return Err(broken()),
    };
    let rest = &file[head..];
    let (header, data) = rest.split_at_checked(size as usize).ok_or_else(broken)?;
    let header = std::str::from_utf8(header).map_err(|_| broken())?;
    let mut literal = Literal(header);
    let parsed = literal.header();
    let (dtype, fortran, shape) = parsed.ok_or_else(|| {
        corrupt!(
            "an array in the archive has the header `{}`, which numpy does not write",
            header
                .trim()
                .chars()
                .take(120)
                .collect::<String>()
                .escape_debug()
        )
    })?;
    Array::new(dtype, shape, fortran, Data::Bytes(data))
}

/// What is left of a header.
struct Literal<'h>(&'h str);

impl<'h> Literal<'h> {
    fn header(&mut self) -> Option<(Dtype, bool, Vec<usize>)> {
        self.eat("{")?;
        self.eat("'descr':")?;
        let dtype = self.descr()?;
        self.eat(",")?;
        self.eat("'fortran_order':")?;
        let fortran = self.eat("True").is_some();
        if !fortran {
            self.eat("False")?;
        }
        self.eat(",")?;
        self.eat("'shape':")?;
        let shape = self.shape()?;
        self.eat(",");
        self.eat("}")?;
        self.0.trim().is_empty().then_some((dtype, fortran, shape))
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start_matches(' ').strip_prefix(token)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'h str> {
        self.eat("'")?;
        let (text, rest) = self.0.split_once('\'')?;
        self.0 = rest;
        (!text.contains('\\')).then_some(text)
    }

    fn number(&mut self) -> Option<usize> {
        self.0 = self.0.trim_start_matches(' ');
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok()
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        self.eat("(")?;
        let mut shape = Vec::new();
        while self.eat(")").is_none() {
            if shape.len() == 8 {
                return None;
            }
            shape.push(self.number()?);
            if self.eat(",").is_none() {
                self.eat(")")?;
                break;
            }
        }
        Some(shape)
    }

    /// A type string, or a list of names and type strings; padding has no name.
    fn descr(&mut self) -> Option<Dtype> {
        if self.eat("[").is_none() {
            return Dtype::plain(self.quoted()?).ok();
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut offset = 0usize;
        while self.eat("]").is_none() {
            self.eat("(")?;
            let name = self.quoted()?;
            self.eat(",")?;
            let scalar = Scalar::parse(self.quoted()?).ok()?;
            self.eat(")")?;
            if !name.is_empty() {
                fields.push(Field {
                    name: name.to_owned(),
                    scalar,
                    offset,
                });
            }
            offset = offset.checked_add(scalar.size)?;
            if self.eat(",").is_none() {
                self.eat("]")?;
                break;
            }
        }
        let scalar = Scalar {
            kind: b'V',
            size: offset,
            big_endian: false,
        };
        (fields.len() <= 64 && !fields.is_empty()).then_some(Dtype { scalar, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(header: &str, data: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn records_with_padding_are_found_by_name() {
        let header = "{'descr': [('a', '<i8'), ('b', '|u1'), ('', '|V7')], 'fortran_order': False, 'shape': (2,), }  \n";
        let mut data = vec![0; 32];
        data[16] = 7;
        data[24] = 9;
        let file = npy(header, &data);
        let array = read(&file).unwrap();
        assert_eq!((array.len(), array.dtype.scalar.size), (2, 16));
        assert_eq!(array.column("a").unwrap().int(1), 7);
        assert_eq!(array.column("b").unwrap().int(1), 9);
        assert!(array.column("").is_none() && array.column("c").is_none());
    }

    #[test]
    fn headers_that_lie_are_refused() {
        let plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }";
        assert!(read(&npy(plain, &[0; 8])).is_ok());
        assert!(read(&npy(plain, &[0; 7])).is_err());
        for wrong in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
            "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': [('a', '<f8'],), 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<f8', 'fortran_order': __import__('os'), 'shape': (1,), }",
            "",
        ] {
            assert!(read(&npy(wrong, &[0; 8])).is_err(), "{wrong}");
        }
    }
}
