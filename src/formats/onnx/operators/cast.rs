//! Other element types.

use super::{
    Attributes, Cell, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, computed, corrupt,
    label, node::element_type, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::ops::{self, Binary, Function, Operand},
};
use std::rc::Rc;

/// `Cast` and `CastLike`.
pub(super) fn cast(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let tensor = drawing.tensor(node, 0)?;
    let to = if node.op_type == "CastLike" {
        drawing.tensor(node, 1)?.elem
    } else {
        let attributes = Attributes::new(node, &["to", "saturate", "round_mode"])?;
        element_type(attributes.int("to")?.unwrap_or(0), node)?
    };
    let cast = converted(drawing, node, &tensor, to)?;
    drawing.set(node, 0, cast)
}

/// A tensor with elements of another type.
pub(super) fn converted(
    drawing: &mut Drawing,
    node: &NodeProto,
    tensor: &Tensor,
    to: Elem,
) -> Result<Tensor, FormatError> {
    if tensor.elem == to {
        return Ok(tensor.clone());
    }
    drawing.spend(tensor.cells.len(), node)?;
    let from = tensor.elem;
    let mut cells = Vec::with_capacity(tensor.cells.len());
    for cell in tensor.cells.iter() {
        cells.push(cell_as(drawing, node, cell, from, to)?);
    }
    let meaning = match to {
        Elem::Float | Elem::Double => tensor.meaning,
        _ => Meaning::Plain,
    };
    Ok(Tensor {
        meaning,
        ..Tensor::new(to, tensor.dims.clone(), cells)
    })
}

fn cell_as(
    drawing: &mut Drawing,
    node: &NodeProto,
    cell: &Cell,
    from: Elem,
    to: Elem,
) -> Result<Cell, FormatError> {
    Ok(match cell {
        Cell::Number(_) | Cell::Text(_) => constant_as(node, cell, from, to)?,
        Cell::OneOf(place, list) => {
            let list: Result<Rc<[Cell]>, _> = list
                .iter()
                .map(|cell| constant_as(node, cell, from, to))
                .collect();
            Cell::OneOf(*place, list?)
        }
        Cell::Size(n) if to == Elem::Integer => Cell::Size(*n),
        Cell::Printed(register, elem) if *elem == to => Cell::Register(*register),
        Cell::Register(register) if to == Elem::Text => match from {
            Elem::Integer | Elem::Bool | Elem::Float | Elem::Double => {
                Cell::Printed(*register, from)
            }
            Elem::Text => return Err(corrupt!("{} reads text as a number", label(node))),
        },
        Cell::Register(register) => {
            Cell::Register(register_as(drawing, node, *register, from, to)?)
        }
        Cell::Size(_) | Cell::Column(_) | Cell::Replaced(..) | Cell::Printed(..) => {
            return Err(unsupported!(
                "{} makes numbers of texts; give the graph columns of numbers",
                label(node)
            ));
        }
    })
}

fn register_as(
    drawing: &mut Drawing,
    node: &NodeProto,
    register: u32,
    from: Elem,
    to: Elem,
) -> Result<u32, FormatError> {
    match (from, to) {
        (Elem::Double | Elem::Integer, Elem::Float) => {
            Ok(drawing.round(&[register], Elem::Float)?[0])
        }
        (Elem::Float | Elem::Double, Elem::Integer) => {
            drawing.board.numbers(&[register])?;
            drawing.board.refuse_missing(&[register]);
            let known = computed(
                &drawing.board,
                &[Operand::Register(register)],
                Elem::Integer,
            );
            let apply = ops::Apply {
                function: Function::Trunc,
                reads: vec![register],
                precision: Precision::F64,
            };
            Ok(drawing.board.draw(apply, [known])?[0])
        }
        (_, Elem::Bool) => {
            let pairs = vec![[Operand::Register(register), Operand::Number(0.0)]];
            let equal = ops::Combine {
                function: Binary::Equal,
                pairs,
                precision: Precision::F64,
            };
            let zero = drawing.board.draw(equal, [Register::number()])?[0];
            let pairs = vec![[Operand::Number(1.0), Operand::Register(zero)]];
            let not = ops::Combine {
                function: Binary::Sub,
                pairs,
                precision: Precision::F64,
            };
            Ok(drawing.board.draw(not, [Register::number()])?[0])
        }
        (Elem::Text, _) => Err(corrupt!("{} reads text as a number", label(node))),
        _ => Ok(register),
    }
}

/// A number or a text of one type as another.
fn constant_as(node: &NodeProto, cell: &Cell, from: Elem, to: Elem) -> Result<Cell, FormatError> {
    Ok(match (cell, to) {
        (Cell::Number(x), Elem::Text) => Cell::Text(printed(*x, from).into()),
        (Cell::Number(x), Elem::Float) => Cell::Number(Precision::F32.round(*x)),
        (Cell::Number(x), Elem::Double) => Cell::Number(*x),
        (Cell::Number(x), Elem::Integer) => Cell::Number(x.trunc()),
        (Cell::Number(x), Elem::Bool) => Cell::Number(f64::from(u8::from(*x != 0.0))),
        (Cell::Text(_), Elem::Text) => cell.clone(),
        (Cell::Text(text), _) => match text.parse::<f64>() {
            Ok(number) => constant_as(node, &Cell::Number(number), Elem::Double, to)?,
            Err(_) => {
                return Err(unsupported!(
                    "{} makes a number of the text {text:?}",
                    label(node)
                ));
            }
        },
        _ => return Err(corrupt!("{} reads what is no number", label(node))),
    })
}

/// A number as text, as onnxruntime's `Cast` writes it.
pub(super) fn printed(x: f64, elem: Elem) -> String {
    match elem {
        Elem::Bool if x == 0.0 => "0".into(),
        Elem::Bool => "1".into(),
        Elem::Float => (x as f32).to_string(),
        _ => x.to_string(),
    }
}
