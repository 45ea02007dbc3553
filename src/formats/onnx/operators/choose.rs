//! The places of the largest and the smallest numbers.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, computed,
    corrupt, label, node::whole, node::within_rows, unsupported,
};
use crate::{
    formats::program::Register,
    model::ops::{self, Operand},
};
use std::rc::Rc;

/// `ArgMax` and `ArgMin`.
pub(super) fn arg_extreme(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis", "keepdims", "select_last_index"])?;
    if attributes.int("select_last_index")?.unwrap_or(0) != 0 {
        return Err(unsupported!(
            "{} takes the last, not the first of the largest",
            label(node)
        ));
    }
    let tensor = drawing.tensor(node, 0)?;
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(0))?;
    let length = tensor.dims[axis].per_row();
    if length == 0 {
        return Err(corrupt!("{} has nothing to choose from", label(node)));
    }
    drawing.spend(tensor.cells.len(), node)?;
    let largest = node.op_type == "ArgMax";
    let places: Rc<[Cell]> = (0..length).map(|i| Cell::Number(i as f64)).collect();
    let mut cells = Vec::new();
    for group in tensor.groups(axis) {
        let reads = drawing.registers(node, &group)?;
        drawing.board.numbers(&reads)?;
        drawing.board.refuse_missing(&reads);
        let place = if largest {
            drawing
                .board
                .draw(ops::Largest { reads }, [Register::number()])?[0]
        } else {
            let known = [Register::number(), Register::number()];
            let place = drawing.board.draw(
                ops::Extremes {
                    reads,
                    k: 1,
                    largest,
                },
                known,
            )?[1];
            drawing.smallest.insert(place);
            place
        };
        cells.push(Cell::OneOf(place, Rc::clone(&places)));
    }
    let mut dims = tensor.dims.clone();
    if attributes.int("keepdims")?.unwrap_or(1) == 0 {
        dims.remove(axis);
    } else {
        dims[axis] = Dim::Fixed(1);
    }
    drawing.set(node, 0, Tensor::new(Elem::Integer, dims, cells))
}

/// `TopK`.
pub(super) fn top_k(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis", "k", "largest", "sorted"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(-1))?;
    let length = tensor.dims[axis].per_row();
    let k = match attributes.int("k")? {
        Some(k) => k,
        None => whole(node, &drawing.tensor(node, 1)?)?
            .first()
            .copied()
            .unwrap_or(0),
    };
    let k = usize::try_from(k).ok().filter(|k| (1..=length).contains(k));
    let k = k.ok_or_else(|| corrupt!("{} takes more than there are", label(node)))?;
    let largest = attributes.int("largest")?.unwrap_or(1) != 0;
    let (before, _, behind) = tensor.around(axis);
    drawing.spend(tensor.cells.len(), node)?;
    drawing.spend(2 * before * behind * k, node)?;
    let mut values = vec![Cell::Number(0.0); before * behind * k];
    let mut places = values.clone();
    for (i, group) in tensor.groups(axis).into_iter().enumerate() {
        let reads = drawing.registers(node, &group)?;
        drawing.board.numbers(&reads)?;
        drawing.board.refuse_missing(&reads);
        let operands: Vec<_> = reads.iter().map(|r| Operand::Register(*r)).collect();
        let known = vec![computed(&drawing.board, &operands, tensor.elem); k];
        let known = known.into_iter().chain(vec![Register::number(); k]);
        let drawn = drawing
            .board
            .draw(ops::Extremes { reads, k, largest }, known)?;
        let (b, c) = (i / behind, i % behind);
        for j in 0..k {
            let at = (b * k + j) * behind + c;
            values[at] = Cell::Register(drawn[j]);
            places[at] = Cell::Register(drawn[k + j]);
            drawing.ranked.insert(drawn[k + j], length);
        }
    }
    let mut dims = tensor.dims.clone();
    dims[axis] = Dim::Fixed(k);
    let values = Tensor {
        meaning: Meaning::Plain,
        ..Tensor::new(tensor.elem, dims.clone(), values)
    };
    drawing.set(node, 0, values)?;
    drawing.set(node, 1, Tensor::new(Elem::Integer, dims, places))
}
