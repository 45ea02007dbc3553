//! numpy's arrays, types and scalars from their records.
//!
//! Source: `__reduce__` of `ndarray`, `dtype` and `generic` in `numpy/_core/src/multiarray/{methods,descriptor,scalartypes.c.src}`.

use std::mem;

use super::super::{FormatError, corrupt};
use super::{
    array::{Array, Data},
    dtype::{Dtype, Field, Scalar},
    id::Id,
    record::{Arena, Buffer, Node},
};
pub(super) use crate::model::pairwise_sum as sum;

/// The array with the number `id`; nothing if it is something else. A numpy scalar is an array without dimensions.
pub(super) fn array<'d>(arena: &'d Arena<'_>, id: Id) -> Result<Option<Array<'d>>, FormatError> {
    stored(arena, id)?.map(Array::needed).transpose()
}

fn stored<'d>(arena: &'d Arena<'_>, id: Id) -> Result<Option<Array<'d>>, FormatError> {
    if let Node::Array(array) = arena.node(id) {
        return Ok(Some((**array).clone()));
    }
    if let Some(buffer) = buffer(arena, id)? {
        return from_parts(arena, buffer).map(Some);
    }
    scalar_array(arena, id)
}

/// The parts of an array whose elements are a node of their own.
fn buffer(arena: &Arena<'_>, id: Id) -> Result<Option<Buffer>, FormatError> {
    let object = match arena.node(id) {
        Node::Buffer(buffer) => return Ok(Some(**buffer)),
        Node::Object(object) => object,
        _ => return Ok(None),
    };
    let (fortran, [shape, dtype, elements]) = match arena.global(object.class) {
        Some(("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct")) => {
            let Some(&[_, shape, dtype, fortran, elements]) = arena.items(object.state) else {
                return Err(corrupt!("an array in the file has no state"));
            };
            let fortran = matches!(arena.node(fortran), Node::Bool(true));
            (fortran, [shape, dtype, elements])
        }
        Some(("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer")) => {
            let Some(&[elements, dtype, shape, order]) = arena.items(object.args) else {
                return Err(corrupt!("an array in the file lacks its parts"));
            };
            (arena.text(order) == Some("F"), [shape, dtype, elements])
        }
        _ => return Ok(None),
    };
    Ok(Some(Buffer {
        dtype,
        shape,
        fortran,
        elements,
    }))
}

/// Takes the elements of an array, of which something else was made, out of the arena; none where they are borrowed.
pub(super) fn release(arena: &mut Arena<'_>, id: Id) -> Option<Vec<u8>> {
    let buffer = buffer(arena, id).ok().flatten()?;
    match mem::replace(arena.node_mut(buffer.elements)?, Node::Opaque) {
        Node::OwnedBytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn scalar_array<'d>(arena: &'d Arena<'_>, id: Id) -> Result<Option<Array<'d>>, FormatError> {
    let Some(object) = arena.object(id) else {
        return Ok(None);
    };
    let Some(("numpy.core.multiarray" | "numpy._core.multiarray", "scalar")) =
        arena.global(object.class)
    else {
        return Ok(None);
    };
    let Some(&[dtype_id, data]) = arena.items(object.args) else {
        return Err(corrupt!("a numpy scalar in the file lacks its parts"));
    };
    let Some(bytes) = arena.bytes(data) else {
        return Ok(None);
    };
    let dtype = dtype(arena, dtype_id)?;
    Array::new(dtype, Vec::new(), false, Data::Bytes(bytes)).map(Some)
}

fn from_parts<'d>(arena: &'d Arena<'_>, parts: Buffer) -> Result<Array<'d>, FormatError> {
    let dtype = dtype(arena, parts.dtype)?;
    let elements = parts.elements;
    let data = match (arena.bytes(elements), arena.items(elements)) {
        (Some(bytes), _) if dtype.scalar.kind != b'O' => Data::Bytes(bytes),
        (None, Some(items)) if dtype.scalar.kind == b'O' => Data::Objects(items),
        _ => return Err(corrupt!("an array's data is {}", arena.kind(elements))),
    };
    Array::new(dtype, shape(arena, parts.shape)?, parts.fortran, data)
}

/// A tuple of dimensions.
pub(super) fn shape(arena: &Arena<'_>, id: Id) -> Result<Vec<usize>, FormatError> {
    let dimensions = match arena.node(id) {
        Node::Int(_) => vec![id],
        _ => arena.items(id).unwrap_or_default().to_vec(),
    };
    if dimensions.len() > 8 {
        return Err(corrupt!("an array has {} dimensions", dimensions.len()));
    }
    let dimension = |id: &Id| match arena.node(*id) {
        Node::Int(n) => usize::try_from(*n).ok(),
        _ => None,
    };
    let shape: Option<Vec<usize>> = dimensions.iter().map(dimension).collect();
    shape.ok_or_else(|| corrupt!("an array has a shape that is not made of numbers"))
}

/// An element type from its record: the type string, then what `__setstate__` would get.
pub(super) fn dtype(arena: &Arena<'_>, id: Id) -> Result<Dtype, FormatError> {
    let object = arena.object(id);
    let (Some(object), Some(("numpy", "dtype"))) = (object, arena.class(id)) else {
        return Err(corrupt!("an element type is {}", arena.kind(id)));
    };
    let text = arena.items(object.args).and_then(|args| args.first());
    let Some(text) = text.and_then(|id| arena.text(*id)) else {
        return Err(corrupt!("an element type has no name"));
    };
    let mut dtype = Dtype::plain(text)?;
    let Some(&[_, order, subarray, names, fields, ..]) = arena.items(object.state) else {
        return Ok(dtype);
    };
    dtype.scalar.big_endian = arena.text(order) == Some(">");
    // Elements that are arrays themselves: no model has such, but its surroundings may.
    if !arena.is_none(subarray) {
        dtype.scalar.kind = b'V';
        return Ok(dtype);
    }
    for name in arena.items(names).unwrap_or_default() {
        let Some(name) = arena.text(*name) else {
            return Err(corrupt!("a field of an element type has no name"));
        };
        let field = arena.get(fields, name).and_then(|id| arena.items(id));
        let (Some(&kind), Some(&offset)) =
            (field.and_then(|f| f.first()), field.and_then(|f| f.get(1)))
        else {
            return Err(corrupt!(
                "the element type does not describe its field `{name}`"
            ));
        };
        dtype.fields.push(Field {
            name: name.to_owned(),
            scalar: scalar(arena, kind)?,
            offset: match arena.node(offset) {
                Node::Int(n) => usize::try_from(*n).unwrap_or(usize::MAX),
                _ => usize::MAX,
            },
        });
        if dtype.fields.len() > 64 {
            return Err(corrupt!("an element type has more than 64 fields"));
        }
    }
    Ok(dtype)
}

/// The type of a field: a type without fields of its own.
fn scalar(arena: &Arena<'_>, id: Id) -> Result<Scalar, FormatError> {
    let object = arena
        .object(id)
        .filter(|_| arena.class(id) == Some(("numpy", "dtype")));
    let text = object
        .and_then(|o| arena.items(o.args)?.first().copied())
        .and_then(|id| arena.text(id));
    let mut scalar = Scalar::parse(text.unwrap_or_default())?;
    let state = object.and_then(|o| arena.items(o.state));
    if let Some(order) = state.and_then(|s| s.get(1)) {
        scalar.big_endian = arena.text(*order) == Some(">");
    }
    Ok(scalar)
}

/// A number of Python or numpy.
pub(super) fn number(arena: &Arena<'_>, id: Id) -> Option<f64> {
    match arena.node(id) {
        Node::Float(number) => Some(*number),
        Node::Int(number) => Some(*number as f64),
        Node::Bool(flag) => Some(f64::from(u8::from(*flag))),
        _ => {
            let array = array(arena, id).ok()??;
            (array.len() == 1).then(|| Some(array.numbers().ok()?.float(0)))?
        }
    }
}
