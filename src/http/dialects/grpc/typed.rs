//! The data of a tensor in `InferTensorContents`: a list of values in the field of its datatype.

use super::walk::{Field, Fields, fixed, malformed, varint};
use crate::http::{
    dialects::tensors::{broken, datatype::Datatype, fill::Fill, tensor::Tensor},
    problem::Failure,
};

/// The fields of the message, by number.
const FIELDS: [&str; 9] = [
    "",
    "bool_contents",
    "int_contents",
    "int64_contents",
    "uint_contents",
    "uint64_contents",
    "fp32_contents",
    "fp64_contents",
    "bytes_contents",
];

/// The number of the field that holds values of a datatype.
pub(super) fn field_of(datatype: Datatype) -> Option<u64> {
    Some(match datatype {
        Datatype::Bool => 1,
        Datatype::Int8 | Datatype::Int16 | Datatype::Int32 => 2,
        Datatype::Int64 => 3,
        Datatype::Uint8 | Datatype::Uint16 | Datatype::Uint32 => 4,
        Datatype::Uint64 => 5,
        Datatype::Fp32 => 6,
        Datatype::Fp64 => 7,
        Datatype::Bytes => 8,
        Datatype::Fp16 => return None,
    })
}

/// Writes the values of a whole tensor.
pub(super) fn fill(fill: &mut Fill<'_>, tensor: &Tensor, contents: &[u8]) -> Result<(), Failure> {
    let datatype = tensor.datatype.name();
    let Some(own) = field_of(tensor.datatype) else {
        let what = format!("{datatype} has no typed contents; send it in raw_input_contents");
        return Err(broken(&tensor.name, what));
    };
    for field in Fields(contents) {
        let (number, field) = field?;
        let known = usize::try_from(number)
            .ok()
            .and_then(|number| FIELDS.get(number));
        let Some(name) = known else { continue };
        if number != own {
            let own = FIELDS[own as usize];
            let what = format!("its values are in {name}, where those of {datatype} are in {own}");
            return Err(broken(&tensor.name, what));
        }
        write(fill, own, field).ok_or_else(malformed)?;
    }
    fill.end(tensor)
}

/// Writes one value, or many that are packed; nothing if they are neither.
fn write(fill: &mut Fill<'_>, number: u64, field: Field<'_>) -> Option<()> {
    match (number, field) {
        (8, Field::Bytes(text)) => fill.bytes(text),
        (1..=5, Field::Varint(x)) => integer(fill, number, x),
        (1..=5, Field::Bytes(mut packed)) => {
            while !packed.is_empty() {
                let x = varint(&mut packed)?;
                integer(fill, number, x);
            }
        }
        (6, Field::Fixed32(x)) => fill.number(f32::from_le_bytes(x).into()),
        (6, Field::Bytes(mut packed)) => {
            while !packed.is_empty() {
                fill.number(f32::from_le_bytes(fixed(&mut packed)?).into());
            }
        }
        (7, Field::Fixed64(x)) => fill.number(f64::from_le_bytes(x)),
        (7, Field::Bytes(mut packed)) => {
            while !packed.is_empty() {
                fill.number(f64::from_le_bytes(fixed(&mut packed)?));
            }
        }
        _ => return None,
    }
    Some(())
}

fn integer(fill: &mut Fill<'_>, number: u64, x: u64) {
    match number {
        1 => fill.boolean(x != 0),
        2 => fill.digits(f64::from(x as i32)),
        3 => fill.number(x as i64 as f64),
        4 => fill.digits(f64::from(x as u32)),
        _ => fill.number(x as f64),
    }
}
