//! Functions of two numbers, cell by cell.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, corrupt, label,
    node::{whole, within_rows},
    pair::pair,
    shape, unsupported,
};
use crate::model::ops::Binary;

/// `Add`, `Less`, `And` and the like; `Sum`, `Max` and `Min` of several.
pub(super) fn pairwise(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["fmod"])?;
    let tensors = drawing.tensors(node)?;
    let variadic = matches!(node.op_type.as_str(), "Sum" | "Max" | "Min");
    if tensors.is_empty() || (!variadic && tensors.len() != 2) {
        return Err(corrupt!("{} has {} inputs", label(node), tensors.len()));
    }
    let whole = tensors[0].elem == Elem::Integer;
    let (function, swapped) = match node.op_type.as_str() {
        "Add" | "Sum" => (Binary::Add, false),
        "Sub" => (Binary::Sub, false),
        "Mul" => (Binary::Mul, false),
        "Div" if whole => (Binary::WholeDiv, false),
        "Div" => (Binary::Div, false),
        "Mod" if attributes.int("fmod")?.unwrap_or(0) != 0 => (Binary::Fmod, false),
        "Mod" if !whole => return Err(unsupported!("{} of fractions has no fmod", label(node))),
        "Mod" => (Binary::Remainder, false),
        "Pow" => (Binary::Pow, false),
        "Max" => (Binary::Max, false),
        "Min" => (Binary::Min, false),
        "Less" => (Binary::Less, false),
        "Greater" => (Binary::Less, true),
        "LessOrEqual" => (Binary::LessOrEqual, false),
        "GreaterOrEqual" => (Binary::LessOrEqual, true),
        "Equal" => (Binary::Equal, false),
        "And" => (Binary::And, false),
        "Or" => (Binary::Or, false),
        _ => (Binary::Xor, false),
    };
    let mut all = tensors.into_iter();
    let Some(mut result) = all.next() else {
        return Err(corrupt!("{} has no input", label(node)));
    };
    for next in all {
        let (a, b) = if swapped {
            (&next, &result)
        } else {
            (&result, &next)
        };
        result = pair(drawing, node, function, a, b)?;
    }
    drawing.set(node, 0, result)
}

/// `Clip`: its bounds are attributes in old versions, inputs in later ones.
pub(super) fn clip(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["min", "max"])?;
    let mut result = drawing.tensor(node, 0)?;
    for (i, name, function) in [(1, "min", Binary::Max), (2, "max", Binary::Min)] {
        let bound = match attributes.float(name)? {
            Some(bound) => Some(Tensor::new(
                result.elem,
                Vec::new(),
                vec![Cell::Number(bound)],
            )),
            None => drawing.optional(node, i)?,
        };
        if let Some(bound) = bound {
            let meaning = result.meaning;
            result = pair(drawing, node, function, &result, &bound)?;
            result.meaning = meaning;
        }
    }
    drawing.set(node, 0, result)
}

/// `Mean` of several tensors.
pub(super) fn mean(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let tensors = drawing.tensors(node)?;
    let mut all = tensors.iter().cloned();
    let Some(mut sum) = all.next() else {
        return Err(corrupt!("{} has no input", label(node)));
    };
    for next in all {
        sum = pair(drawing, node, Binary::Add, &sum, &next)?;
    }
    let count = Tensor::new(
        sum.elem,
        Vec::new(),
        vec![Cell::Number(tensors.len() as f64)],
    );
    let mean = pair(drawing, node, Binary::Div, &sum, &count)?;
    drawing.set(node, 0, mean)
}

/// `CumSum` along an axis.
pub(super) fn cumulative(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["exclusive", "reverse"])?;
    if attributes.int("exclusive")?.unwrap_or(0) != 0
        || attributes.int("reverse")?.unwrap_or(0) != 0
    {
        return Err(unsupported!(
            "{} sums exclusively or backwards",
            label(node)
        ));
    }
    let tensor = drawing.tensor(node, 0)?;
    let axis = whole(node, &drawing.tensor(node, 1)?)?;
    let &[axis] = axis.as_slice() else {
        return Err(corrupt!("{} does not name one axis", label(node)));
    };
    let axis = within_rows(node, &tensor, axis)?;
    let mut parts: Vec<Tensor> = Vec::new();
    let mut dims = tensor.dims.clone();
    dims[axis] = Dim::Fixed(1);
    for i in 0..tensor.dims[axis].per_row() {
        let next = Tensor::new(tensor.elem, dims.clone(), tensor.at(axis, &[i]));
        parts.push(match parts.last() {
            Some(sum) => pair(drawing, node, Binary::Add, &sum.clone(), &next)?,
            None => next,
        });
    }
    let joined = shape::joined(drawing, node, &parts, axis)?;
    drawing.set(node, 0, joined)
}
