//! `Where`: one of two cells by a third.

use super::{
    Cell, Drawing, Elem, FormatError, NodeProto, Tensor, broadcast, cells_of, common, computed,
    corrupt, label, spread, unsupported,
};
use crate::{
    input::Precision,
    model::{
        Reg,
        ops::{self, Operand},
    },
};
use std::rc::Rc;

/// `Where`.
pub(super) fn choose(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let (by, yes, no) = (
        drawing.tensor(node, 0)?,
        drawing.tensor(node, 1)?,
        drawing.tensor(node, 2)?,
    );
    if yes.elem != no.elem {
        return Err(corrupt!("{} mixes two element types", label(node)));
    }
    let (dims, ..) = drawing.alike(node, &yes, &no)?;
    let dims = broadcast(&dims, &by.dims)
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
pub(super) fn either(
    drawing: &mut Drawing,
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
        Cell::OneOf(place, list) => {
            if let Some(replaced) = replaced(drawing, *place, list, yes, no) {
                return Ok(replaced);
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

/// A text in the place of others, where a choice is by whether a text is one of these.
fn replaced(drawing: &Drawing, place: Reg, flags: &[Cell], yes: &Cell, no: &Cell) -> Option<Cell> {
    let (text, keys) = drawing.places.get(&place)?;
    let (Cell::Text(to), true) = (yes, text == no) else {
        return None;
    };
    let (otherwise, flags) = flags.split_last()?;
    if otherwise.number() != Some(0.0) || flags.len() != keys.len() {
        return None;
    }
    let gone = keys.iter().zip(flags);
    let gone = gone.filter(|(_, flag)| flag.number() != Some(0.0));
    let swaps = gone.map(|(key, _)| (Rc::clone(key), Rc::clone(to)));
    match no {
        Cell::Column(column) => Some(Cell::Replaced(*column, swaps.collect())),
        Cell::Replaced(column, before) if before.len() < 64 => Some(Cell::Replaced(
            *column,
            before.iter().cloned().chain(swaps).collect(),
        )),
        _ => None,
    }
}
