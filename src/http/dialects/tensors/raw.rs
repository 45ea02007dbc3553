//! The data of a tensor as bytes: numbers in little endian, one after the other, and strings with their lengths before them.

use super::{
    broken,
    datatype::{Datatype, fp16},
    fill::Fill,
    tensor::Tensor,
};
use crate::http::problem::Failure;

/// The bytes of a string's length.
const LENGTH: usize = 4;

/// Writes the values of a whole tensor.
pub(in crate::http::dialects) fn fill(
    fill: &mut Fill<'_>,
    tensor: &Tensor,
    bytes: &[u8],
) -> Result<(), Failure> {
    let Some(size) = tensor.datatype.size() else {
        return strings(fill, tensor, bytes);
    };
    if bytes.len() != tensor.values.saturating_mul(size) {
        let what = format!(
            "it has {} bytes of data; the shape {:?} of {} takes {}",
            bytes.len(),
            tensor.shape,
            tensor.datatype.name(),
            tensor.values.saturating_mul(size)
        );
        return Err(broken(&tensor.name, what));
    }
    match tensor.datatype {
        Datatype::Bool => bytes.iter().for_each(|byte| match byte {
            0 | 1 => fill.boolean(*byte == 1),
            _ => fill.wrong("a byte that is neither 0 nor 1"),
        }),
        Datatype::Uint8 => each(fill, bytes, |[x]| u8::from_le_bytes([x]).into()),
        Datatype::Int8 => each(fill, bytes, |[x]| i8::from_le_bytes([x]).into()),
        Datatype::Uint16 => each(fill, bytes, |x| u16::from_le_bytes(x).into()),
        Datatype::Int16 => each(fill, bytes, |x| i16::from_le_bytes(x).into()),
        Datatype::Uint32 => each(fill, bytes, |x| u32::from_le_bytes(x).into()),
        Datatype::Int32 => each(fill, bytes, |x| i32::from_le_bytes(x).into()),
        Datatype::Uint64 => each(fill, bytes, |x| u64::from_le_bytes(x) as f64),
        Datatype::Int64 => each(fill, bytes, |x| i64::from_le_bytes(x) as f64),
        Datatype::Fp16 => each(fill, bytes, |x| fp16(u16::from_le_bytes(x))),
        Datatype::Fp32 => each(fill, bytes, |x| f32::from_le_bytes(x).into()),
        Datatype::Fp64 => each(fill, bytes, f64::from_le_bytes),
        Datatype::Bytes => {}
    }
    fill.end(tensor)
}

fn each<const N: usize>(fill: &mut Fill<'_>, bytes: &[u8], number: impl Fn([u8; N]) -> f64) {
    for chunk in bytes.as_chunks::<N>().0 {
        fill.number(number(*chunk));
    }
}

fn strings(fill: &mut Fill<'_>, tensor: &Tensor, mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        let taken = bytes
            .split_first_chunk::<LENGTH>()
            .and_then(|(length, rest)| {
                let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
                rest.split_at_checked(length)
            });
        let Some((text, rest)) = taken else {
            return Err(broken(
                &tensor.name,
                "its data ends within a string; each one has its length before it, in 4 bytes",
            ));
        };
        fill.bytes(text);
        bytes = rest;
    }
    fill.end(tensor)
}

/// Appends a string with its length.
pub(super) fn push_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}
