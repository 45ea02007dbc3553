//! Some of the cells of a tensor.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, cells_of, computed,
    corrupt, label, node::axis_of, node::integers, node::row_by_row, node::whole,
    node::within_rows, place, unsupported,
};
use crate::model::ops::{self, Operand};

/// `Gather`: at fixed places of an axis, or at places that the rows say.
pub(super) fn gather(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let (tensor, indices) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let axis = axis_of(node, &tensor, attributes.int("axis")?.unwrap_or(0))?;
    let mut dims = tensor.dims[..axis].to_vec();
    dims.extend_from_slice(&indices.dims);
    dims.extend_from_slice(&tensor.dims[axis + 1..]);
    let rows = dims
        .iter()
        .filter(|dim| matches!(dim, Dim::Rows(_)))
        .count();
    if matches!(tensor.dims[axis], Dim::Rows(_)) || rows > 1 || dims.len() > 16 {
        return Err(unsupported!("{} picks rows", label(node)));
    }
    drawing.spend(cells_of(&dims), node)?;
    let cells = if indices.is_constant() {
        let places = fixed(node, &indices, tensor.dims[axis].per_row())?;
        tensor.at(axis, &places)
    } else {
        picked(drawing, node, &tensor, axis, &indices.cells)?
    };
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// Constant indices as places.
fn fixed(node: &NodeProto, indices: &Tensor, length: usize) -> Result<Vec<usize>, FormatError> {
    let places: Option<Vec<usize>> = whole(node, indices)?
        .into_iter()
        .map(|i| place(i, length))
        .collect();
    places.ok_or_else(|| corrupt!("{} picks what its input does not have", label(node)))
}

/// The cells of a tensor at places of an axis that the rows say.
fn picked(
    drawing: &mut Drawing,
    node: &NodeProto,
    tensor: &Tensor,
    axis: usize,
    indices: &[Cell],
) -> Result<Vec<Cell>, FormatError> {
    let (before, _, behind) = tensor.around(axis);
    let groups = tensor.groups(axis);
    let mut cells = Vec::with_capacity(before * indices.len() * behind);
    for b in 0..before {
        for index in indices {
            for c in 0..behind {
                cells.push(pick(drawing, node, index, &groups[b * behind + c])?);
            }
        }
    }
    Ok(cells)
}

/// One of some cells by an index.
fn pick(
    drawing: &mut Drawing,
    node: &NodeProto,
    index: &Cell,
    from: &[Cell],
) -> Result<Cell, FormatError> {
    drawing.spend(from.len(), node)?;
    if let Some(at) = index.number() {
        let at = place(at as i64, from.len());
        return at
            .map(|at| from[at].clone())
            .ok_or_else(|| corrupt!("{} picks what its input does not have", label(node)));
    }
    let at_places = |places: &[Cell]| -> Option<Vec<Cell>> {
        places
            .iter()
            .map(|at| place(at.number()? as i64, from.len()).map(|at| from[at].clone()))
            .collect()
    };
    if from.iter().all(Cell::is_constant) {
        if let Cell::OneOf(place, list) = index
            && let Some(cells) = at_places(list)
        {
            return Ok(Cell::OneOf(*place, cells.into()));
        }
        let place = drawing.register(node, index)?;
        return Ok(Cell::OneOf(place, from.into()));
    }
    let place = drawing.register(node, index)?;
    let operands: Vec<Operand> = from
        .iter()
        .map(|cell| drawing.operand(node, cell))
        .collect::<Result<_, _>>()?;
    let registers: Vec<_> = operands.iter().filter_map(Operand::register).collect();
    drawing.board.numbers(&registers)?;
    let single = registers
        .iter()
        .all(|r| drawing.board.register(*r).precision == crate::input::Precision::F32);
    let known = computed(
        &drawing.board,
        &operands,
        if single { Elem::Float } else { Elem::Double },
    );
    Ok(Cell::Register(
        drawing.board.draw(
            ops::Pick {
                place,
                from: operands,
            },
            [known],
        )?[0],
    ))
}

/// `GatherElements`: for every cell of the indices one of the same place of the other axes.
pub(super) fn gather_elements(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let (tensor, indices) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(0))?;
    let mut dims = tensor.dims.clone();
    dims[axis] = *indices.dims.get(axis).unwrap_or(&Dim::Fixed(1));
    if dims != indices.dims {
        return Err(unsupported!(
            "{} joins tensors whose axes do not fit",
            label(node)
        ));
    }
    let (before, along, behind) = indices.around(axis);
    let groups = tensor.groups(axis);
    let mut cells = Vec::with_capacity(indices.cells.len());
    for b in 0..before {
        for a in 0..along {
            for c in 0..behind {
                let index = &indices.cells[(b * along + a) * behind + c];
                cells.push(pick(drawing, node, index, &groups[b * behind + c])?);
            }
        }
    }
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `ArrayFeatureExtractor`: at places of the last axis. Of one axis the answer has a second one before it.
pub(super) fn array_feature_extractor(
    drawing: &mut Drawing,
    node: &NodeProto,
) -> Result<(), FormatError> {
    let (tensor, indices) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let Some(axis) = tensor.dims.len().checked_sub(1) else {
        return Err(corrupt!("{} has an input without axes", label(node)));
    };
    let Dim::Fixed(length) = tensor.dims[axis] else {
        return Err(unsupported!("{} picks rows", label(node)));
    };
    let mut dims = tensor.dims[..axis].to_vec();
    if dims.is_empty() {
        dims.push(Dim::Fixed(1));
    }
    let count = indices.cells.len();
    dims.push(if indices.rows().is_some() {
        Dim::Rows(count)
    } else {
        Dim::Fixed(count)
    });
    row_by_row(node, &dims)?;
    if indices
        .rows()
        .is_some_and(|rows| cells_of(&indices.dims[..rows]) != 1)
    {
        return Err(unsupported!("{} mixes the rows", label(node)));
    }
    drawing.spend(cells_of(&dims), node)?;
    let cells = if indices.is_constant() {
        tensor.at(axis, &fixed(node, &indices, length)?)
    } else {
        picked(drawing, node, &tensor, axis, &indices.cells)?
    };
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `Compress` by a mask that is the same for every row.
pub(super) fn compress(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let (tensor, mask) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(1))?;
    let mask = mask
        .numbers()
        .filter(|mask| mask.len() <= tensor.dims[axis].per_row());
    let mask = mask.ok_or_else(|| unsupported!("{} takes its mask from the rows", label(node)))?;
    let places: Vec<usize> = mask
        .iter()
        .enumerate()
        .filter(|(_, flag)| **flag != 0.0)
        .map(|(i, _)| i)
        .collect();
    let mut dims = tensor.dims.clone();
    dims[axis] = Dim::Fixed(places.len());
    drawing.spend(tensor.cells.len(), node)?;
    let cells = tensor.at(axis, &places);
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `Slice`: its numbers are attributes in old versions, inputs in later ones.
pub(super) fn slice(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axes", "starts", "ends"])?;
    let mut tensor = drawing.tensor(node, 0)?;
    let given = |name, i| integers(drawing, node, &attributes, name, i);
    let starts = given("starts", 1)?.unwrap_or_default();
    let ends = given("ends", 2)?.unwrap_or_default();
    let axes = given("axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = match drawing.optional(node, 4)? {
        Some(steps) => whole(node, &steps)?,
        None => vec![1; starts.len()],
    };
    if [ends.len(), axes.len(), steps.len()]
        .iter()
        .any(|n| *n != starts.len())
    {
        return Err(corrupt!(
            "{} has starts, ends, axes and steps of different numbers",
            label(node)
        ));
    }
    for (((start, end), axis), step) in starts.into_iter().zip(ends).zip(axes).zip(steps) {
        let axis = axis_of(node, &tensor, axis)?;
        let n = match tensor.dims[axis] {
            Dim::Fixed(n) => n as i64,
            // All rows, whatever their number.
            Dim::Rows(_) if start == 0 && end >= i64::from(i32::MAX) && step == 1 => continue,
            Dim::Rows(_) => return Err(unsupported!("{} picks rows", label(node))),
        };
        let from_end = |i: i64| if i < 0 { i.saturating_add(n) } else { i };
        if step < 1 {
            return Err(unsupported!("{} goes backwards", label(node)));
        }
        let (start, end) = (from_end(start).clamp(0, n), from_end(end).clamp(0, n));
        let places = (start..end).step_by(step as usize);
        let places: Vec<usize> = places.map(|i| i as usize).collect();
        drawing.spend(tensor.cells.len(), node)?;
        let cells = tensor.at(axis, &places);
        let mut dims = tensor.dims.clone();
        dims[axis] = Dim::Fixed(places.len());
        tensor = tensor.alike(dims, cells);
    }
    drawing.set(node, 0, tensor)
}

/// `Split`: by lengths, or into equal parts.
pub(super) fn split(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis", "split", "num_outputs"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(0))?;
    let n = tensor.dims[axis].per_row();
    let parts = node.output.len().max(1);
    let given = integers(drawing, node, &attributes, "split", 1)?;
    let lengths: Vec<usize> = if let Some(lengths) = given {
        let length = |l: i64| usize::try_from(l).unwrap_or(usize::MAX);
        lengths.into_iter().map(length).collect()
    } else {
        let each = n.div_ceil(parts);
        let length = |i: usize| each.min(n.saturating_sub(i * each));
        (0..parts).map(length).collect()
    };
    if lengths.len() != parts || lengths.iter().fold(0_usize, |a, b| a.saturating_add(*b)) != n {
        return Err(corrupt!(
            "{} has parts that are not its input's",
            label(node)
        ));
    }
    drawing.spend(tensor.cells.len(), node)?;
    let mut first = 0;
    for (i, length) in lengths.into_iter().enumerate() {
        let places: Vec<usize> = (first..first + length).collect();
        first += length;
        let mut dims = tensor.dims.clone();
        dims[axis] = Dim::Fixed(length);
        let cells = tensor.at(axis, &places);
        drawing.set(node, i, tensor.alike(dims, cells))?;
    }
    Ok(())
}
