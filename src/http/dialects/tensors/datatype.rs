//! The datatypes of tensors.

use crate::input::ColumnType;

/// A datatype of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Datatype {
    Bool,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int8,
    Int16,
    Int32,
    Int64,
    Fp16,
    Fp32,
    Fp64,
    Bytes,
}

use Datatype::{
    Bool, Bytes, Fp16, Fp32, Fp64, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64,
};

/// Every datatype with its name, and with the bytes of a value where all values have the same.
const ALL: [(Datatype, &str, Option<usize>); 13] = [
    (Bool, "BOOL", Some(1)),
    (Uint8, "UINT8", Some(1)),
    (Uint16, "UINT16", Some(2)),
    (Uint32, "UINT32", Some(4)),
    (Uint64, "UINT64", Some(8)),
    (Int8, "INT8", Some(1)),
    (Int16, "INT16", Some(2)),
    (Int32, "INT32", Some(4)),
    (Int64, "INT64", Some(8)),
    (Fp16, "FP16", Some(2)),
    (Fp32, "FP32", Some(4)),
    (Fp64, "FP64", Some(8)),
    (Bytes, "BYTES", None),
];

/// The largest finite number of 16 bits.
const MOST_FP16: f64 = 65504.0;

impl Datatype {
    pub(in crate::http) fn named(name: &str) -> Option<Self> {
        let found = ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(datatype, ..)| *datatype)
    }

    pub(in crate::http) fn name(self) -> &'static str {
        self.line().1
    }

    /// Bytes per value in binary data; nothing where each value has its own length.
    pub(super) fn size(self) -> Option<usize> {
        self.line().2
    }

    fn line(self) -> &'static (Self, &'static str, Option<usize>) {
        let found = ALL.iter().find(|(datatype, ..)| *datatype == self);
        found.unwrap_or(&ALL[ALL.len() - 1])
    }

    /// The names of all datatypes.
    pub(in crate::http) fn list() -> [&'static str; ALL.len()] {
        ALL.map(|(_, name, _)| name)
    }

    /// What holds every value of a column.
    pub(super) fn of(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Boolean => Bool,
            ColumnType::Integer => Int32,
            ColumnType::Long => Int64,
            ColumnType::Float => Fp32,
            ColumnType::Double => Fp64,
            ColumnType::Text | ColumnType::Datetime | ColumnType::Any => Bytes,
        }
    }

    /// The smallest and the largest integer, of integers only.
    fn range(self) -> Option<(f64, f64)> {
        Some(match self {
            Uint8 => (0.0, u8::MAX.into()),
            Uint16 => (0.0, u16::MAX.into()),
            Uint32 => (0.0, u32::MAX.into()),
            Uint64 => (0.0, u64::MAX as f64),
            Int8 => (i8::MIN.into(), i8::MAX.into()),
            Int16 => (i16::MIN.into(), i16::MAX.into()),
            Int32 => (i32::MIN.into(), i32::MAX.into()),
            Int64 => (i64::MIN as f64, i64::MAX as f64),
            _ => return None,
        })
    }

    /// `x`, which a client wrote in digits, as a value of this datatype.
    ///
    /// # Errors
    /// What it is instead, in words.
    pub(super) fn hold(self, x: f64) -> Result<f64, &'static str> {
        let held = match self {
            Bool if is_truth(x) => x,
            Bool => return Err("a number"),
            Fp16 => round_fp16(x),
            Fp32 => f64::from(x as f32),
            _ => x,
        };
        if let Some((least, most)) = self.range() {
            if x.fract() != 0.0 {
                return Err("a number with a fraction");
            }
            if !(least..=most).contains(&x) {
                return Err("a number beyond its range");
            }
        }
        if held.is_infinite() && x.is_finite() {
            return Err("a number beyond its range");
        }
        Ok(held)
    }
}

/// Whether a number is a truth value, as `NumPy` writes it.
#[expect(clippy::float_cmp, reason = "the very numbers, nothing near them")]
pub(super) fn is_truth(x: f64) -> bool {
    x == 0.0 || x == 1.0
}

/// The nearest number of 16 bits; of two that are as near the even one.
fn round_fp16(x: f64) -> f64 {
    // Below 2⁻¹⁴ all numbers are as far from each other as above it.
    let exponent = (x.abs().to_bits() >> 52) as i32 - 1023;
    let step = f64::powi(2.0, exponent.max(-14) - 10);
    let rounded = (x / step).round_ties_even() * step;
    if rounded.abs() > MOST_FP16 {
        return f64::INFINITY.copysign(x);
    }
    rounded
}

/// The number with these 16 bits.
pub(super) fn fp16(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * f64::powi(2.0, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * f64::powi(2.0, exponent - 25),
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the very numbers")]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_16_bits_is_read_and_is_its_own_nearest() {
        assert_eq!([0x3C00, 0xC000, 0x7BFF].map(fp16), [1.0, -2.0, MOST_FP16]);
        assert_eq!(fp16(0x0001), 2f64.powi(-24));
        assert!(fp16(0x7E00).is_nan() && fp16(0xFC00) == f64::NEG_INFINITY);
        for bits in (0..0x7C00).chain(0x8000..0xFC00) {
            let x = fp16(bits);
            assert_eq!(round_fp16(x).to_bits(), x.to_bits(), "{bits:x}");
        }
        assert_eq!(round_fp16(1.0 + 2f64.powi(-11)), 1.0);
        assert_eq!(round_fp16(0.1), fp16(0x2E66));
    }

    #[test]
    fn a_datatype_holds_what_fits_it() {
        assert_eq!(Uint8.hold(255.0), Ok(255.0));
        assert_eq!(Uint8.hold(256.0), Err("a number beyond its range"));
        assert_eq!(Int16.hold(0.5), Err("a number with a fraction"));
        assert_eq!(Fp32.hold(0.1), Ok(f64::from(0.1f32)));
        assert_eq!(Fp32.hold(1e39), Err("a number beyond its range"));
        assert_eq!(Fp16.hold(1e5), Err("a number beyond its range"));
        assert_eq!(Bool.hold(2.0), Err("a number"));
        assert_eq!(Datatype::named("BF16"), None);
    }
}
