//! Tensors that lie in the file: initializers and attributes.

use super::{
    attributes::tensor_numbers,
    corrupt,
    features::Elem,
    proto::{TensorProto, elem},
    tensor::{Cell, Dim, Tensor},
    unsupported,
};
use crate::formats::FormatError;

/// Reads a tensor.
pub(super) fn constant(tensor: &TensorProto) -> Result<Tensor, FormatError> {
    let name = &tensor.name;
    if tensor.data_location != 0 {
        // The refusal of external data.
        tensor_numbers(tensor)?;
    }
    let (elem, cells) = match tensor.data_type {
        elem::FLOAT => (Elem::Float, numbers(tensor_numbers(tensor)?.0)),
        elem::DOUBLE => (Elem::Double, numbers(tensor_numbers(tensor)?.0)),
        elem::INT64 => (
            Elem::Integer,
            numbers(whole(tensor, &tensor.int64_data, i64::from_le_bytes)?),
        ),
        elem::INT32 => (
            Elem::Integer,
            numbers(whole(tensor, &tensor.int32_data, i32::from_le_bytes)?),
        ),
        elem::BOOL => {
            let flags = whole(tensor, &tensor.int32_data, |[byte]: [u8; 1]| {
                i32::from(byte)
            })?;
            (
                Elem::Bool,
                numbers(
                    flags
                        .into_iter()
                        .map(|flag| f64::from(u8::from(flag != 0.0))),
                ),
            )
        }
        elem::STRING => (Elem::Text, texts(&tensor.string_data)?),
        other => {
            return Err(unsupported!(
                "the tensor `{name}` holds elements of type {other}; float, double, int64, int32, bool and string work"
            ));
        }
    };
    if cells.is_empty() && tensor.dims.len() > 1 {
        return Err(unsupported!("the tensor `{name}` has no elements"));
    }
    let dims: Option<Vec<usize>> = tensor
        .dims
        .iter()
        .map(|d| usize::try_from(*d).ok())
        .collect();
    let dims = dims.filter(|dims| {
        dims.iter().try_fold(1_usize, |n, d| n.checked_mul(*d)) == Some(cells.len())
    });
    let Some(dims) = dims else {
        return Err(corrupt!(
            "the tensor `{name}` has {} elements and claims the shape {:?}",
            cells.len(),
            tensor.dims
        ));
    };
    Ok(Tensor::new(
        elem,
        dims.into_iter().map(Dim::Fixed).collect(),
        cells,
    ))
}

fn numbers(numbers: impl IntoIterator<Item = f64>) -> Vec<Cell> {
    numbers.into_iter().map(Cell::Number).collect()
}

/// Texts as cells.
pub(super) fn texts(
    strings: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Vec<Cell>, FormatError> {
    let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cell::Text(text.into())),
        Err(_) => Err(corrupt!("a string of the graph is not UTF-8")),
    };
    strings.into_iter().map(|s| text(s.as_ref())).collect()
}

/// Whole numbers, which lie in `raw_data` (little-endian) or in a typed field.
fn whole<T: Copy + Into<i128>, U: Into<i128>, const N: usize>(
    tensor: &TensorProto,
    typed: &[T],
    read: impl Fn([u8; N]) -> U,
) -> Result<Vec<f64>, FormatError> {
    let raw = &tensor.raw_data;
    if raw.is_empty() {
        return Ok(typed.iter().map(|n| (*n).into() as f64).collect());
    }
    let (numbers, rest) = raw.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(corrupt!(
            "the tensor `{}` ends inside a number",
            tensor.name
        ));
    }
    Ok(numbers
        .iter()
        .map(|bytes| read(*bytes).into() as f64)
        .collect())
}
