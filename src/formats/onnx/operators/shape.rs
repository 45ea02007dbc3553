//! What moves cells about and changes none.

use super::{
    Attributes, Cell, Dim, Drawing, FormatError, NodeProto, Tensor, Value, broadcast, cells_of,
    common, constants, corrupt, label, node::axis_of, node::integers, node::whole, place, spread,
    unsupported,
};

/// `Identity`.
pub(super) fn identity(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let name = node.input.first().map_or("", String::as_str);
    if let Some(value @ (Value::Zipped(..) | Value::Sequence(_) | Value::Text(_))) =
        drawing.value(name).cloned()
    {
        return drawing.set_value(node, 0, value);
    }
    let tensor = drawing.tensor(node, 0)?;
    drawing.set(node, 0, tensor)
}

/// `Concat`.
pub(super) fn concat(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let tensors = drawing.tensors(node)?;
    let Some(first) = tensors.first() else {
        return Err(corrupt!("{} has no input", label(node)));
    };
    let axis = axis_of(node, first, attributes.int("axis")?.unwrap_or(1))?;
    let joined = joined(drawing, node, &tensors, axis)?;
    drawing.set(node, 0, joined)
}

/// Tensors side by side along an axis.
pub(super) fn joined(
    drawing: &mut Drawing,
    node: &NodeProto,
    tensors: &[Tensor],
    axis: usize,
) -> Result<Tensor, FormatError> {
    let Some(first) = tensors.first() else {
        return Err(corrupt!("{} has no input", label(node)));
    };
    let mut along = 0;
    // Numbers that are the same for every row may have the axes of one row.
    let others = |tensor: &Tensor| {
        let mut dims = tensor.dims.clone();
        dims[axis] = Dim::Fixed(0);
        dims
    };
    for tensor in tensors {
        if tensor.elem != first.elem {
            return Err(corrupt!("{} mixes two element types", label(node)));
        }
        let fits = tensor.dims.len() == first.dims.len() && others(tensor) == others(first);
        match tensor.dims.get(axis) {
            Some(Dim::Fixed(n)) if fits => along += n,
            Some(Dim::Rows(_)) if fits && tensors.len() == 1 => {
                return Ok(tensor.clone());
            }
            Some(Dim::Rows(_)) => {
                return Err(unsupported!("{} puts rows behind one another", label(node)));
            }
            _ => {
                return Err(corrupt!(
                    "{} joins tensors whose axes do not fit",
                    label(node)
                ));
            }
        }
    }
    let mut dims = first.dims.clone();
    dims[axis] = Dim::Fixed(along);
    drawing.spend(cells_of(&dims), node)?;
    let (before, ..) = first.around(axis);
    let mut cells = Vec::with_capacity(cells_of(&dims));
    for b in 0..before {
        for tensor in tensors {
            let each = tensor.cells.len() / before.max(1);
            cells.extend_from_slice(&tensor.cells[b * each..][..each]);
        }
    }
    Ok(Tensor {
        meaning: common(tensors),
        ..Tensor::new(first.elem, dims, cells)
    })
}

/// `Flatten` to two axes.
pub(super) fn flatten(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis"])?;
    let axis = attributes.int("axis")?.unwrap_or(1);
    let name = node.input.first().map_or("", String::as_str);
    if let (Some(text @ Value::Text(_)), 1) = (drawing.value(name).cloned(), axis) {
        // The tokens of a row stay these.
        return drawing.set_value(node, 0, text);
    }
    let tensor = drawing.tensor(node, 0)?;
    let rank = tensor.dims.len();
    let axis = if axis == rank as i64 {
        rank
    } else {
        axis_of(node, &tensor, axis)?
    };
    let (before, behind) = tensor.dims.split_at(axis);
    let dims = vec![merged(node, before)?, merged(node, behind)?];
    drawing.set(node, 0, tensor.with_dims(dims))
}

/// Several axes as one. Entries of one row have to stay together.
fn merged(node: &NodeProto, dims: &[Dim]) -> Result<Dim, FormatError> {
    let mut all = Dim::Fixed(1);
    for dim in dims {
        all = match (all, *dim) {
            (Dim::Fixed(a), Dim::Fixed(b)) => Dim::Fixed(a.saturating_mul(b)),
            (Dim::Rows(a), Dim::Fixed(b)) => Dim::Rows(a.saturating_mul(b)),
            (Dim::Fixed(1), Dim::Rows(b)) => Dim::Rows(b),
            _ => return Err(unsupported!("{} mixes the rows", label(node))),
        };
    }
    Ok(all)
}

/// `Reshape`.
pub(super) fn reshape(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["allowzero", "shape"])?;
    let tensor = drawing.tensor(node, 0)?;
    let wanted: Vec<Cell> = if attributes.has("shape") {
        attributes
            .ints("shape")?
            .iter()
            .map(|n| Cell::Number(n as f64))
            .collect()
    } else {
        drawing.tensor(node, 1)?.cells.to_vec()
    };
    if wanted.len() > 16 {
        return Err(unsupported!("{} makes {} axes", label(node), wanted.len()));
    }
    let dims = reshaped(node, &tensor, &wanted)?;
    drawing.set(node, 0, tensor.with_dims(dims))
}

/// The axes that a shape asks for.
fn reshaped(node: &NodeProto, tensor: &Tensor, wanted: &[Cell]) -> Result<Vec<Dim>, FormatError> {
    let misfit = || {
        corrupt!(
            "{} asks for a shape that its input does not have",
            label(node)
        )
    };
    let mut dims: Vec<Option<Dim>> = Vec::with_capacity(wanted.len());
    for (axis, cell) in wanted.iter().enumerate() {
        dims.push(match cell {
            Cell::Size(n) => Some(Dim::Rows(*n)),
            Cell::Number(-1.0) => None,
            Cell::Number(0.0) => Some(*tensor.dims.get(axis).ok_or_else(misfit)?),
            Cell::Number(n) if *n > 0.0 => Some(Dim::Fixed(*n as usize)),
            _ => return Err(misfit()),
        });
    }
    let known: usize = dims
        .iter()
        .flatten()
        .fold(1, |n, dim| n.saturating_mul(dim.per_row()));
    let total = tensor.cells.len();
    let has_rows = dims.iter().flatten().any(|dim| matches!(dim, Dim::Rows(_)));
    let open = dims.iter().filter(|dim| dim.is_none()).count();
    if known == 0 || open > 1 || !total.is_multiple_of(known) || (open == 0 && known != total) {
        return Err(misfit());
    }
    let rest = total / known;
    let open = if has_rows || tensor.rows().is_none() {
        Dim::Fixed(rest)
    } else {
        Dim::Rows(rest)
    };
    let dims: Vec<Dim> = dims.into_iter().map(|dim| dim.unwrap_or(open)).collect();
    let ahead = |dims: &[Dim]| {
        let rows = dims.iter().position(|dim| matches!(dim, Dim::Rows(_)));
        rows.map(|rows| cells_of(&dims[..rows]))
    };
    match (ahead(&tensor.dims), ahead(&dims)) {
        (before, after) if before == after => Ok(dims),
        (Some(_), None) => Err(unsupported!(
            "{} asks for a number of rows that is the same for every batch; convert with a first axis that is open",
            label(node)
        )),
        _ => Err(unsupported!("{} mixes the rows", label(node))),
    }
}

/// `Transpose`.
pub(super) fn transpose(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["perm"])?;
    let tensor = drawing.tensor(node, 0)?;
    let rank = tensor.dims.len();
    let given = attributes.ints("perm")?;
    let order: Option<Vec<usize>> = if given.is_empty() {
        Some((0..rank).rev().collect())
    } else {
        given.iter().map(|axis| place(axis, rank)).collect()
    };
    let order =
        order.filter(|order| order.len() == rank && (0..rank).all(|axis| order.contains(&axis)));
    let order = order.ok_or_else(|| corrupt!("{} has a perm that is none", label(node)))?;
    drawing.spend(tensor.cells.len(), node)?;
    let stride = |axis: &usize| cells_of(&tensor.dims[axis + 1..]);
    let mut places = vec![0_usize];
    for axis in &order {
        let (n, stride) = (tensor.dims[*axis].per_row(), stride(axis));
        places = places
            .into_iter()
            .flat_map(|p| (0..n).map(move |i| p + i * stride))
            .collect();
    }
    let cells: Vec<_> = places
        .into_iter()
        .map(|at| tensor.cells[at].clone())
        .collect();
    let dims = order.iter().map(|axis| tensor.dims[*axis]).collect();
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `Squeeze`: axes of one entry go.
pub(super) fn squeeze(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axes"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axes = match integers(drawing, node, &attributes, "axes", 1)? {
        Some(axes) => axes
            .into_iter()
            .map(|axis| axis_of(node, &tensor, axis))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..tensor.dims.len())
            .filter(|axis| tensor.dims[*axis].is_one())
            .collect(),
    };
    if axes.iter().any(|axis| !tensor.dims[*axis].is_one()) {
        return Err(corrupt!(
            "{} takes away an axis of several entries",
            label(node)
        ));
    }
    let dims = (0..tensor.dims.len()).filter(|axis| !axes.contains(axis));
    let dims = dims.map(|axis| tensor.dims[axis]).collect();
    drawing.set(node, 0, tensor.with_dims(dims))
}

/// `Unsqueeze`: axes of one entry come.
pub(super) fn unsqueeze(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axes"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axes = integers(drawing, node, &attributes, "axes", 1)?.unwrap_or_default();
    let rank = tensor.dims.len() + axes.len();
    let axes: Option<Vec<usize>> = axes.into_iter().map(|axis| place(axis, rank)).collect();
    let axes = axes.filter(|_| rank <= 16);
    let axes = axes.ok_or_else(|| corrupt!("{} has an axis that is none", label(node)))?;
    let mut old = tensor.dims.iter();
    let dim = |axis| {
        if axes.contains(&axis) {
            Some(Dim::Fixed(1))
        } else {
            old.next().copied()
        }
    };
    let dims: Option<Vec<Dim>> = (0..rank).map(dim).collect();
    let dims = dims.filter(|dims| cells_of(dims) == tensor.cells.len());
    let dims = dims.ok_or_else(|| corrupt!("{} names an axis twice", label(node)))?;
    drawing.set(node, 0, tensor.with_dims(dims))
}

/// `Expand` to a shape.
pub(super) fn expand(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let tensor = drawing.tensor(node, 0)?;
    let shape = drawing.tensor(node, 1)?;
    let dims = constants::dims(node, &shape)?;
    let filler = Tensor::new(tensor.elem, dims, Vec::new());
    let dims = broadcast(&tensor.dims, &filler.dims)
        .ok_or_else(|| unsupported!("{} joins tensors whose axes do not fit", label(node)))?;
    drawing.spend(cells_of(&dims), node)?;
    let cells: Vec<_> = spread(&tensor.dims, &dims)
        .into_iter()
        .map(|at| tensor.cells[at].clone())
        .collect();
    drawing.set(node, 0, tensor.alike(dims, cells))
}

/// `Tile`: the tensor several times.
pub(super) fn tile(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let mut tensor = drawing.tensor(node, 0)?;
    let repeats = whole(node, &drawing.tensor(node, 1)?)?;
    if repeats.len() != tensor.dims.len() {
        return Err(corrupt!("{} has {} repeats", label(node), repeats.len()));
    }
    for (axis, times) in repeats.into_iter().enumerate() {
        match (usize::try_from(times), tensor.dims[axis]) {
            (Ok(1), _) => {}
            (Ok(times @ 2..=65_536), Dim::Fixed(n)) => {
                drawing.spend(tensor.cells.len().saturating_mul(times), node)?;
                let places: Vec<usize> = (0..times).flat_map(|_| 0..n).collect();
                let cells = tensor.at(axis, &places);
                let mut dims = tensor.dims.clone();
                dims[axis] = Dim::Fixed(n * times);
                tensor = tensor.alike(dims, cells);
            }
            _ => return Err(unsupported!("{} repeats rows", label(node))),
        }
    }
    drawing.set(node, 0, tensor)
}
