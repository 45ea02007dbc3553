//! Tensors of the graph itself, and what it says of the number of rows.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, cells_of, corrupt, label,
    node::row_by_row, tensors, unsupported,
};

/// `Constant`, in each of its forms.
pub(super) fn constant(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "value",
        "value_float",
        "value_floats",
        "value_int",
        "value_ints",
        "value_string",
        "value_strings",
    ];
    let attributes = Attributes::new(node, &known)?;
    let list = |elem, cells: Vec<Cell>| Tensor::new(elem, vec![Dim::Fixed(cells.len())], cells);
    let one = |elem, cell| Tensor::new(elem, Vec::new(), vec![cell]);
    let tensor = if let Some(tensor) = attributes.tensor("value")? {
        tensors::constant(tensor)?
    } else if let Some(x) = attributes.float("value_float")? {
        one(Elem::Float, Cell::Number(x))
    } else if let Some(x) = attributes.int("value_int")? {
        one(Elem::Integer, Cell::Number(x as f64))
    } else if let Some(text) = attributes.text("value_string")? {
        one(Elem::Text, Cell::Text(text.into()))
    } else if attributes.has("value_floats") {
        list(
            Elem::Float,
            attributes
                .floats("value_floats")?
                .iter()
                .map(|x| Cell::Number((*x).into()))
                .collect(),
        )
    } else if attributes.has("value_strings") {
        list(
            Elem::Text,
            tensors::texts(attributes.bytes("value_strings")?.iter())?,
        )
    } else {
        list(
            Elem::Integer,
            attributes
                .ints("value_ints")?
                .iter()
                .map(|x| Cell::Number(x as f64))
                .collect(),
        )
    };
    drawing.spend(tensor.cells.len(), node)?;
    drawing.set(node, 0, tensor)
}

/// `Shape`: the number of rows is known only when they come.
pub(super) fn shape(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["start", "end"])?;
    let tensor = drawing.tensor(node, 0)?;
    let rank = tensor.dims.len() as i64;
    let at = |given: Option<i64>, otherwise: i64| {
        let given = given.unwrap_or(otherwise);
        (if given < 0 {
            given.saturating_add(rank)
        } else {
            given
        })
        .clamp(0, rank) as usize
    };
    let (start, end) = (
        at(attributes.int("start")?, 0),
        at(attributes.int("end")?, rank),
    );
    let size = |dim: &Dim| match dim {
        Dim::Fixed(n) => Cell::Number(*n as f64),
        Dim::Rows(n) => Cell::Size(*n),
    };
    let cells: Vec<_> = tensor
        .dims
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(size)
        .collect();
    drawing.set(
        node,
        0,
        Tensor::new(Elem::Integer, vec![Dim::Fixed(cells.len())], cells),
    )
}

/// `ConstantOfShape`.
pub(super) fn of_shape(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["value"])?;
    let dims = dims(node, &drawing.tensor(node, 0)?)?;
    let (elem, cell) = match attributes.tensor("value")? {
        Some(value) => {
            let value = tensors::constant(value)?;
            (value.elem, value.cells.first().cloned())
        }
        None => (Elem::Float, Some(Cell::Number(0.0))),
    };
    let cell = cell.ok_or_else(|| corrupt!("{} has no value", label(node)))?;
    let count = cells_of(&dims);
    drawing.spend(count, node)?;
    drawing.set(node, 0, Tensor::new(elem, dims, vec![cell; count]))
}

/// The axes that a shape means.
pub(super) fn dims(node: &NodeProto, shape: &Tensor) -> Result<Vec<Dim>, FormatError> {
    let dim = |cell: &Cell| match cell {
        Cell::Size(n) => Ok(Dim::Rows(*n)),
        Cell::Number(n) if (0.0..1e9).contains(n) => Ok(Dim::Fixed(*n as usize)),
        _ => Err(unsupported!("{} takes a shape from the rows", label(node))),
    };
    if shape.cells.len() > 16 {
        return Err(unsupported!(
            "{} makes {} axes",
            label(node),
            shape.cells.len()
        ));
    }
    let dims: Vec<Dim> = shape.cells.iter().map(dim).collect::<Result<_, _>>()?;
    row_by_row(node, &dims)?;
    Ok(dims)
}
