//! A function of two numbers, cell by cell.

use super::{
    Cell, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, common, computed, corrupt,
    fold::folded, label,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::{
        Reg, StepOp,
        ops::{self, Binary, Operand},
    },
};
use std::rc::Rc;

/// A function of two tensors.
pub(super) fn pair(
    drawing: &mut Drawing,
    node: &NodeProto,
    function: Binary,
    a: &Tensor,
    b: &Tensor,
) -> Result<Tensor, FormatError> {
    if a.elem != b.elem && function != Binary::Pow {
        return Err(corrupt!("{} mixes two element types", label(node)));
    }
    let elem = if answers_truth(function) {
        Elem::Bool
    } else {
        a.elem
    };
    if function == Binary::Mul
        && let Some(weighed) = weighed(drawing, node, a, b)?
    {
        return Ok(weighed);
    }
    let (dims, [left, right]) = drawing.alike(node, a, b)?;
    let precision = precision(elem);
    let mut cells = Vec::with_capacity(left.len());
    let mut pairs = Vec::new();
    for (i, j) in left.into_iter().zip(right) {
        let (a, b) = (&a.cells[i], &b.cells[j]);
        let nothing = |cell: &Cell| cell.number() == Some(0.0);
        if elem == Elem::Integer && function == Binary::Mul && (nothing(a) || nothing(b)) {
            cells.push(Cell::Number(0.0));
        } else if let Some(cell) = folded(drawing, node, function, precision, [a, b])? {
            cells.push(cell);
        } else {
            pairs.push([drawing.operand(node, a)?, drawing.operand(node, b)?]);
            cells.push(Cell::Size(0));
        }
    }
    let drawn = drawn(drawing, function, pairs, elem)?;
    let mut drawn = drawn.into_iter();
    for cell in &mut cells {
        if *cell == Cell::Size(0) {
            *cell = drawn.next().unwrap_or(Cell::Size(0));
        }
    }
    Ok(Tensor {
        meaning: meaning(function, a, b),
        ..Tensor::new(elem, dims, cells)
    })
}

/// The registers of a row of 32-bit floats that are mostly 0, of which only the others are stored.
pub(super) fn stored(drawing: &Drawing, tensor: &Tensor) -> Option<Vec<Reg>> {
    if tensor.elem != Elem::Float || tensor.rows() != Some(0) || tensor.dims.len() != 2 {
        return None;
    }
    let register = |cell: &Cell| match cell {
        Cell::Register(register) => Some(*register),
        _ => None,
    };
    let registers: Vec<Reg> = tensor.cells.iter().map(register).collect::<Option<_>>()?;
    let sparse = |register: &Reg| drawing.board.register(*register).sparse;
    registers.iter().all(sparse).then_some(registers)
}

/// Such a row by weights, which leaves what is 0 as it is.
fn weighed(
    drawing: &mut Drawing,
    node: &NodeProto,
    row: &Tensor,
    weights: &Tensor,
) -> Result<Option<Tensor>, FormatError> {
    let (Some(reads), Some(weights)) = (stored(drawing, row), weights.numbers()) else {
        return Ok(None);
    };
    if reads.len() != weights.len() || weights.iter().any(|weight| !weight.is_finite()) {
        return Ok(None);
    }
    drawing.spend(reads.len(), node)?;
    let drawn = drawing.board.each(StepOp::Mul, &reads, weights)?;
    let weighed = Tensor::of_registers(Elem::Float, &drawn);
    Ok(Some(weighed.with_dims(row.dims.clone())))
}

/// The cells of a function of pairs that only the rows tell.
fn drawn(
    drawing: &mut Drawing,
    function: Binary,
    pairs: Vec<[Operand; 2]>,
    elem: Elem,
) -> Result<Vec<Cell>, FormatError> {
    let registers = pairs.iter().flatten().filter_map(Operand::register);
    let registers: Vec<_> = registers.collect();
    drawing.board.numbers(&registers)?;
    let truth = elem == Elem::Bool;
    let known = |pair: &[Operand; 2]| {
        if truth {
            Register::number()
        } else {
            computed(&drawing.board, pair, elem)
        }
    };
    let known: Vec<_> = pairs.iter().map(known).collect();
    // The rest of a whole number is a place among as many as it is divided by.
    let among = |pair: &[Operand; 2]| match (function, elem, pair[1]) {
        (Binary::Remainder, Elem::Integer, Operand::Number(by)) if by >= 1.0 => Some(by as usize),
        _ => None,
    };
    let among: Vec<_> = pairs.iter().map(among).collect();
    let precision = precision(elem);
    let combine = ops::Combine {
        function,
        pairs,
        precision,
    };
    let both: Rc<[Cell]> = [Cell::Number(0.0), Cell::Number(1.0)].into();
    let drawn = drawing.board.draw(combine, known)?;
    let places = drawn.iter().zip(among);
    let places = places.filter_map(|(register, among)| Some((*register, among?)));
    drawing.ranked.extend(places);
    Ok(drawn
        .into_iter()
        .map(|register| {
            if truth {
                Cell::OneOf(register, Rc::clone(&both))
            } else {
                Cell::Register(register)
            }
        })
        .collect())
}

/// What numbers of an element type are rounded to.
pub(super) fn precision(elem: Elem) -> Precision {
    if elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    }
}

/// Whether a function answers truth.
fn answers_truth(function: Binary) -> bool {
    !matches!(
        function,
        Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::Div
            | Binary::WholeDiv
            | Binary::Remainder
            | Binary::Fmod
            | Binary::Pow
            | Binary::Max
            | Binary::Min
    )
}

/// What the numbers of a result mean.
fn meaning(function: Binary, a: &Tensor, b: &Tensor) -> Meaning {
    let either = |meaning| a.meaning == meaning || b.meaning == meaning;
    match function {
        Binary::Div if b.meaning == Meaning::Total => Meaning::Shares,
        Binary::Sub if b.meaning == Meaning::LogTotal => Meaning::LogShares,
        Binary::Add | Binary::Max if either(Meaning::Total) => Meaning::Total,
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Max | Binary::Min => {
            match common(&[a.clone(), b.clone()]) {
                Meaning::LogTotal => Meaning::Plain,
                other => other,
            }
        }
        _ => Meaning::Plain,
    }
}
