//! Cells at places that a tensor says: `GatherND` and `ScatterElements`.

use super::{
    Attributes, Cell, Dim, Drawing, FormatError, NodeProto, Tensor, cells_of, condition, corrupt,
    label,
    node::{whole, within_rows},
    place, unsupported,
};
use crate::{
    formats::program::Register,
    model::{Reg, ops},
};
use std::rc::Rc;

/// `GatherND` at places that are the same for every row.
pub(super) fn gather_nd(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["batch_dims"])?;
    let (tensor, indices) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let depth = indices.dims.last().map_or(0, |dim| dim.per_row());
    let (Some(along), Some(rest)) = (tensor.dims.get(..depth), tensor.dims.get(depth..)) else {
        return Err(corrupt!(
            "{} picks along axes that there are not",
            label(node)
        ));
    };
    let rows = along.iter().any(|dim| matches!(dim, Dim::Rows(_)));
    if rows || depth == 0 || attributes.int("batch_dims")?.unwrap_or(0) != 0 {
        return Err(unsupported!("{} picks rows", label(node)));
    }
    let mut dims = indices.dims[..indices.dims.len() - 1].to_vec();
    dims.extend_from_slice(rest);
    let each = cells_of(rest);
    drawing.spend(cells_of(&dims), node)?;
    let mut cells = Vec::with_capacity(cells_of(&dims));
    for tuple in whole(node, &indices)?.chunks_exact(depth) {
        let step = |first: usize, (index, dim): (&i64, &Dim)| {
            Some(first * dim.per_row() + place(*index, dim.per_row())?)
        };
        let first = tuple.iter().zip(along).try_fold(0, step);
        let first =
            first.ok_or_else(|| corrupt!("{} picks what its input does not have", label(node)))?;
        cells.extend_from_slice(&tensor.cells[first * each..][..each]);
    }
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `ScatterElements`: for every cell of the indices one of the same place of the other axes is replaced.
pub(super) fn scatter_elements(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis", "reduction"])?;
    if !matches!(attributes.text("reduction")?, None | Some("none")) {
        return Err(unsupported!("{} joins what it replaces with", label(node)));
    }
    let tensor = drawing.tensor(node, 0)?;
    let (indices, updates) = (drawing.tensor(node, 1)?, drawing.tensor(node, 2)?);
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(0))?;
    let mut dims = tensor.dims.clone();
    dims[axis] = *indices.dims.get(axis).unwrap_or(&Dim::Fixed(1));
    if dims != indices.dims || dims != updates.dims || tensor.elem != updates.elem {
        return Err(unsupported!(
            "{} joins tensors whose axes do not fit",
            label(node)
        ));
    }
    let (before, width, behind) = tensor.around(axis);
    let along = dims[axis].per_row();
    drawing.spend(tensor.cells.len(), node)?;
    let mut cells = tensor.cells.to_vec();
    for b in 0..before {
        for a in 0..along {
            for c in 0..behind {
                let at = (b * along + a) * behind + c;
                let target = |j: usize| (b * width + j) * behind + c;
                let by = hits(drawing, node, &indices.cells[at], width)?;
                for (j, by) in by.iter().enumerate() {
                    let new = condition::either(
                        drawing,
                        node,
                        by,
                        &updates.cells[at],
                        &cells[target(j)],
                    )?;
                    cells[target(j)] = new;
                }
            }
        }
    }
    drawing.set(node, 0, Tensor::new(tensor.elem, tensor.dims, cells))
}

/// For each of so many places whether an index means it.
fn hits(
    drawing: &mut Drawing,
    node: &NodeProto,
    index: &Cell,
    width: usize,
) -> Result<Vec<Cell>, FormatError> {
    drawing.spend(width, node)?;
    if let Some(index) = index.number() {
        let at = place(index as i64, width)
            .ok_or_else(|| corrupt!("{} replaces what its input does not have", label(node)))?;
        let mut hits = vec![Cell::Number(0.0); width];
        hits[at] = Cell::Number(1.0);
        return Ok(hits);
    }
    let slot = within(drawing, node, index, width)?;
    let known = vec![Register::number(); width];
    let drawn = drawing.board.draw(ops::OneHot { slot, width }, known)?;
    Ok(drawn.into_iter().map(Cell::Register).collect())
}

/// The place among `width` that an index of the rows means. onnxruntime fails for a row whose index is none; so an index that may be none is
/// refused.
fn within(
    drawing: &mut Drawing,
    node: &NodeProto,
    index: &Cell,
    width: usize,
) -> Result<Reg, FormatError> {
    let places = match index {
        Cell::OneOf(by, list) => {
            drawing.spend(list.len(), node)?;
            let found = |index: &Cell| place(index.number()? as i64, width);
            let cell = |at: usize| Cell::Number(at as f64);
            let places: Option<Rc<[Cell]>> = list.iter().map(|i| found(i).map(cell)).collect();
            places.map(|places| Cell::OneOf(*by, places))
        }
        Cell::Register(place) => {
            let length = drawing.ranked.get(place);
            let fits = length.is_some_and(|length| *length <= width);
            fits.then(|| index.clone())
        }
        _ => None,
    };
    let places = places.ok_or_else(|| {
        unsupported!(
            "{} replaces at places that its input may not have for some rows; it can take places from ArgMax, ArgMin or TopK \
             along the same axis, or from Mod",
            label(node)
        )
    })?;
    drawing.register(node, &places)
}
