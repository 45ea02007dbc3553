//! Functions of two numbers, cell by cell.

use super::{
    Attributes, Cell, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, cells_of, common,
    computed, corrupt, label, spread, unsupported, whole, within_rows,
};
use crate::{
    input::Precision,
    model::ops::{self, Binary, Operand},
};
use std::rc::Rc;

/// A longer list of values than labels have.
const MAX_VALUES: usize = 1 << 12;

/// `Add`, `Less`, `And` and the like; `Sum`, `Max` and `Min` of several.
pub(super) fn pairwise<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
    Attributes::new(node, &["fmod"])?;
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

/// Whether a function answers truth.
fn answers_truth(function: Binary) -> bool {
    !matches!(
        function,
        Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::Div
            | Binary::WholeDiv
            | Binary::Pow
            | Binary::Max
            | Binary::Min
    )
}

/// A function of two tensors.
pub(super) fn pair(
    drawing: &mut Drawing<'_>,
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
    let (dims, left, right) = drawing.alike(node, a, b)?;
    let precision = if elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    };
    let mut cells = Vec::with_capacity(left.len());
    let mut pairs = Vec::new();
    for (i, j) in left.into_iter().zip(right) {
        let (a, b) = (&a.cells[i], &b.cells[j]);
        if let Some(cell) = folded(drawing, node, function, precision, [a, b])? {
            cells.push(cell);
        } else {
            pairs.push([drawing.operand(node, a)?, drawing.operand(node, b)?]);
            cells.push(Cell::Size(0));
        }
    }
    let registers: Vec<_> = pairs
        .iter()
        .flatten()
        .filter_map(Operand::register)
        .collect();
    drawing.board.numbers(&registers)?;
    let truth = elem == Elem::Bool;
    let known: Vec<_> = pairs
        .iter()
        .map(|pair| {
            if truth {
                crate::formats::program::Register::number()
            } else {
                computed(&drawing.board, pair, elem)
            }
        })
        .collect();
    let drawn = drawing.board.draw(
        ops::Combine {
            function,
            pairs,
            precision,
        },
        known,
    )?;
    let both: Rc<[Cell]> = [Cell::Number(0.0), Cell::Number(1.0)].into();
    let mut drawn = drawn.into_iter().map(|register| {
        if truth {
            Cell::OneOf(register, Rc::clone(&both))
        } else {
            Cell::Register(register)
        }
    });
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

/// What can be computed at once: constants, and one of several values with a constant.
fn folded(
    drawing: &mut Drawing<'_>,
    node: &NodeProto,
    function: Binary,
    precision: Precision,
    [a, b]: [&Cell; 2],
) -> Result<Option<Cell>, FormatError> {
    let of = |a: &Cell, b: &Cell| match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => Some(Cell::Number(function.of(*a, *b, precision))),
        (Cell::Text(a), Cell::Text(b)) if function == Binary::Equal => {
            Some(Cell::Number(f64::from(u8::from(a == b))))
        }
        _ => None,
    };
    if let Some(cell) = of(a, b) {
        return Ok(Some(cell));
    }
    let several = match (a, b) {
        (Cell::OneOf(place, list), b) if b.is_constant() => Some((
            *place,
            list.iter().map(|a| of(a, b)).collect::<Option<Vec<_>>>(),
        )),
        (a, Cell::OneOf(place, list)) if a.is_constant() => {
            Some((*place, list.iter().map(|b| of(a, b)).collect()))
        }
        (Cell::OneOf(p, first), Cell::OneOf(q, second))
            if p == q && first.len() == second.len() =>
        {
            let values = first.iter().zip(second.iter()).map(|(a, b)| of(a, b));
            Some((*p, values.collect()))
        }
        _ => None,
    };
    if let Some((place, Some(list))) = several
        && list.len() <= MAX_VALUES
    {
        drawing.spend(list.len(), node)?;
        return Ok(Some(Cell::OneOf(place, list.into())));
    }
    match (function, a, b) {
        (
            Binary::Equal,
            text @ (Cell::Column(_) | Cell::Replaced(..) | Cell::Printed(..)),
            Cell::Text(word),
        )
        | (
            Binary::Equal,
            Cell::Text(word),
            text @ (Cell::Column(_) | Cell::Replaced(..) | Cell::Printed(..)),
        ) => {
            let entry = [(Rc::clone(word), 1.0)];
            let truth = super::encode::lookup(
                drawing,
                node,
                text,
                &entry,
                crate::formats::program::Otherwise::Is(0.0),
            )?;
            drawing.equal.insert(truth, (text.clone(), Rc::clone(word)));
            let both: Rc<[Cell]> = [Cell::Number(0.0), Cell::Number(1.0)].into();
            Ok(Some(Cell::OneOf(truth, both)))
        }
        _ => Ok(None),
    }
}

/// `Clip`: its bounds are attributes in old versions, inputs in later ones.
pub(super) fn clip<'a>(drawing: &mut Drawing<'a>, node: &'a NodeProto) -> Result<(), FormatError> {
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
pub(super) fn mean<'a>(drawing: &mut Drawing<'a>, node: &'a NodeProto) -> Result<(), FormatError> {
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
pub(super) fn cumulative<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
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
    dims[axis] = super::Dim::Fixed(1);
    for i in 0..tensor.dims[axis].per_row() {
        let next = Tensor::new(tensor.elem, dims.clone(), tensor.at(axis, &[i]));
        parts.push(match parts.last() {
            Some(sum) => pair(drawing, node, Binary::Add, &sum.clone(), &next)?,
            None => next,
        });
    }
    let joined = super::shape::joined(drawing, node, &parts, axis)?;
    drawing.set(node, 0, joined)
}

/// `Where`.
pub(super) fn choose<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
    let (by, yes, no) = (
        drawing.tensor(node, 0)?,
        drawing.tensor(node, 1)?,
        drawing.tensor(node, 2)?,
    );
    if yes.elem != no.elem {
        return Err(corrupt!("{} mixes two element types", label(node)));
    }
    let (dims, ..) = drawing.alike(node, &yes, &no)?;
    let dims = super::super::tensor::broadcast(&dims, &by.dims)
        .ok_or_else(|| unsupported!("{} joins tensors whose axes do not fit", label(node)))?;
    drawing.spend(cells_of(&dims), node)?;
    let places = [&by, &yes, &no].map(|t| spread(&t.dims, &dims));
    let mut cells = Vec::with_capacity(places[0].len());
    for (at, place) in places[0].iter().enumerate() {
        let (yes, no) = (&yes.cells[places[1][at]], &no.cells[places[2][at]]);
        cells.push(either(drawing, node, &by.cells[*place], yes, no)?);
    }
    let meaning = common(&[yes.clone(), no.clone()]);
    let elem = yes.elem;
    drawing.set(
        node,
        0,
        Tensor {
            meaning,
            ..Tensor::new(elem, dims, cells)
        },
    )
}

/// One of two cells by a third.
fn either(
    drawing: &mut Drawing<'_>,
    node: &NodeProto,
    by: &Cell,
    yes: &Cell,
    no: &Cell,
) -> Result<Cell, FormatError> {
    match by {
        Cell::Number(flag) => return Ok(if *flag == 0.0 { no } else { yes }.clone()),
        Cell::OneOf(place, list) if yes.is_constant() && no.is_constant() => {
            let chosen = |flag: &Cell| {
                if flag.number() == Some(0.0) {
                    no.clone()
                } else {
                    yes.clone()
                }
            };
            return Ok(Cell::OneOf(*place, list.iter().map(chosen).collect()));
        }
        Cell::OneOf(place, list) if list.len() == 2 && list[1] == Cell::Number(1.0) => {
            // A text in the place of another.
            if let (Some((text, word)), Cell::Text(to)) = (drawing.equal.get(place), yes)
                && text == no
            {
                let more = (Rc::clone(word), Rc::clone(to));
                match no {
                    Cell::Column(column) => return Ok(Cell::Replaced(*column, [more].into())),
                    Cell::Replaced(column, before) if before.len() < 64 => {
                        return Ok(Cell::Replaced(
                            *column,
                            before.iter().cloned().chain([more]).collect(),
                        ));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    let by = drawing.register(node, by)?;
    let (yes, no) = (drawing.operand(node, yes)?, drawing.operand(node, no)?);
    let mut known = computed(&drawing.board, &[yes, no], Elem::Double);
    let single = |operand: &Operand| match operand {
        Operand::Register(r) => drawing.board.register(*r).precision == Precision::F32,
        Operand::Number(x) => f64::from(*x as f32).total_cmp(x).is_eq(),
    };
    if single(&yes) && single(&no) {
        known.precision = Precision::F32;
    }
    // It may be what stands for a missing value.
    known.missing = None;
    Ok(Cell::Register(
        drawing.board.draw(
            ops::Either {
                choices: vec![(by, yes, no)],
            },
            [known],
        )?[0],
    ))
}
