//! Functions of numbers that are known at the start, or that are one of several known ones.

use super::{Cell, Drawing, FormatError, NodeProto, lookup};
use crate::{formats::program::Otherwise, input::Precision, model::ops::Binary};
use std::rc::Rc;

/// A longer list of values than labels have.
const MAX_VALUES: usize = 1 << 12;

/// What can be computed at once: constants, and one of several values with a constant.
pub(super) fn folded(
    drawing: &mut Drawing,
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
            let entry = [(Rc::clone(word), 0.0)];
            let place = lookup::lookup(drawing, node, text, &entry, Otherwise::Is(1.0))?;
            let equal: Rc<[Cell]> = [Cell::Number(1.0), Cell::Number(0.0)].into();
            Ok(Some(Cell::OneOf(place, equal)))
        }
        _ => Ok(None),
    }
}
