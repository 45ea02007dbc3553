//! What the readers of nodes have in common.

use super::{
    Attributes, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, corrupt, elem, label,
    unsupported,
};

/// The elements of a tensor type.
pub(super) fn element_type(number: i64, node: &NodeProto) -> Result<Elem, FormatError> {
    match i32::try_from(number) {
        Ok(elem::FLOAT) => Ok(Elem::Float),
        Ok(elem::DOUBLE) => Ok(Elem::Double),
        Ok(elem::INT32 | elem::INT64) => Ok(Elem::Integer),
        Ok(elem::BOOL) => Ok(Elem::Bool),
        Ok(elem::STRING) => Ok(Elem::Text),
        _ => Err(unsupported!(
            "{} makes elements of type {number}",
            label(node)
        )),
    }
}

/// The integers of an attribute, or of the input `i`, which took the attribute's place in later versions.
pub(super) fn integers(
    drawing: &Drawing,
    node: &NodeProto,
    attributes: &Attributes<'_>,
    name: &str,
    i: usize,
) -> Result<Option<Vec<i64>>, FormatError> {
    if attributes.has(name) {
        return Ok(Some(attributes.ints(name)?.to_vec()));
    }
    match drawing.optional(node, i)? {
        Some(tensor) => Ok(Some(whole(node, &tensor)?)),
        None => Ok(None),
    }
}

/// The integers of a constant tensor.
pub(super) fn whole(node: &NodeProto, tensor: &Tensor) -> Result<Vec<i64>, FormatError> {
    let numbers = tensor.numbers().filter(|_| tensor.elem == Elem::Integer);
    let numbers = numbers.ok_or_else(|| {
        unsupported!(
            "{} takes from the rows what this server has to know at the start",
            label(node)
        )
    })?;
    Ok(numbers.into_iter().map(|n| n as i64).collect())
}

/// Which axis a node means.
pub(super) fn axis_of(node: &NodeProto, tensor: &Tensor, axis: i64) -> Result<usize, FormatError> {
    tensor.axis(axis).ok_or_else(|| {
        corrupt!(
            "{} has the axis {axis}, its input has {}",
            label(node),
            tensor.dims.len()
        )
    })
}

/// An axis that does not join rows with each other.
pub(super) fn within_rows(
    node: &NodeProto,
    tensor: &Tensor,
    axis: i64,
) -> Result<usize, FormatError> {
    let axis = axis_of(node, tensor, axis)?;
    match tensor.dims[axis] {
        Dim::Fixed(_) => Ok(axis),
        Dim::Rows(_) => Err(unsupported!(
            "{} joins different rows with each other",
            label(node)
        )),
    }
}

/// Axes along one of which at most there are rows.
pub(super) fn row_by_row(node: &NodeProto, dims: &[Dim]) -> Result<(), FormatError> {
    let rows = dims.iter().filter(|dim| matches!(dim, Dim::Rows(_)));
    if rows.count() > 1 {
        return Err(unsupported!(
            "{} joins every row with every other one",
            label(node)
        ));
    }
    Ok(())
}
