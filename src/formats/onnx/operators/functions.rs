//! Functions of one number, cell by cell, and softmax.

use super::{
    Attributes, Cell, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, computed, corrupt,
    label, node::within_rows, pair, reduce, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::ops::{self, Binary, Function, Operand},
};
use std::rc::Rc;

/// `Abs`, `Exp`, `Not` and the like.
pub(super) fn unary(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    Attributes::new(node, &[])?;
    let tensor = drawing.tensor(node, 0)?;
    if tensor.elem == Elem::Text {
        return Err(corrupt!("{} computes with texts", label(node)));
    }
    let number = |x| Tensor::new(tensor.elem, Vec::new(), vec![Cell::Number(x)]);
    // What two numbers do as well.
    let other = match node.op_type.as_str() {
        "Not" => Some((Binary::Equal, number(0.0))),
        "Relu" => Some((Binary::Max, number(0.0))),
        _ => None,
    };
    let mut result = match other {
        Some((function, with)) => pair::pair(drawing, node, function, &tensor, &with)?,
        None if node.op_type == "Reciprocal" => {
            pair::pair(drawing, node, Binary::Div, &number(1.0), &tensor)?
        }
        None => apply(drawing, node, function(node)?, &tensor)?,
    };
    if node.op_type == "Sign" {
        signs(drawing, node, &mut result)?;
    }
    result.meaning = match (node.op_type.as_str(), tensor.meaning) {
        ("Exp", Meaning::LogShares) | ("Sigmoid", _) => Meaning::Shares,
        _ => Meaning::Plain,
    };
    drawing.set(node, 0, result)
}

/// Signs as one of three numbers: what an anomaly detector answers.
fn signs(drawing: &mut Drawing, node: &NodeProto, tensor: &mut Tensor) -> Result<(), FormatError> {
    let three: Rc<[Cell]> = [-1.0, 0.0, 1.0].map(Cell::Number).into();
    let mut cells = Vec::with_capacity(tensor.cells.len());
    for cell in tensor.cells.iter() {
        cells.push(match cell {
            Cell::Register(sign) => {
                drawing.board.refuse_missing(&[*sign]);
                let place = drawing
                    .board
                    .each(crate::model::StepOp::Add, &[*sign], vec![1.0])?[0];
                Cell::OneOf(place, Rc::clone(&three))
            }
            cell => Cell::Register(drawing.register(node, cell)?),
        });
    }
    tensor.cells = cells.into();
    Ok(())
}

fn function(node: &NodeProto) -> Result<Function, FormatError> {
    Ok(match node.op_type.as_str() {
        "Abs" => Function::Abs,
        "Acos" => Function::Arccos,
        "Acosh" => Function::Arccosh,
        "Asin" => Function::Arcsin,
        "Asinh" => Function::Arcsinh,
        "Atan" => Function::Arctan,
        "Atanh" => Function::Arctanh,
        "Ceil" => Function::Ceil,
        "Cos" => Function::Cos,
        "Cosh" => Function::Cosh,
        "Erf" => Function::Erf,
        "Exp" => Function::Exp,
        "Floor" => Function::Floor,
        "Log" => Function::Log,
        "Neg" => Function::Negative,
        "Round" => Function::Rint,
        "Sigmoid" => Function::Expit,
        "Sign" => Function::Sign,
        "Sin" => Function::Sin,
        "Sinh" => Function::Sinh,
        "Sqrt" => Function::Sqrt,
        "Tan" => Function::Tan,
        "Tanh" => Function::Tanh,
        _ => return Err(unsupported!("{} is not supported", label(node))),
    })
}

/// A function of every number.
pub(super) fn apply(
    drawing: &mut Drawing,
    node: &NodeProto,
    function: Function,
    tensor: &Tensor,
) -> Result<Tensor, FormatError> {
    drawing.spend(tensor.cells.len(), node)?;
    let precision = if tensor.elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    };
    let of = |cell: &Cell| {
        cell.number()
            .map(|x| Cell::Number(function.rounded(x, precision)))
    };
    let mut cells = Vec::with_capacity(tensor.cells.len());
    let mut reads = Vec::new();
    for cell in tensor.cells.iter() {
        cells.push(match cell {
            Cell::Number(_) => of(cell),
            Cell::OneOf(place, list) => {
                let values: Option<Vec<_>> = list.iter().map(of).collect();
                values.map(|values| Cell::OneOf(*place, values.into()))
            }
            _ => None,
        });
        if cells.last().is_some_and(Option::is_none) {
            reads.push(drawing.register(node, cell)?);
        }
    }
    drawing.board.numbers(&reads)?;
    let known: Vec<_> = reads
        .iter()
        .map(|read| computed(&drawing.board, &[Operand::Register(*read)], tensor.elem))
        .collect();
    let mut drawn = drawing
        .board
        .draw(
            ops::Apply {
                function,
                reads,
                precision,
            },
            known,
        )?
        .into_iter();
    let cells: Option<Vec<_>> = cells
        .into_iter()
        .map(|cell| cell.or_else(|| drawn.next().map(Cell::Register)))
        .collect();
    let cells = cells.ok_or_else(|| corrupt!("{} has too few cells", label(node)))?;
    Ok(Tensor::new(tensor.elem, tensor.dims.clone(), cells))
}

/// `IsNaN`.
pub(super) fn is_nan(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let tensor = drawing.tensor(node, 0)?;
    let reads = drawing.read(node, &tensor)?;
    let known = vec![Register::number(); reads.len()];
    let drawn = drawing.board.draw(ops::Missing { reads }, known)?;
    let both: Rc<[Cell]> = [Cell::Number(0.0), Cell::Number(1.0)].into();
    let cells: Vec<_> = drawn
        .into_iter()
        .map(|r| Cell::OneOf(r, Rc::clone(&both)))
        .collect();
    drawing.set(node, 0, Tensor::new(Elem::Bool, tensor.dims, cells))
}

/// `Softmax` and `LogSoftmax`. Before version 13 all axes from the given one on are one.
pub(super) fn softmax(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let tensor = drawing.tensor(node, 0)?;
    let old = drawing.opset < 13;
    let axis = attributes.int("axis")?.unwrap_or(if old { 1 } else { -1 });
    let axis = within_rows(node, &tensor, axis)?;
    if old && axis + 1 != tensor.dims.len() {
        return Err(unsupported!("{} takes several axes for one", label(node)));
    }
    let most = reduce::along(
        drawing,
        node,
        ops::Reduction::Largest,
        &tensor,
        &[axis],
        true,
    )?;
    let below = pair::pair(drawing, node, Binary::Sub, &tensor, &most)?;
    let power = apply(drawing, node, Function::Exp, &below)?;
    let total = reduce::along(drawing, node, ops::Reduction::Sum, &power, &[axis], true)?;
    let mut result = if node.op_type == "Softmax" {
        pair::pair(drawing, node, Binary::Div, &power, &total)?
    } else {
        let total = apply(drawing, node, Function::Log, &total)?;
        pair::pair(drawing, node, Binary::Sub, &below, &total)?
    };
    result.meaning = if node.op_type == "Softmax" {
        Meaning::Shares
    } else {
        Meaning::LogShares
    };
    drawing.set(node, 0, result)
}
