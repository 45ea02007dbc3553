//! `Imputer`: what stands for a missing value.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, computed, corrupt, label,
};
use crate::{
    formats::program::Register,
    input::{Precision, Word},
    model::{
        Reg,
        ops::{self, Binary, Operand},
    },
};

/// Reads an `Imputer`.
pub(super) fn imputer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "imputed_value_floats",
        "imputed_value_int64s",
        "replaced_value_float",
        "replaced_value_int64",
    ];
    let attributes = Attributes::new(node, &known)?;
    let tensor = drawing.tensor(node, 0)?;
    let floats = attributes
        .floats("imputed_value_floats")?
        .iter()
        .map(|x| f64::from(*x));
    let integers = attributes
        .ints("imputed_value_int64s")?
        .iter()
        .map(|x| x as f64);
    let values: Vec<f64> = floats.chain(integers).collect();
    let width = tensor.dims.last().map_or(0, |dim| dim.per_row());
    if values.len() != 1
        && (values.len() != width || tensor.dims.last() != Some(&Dim::Fixed(width)))
    {
        return Err(corrupt!(
            "{} has {} values for {width} columns",
            label(node),
            values.len()
        ));
    }
    let marked = match attributes.int("replaced_value_int64")? {
        Some(value) => Some(value as f64),
        None => attributes
            .float("replaced_value_float")?
            .filter(|value| !value.is_nan()),
    };
    drawing.spend(tensor.cells.len(), node)?;
    drawing.board.path = vec![label(node)];
    let mut cells = Vec::with_capacity(tensor.cells.len());
    for (at, cell) in tensor.cells.iter().enumerate() {
        let value = values[at % values.len()];
        let read = drawing.register(node, cell)?;
        drawing.board.numbers(&[read])?;
        cells.push(Cell::Register(match marked {
            Some(marked) => instead(drawing, tensor.elem, read, marked, value)?,
            None => drawing.board.fill(read, &Word::Number(value), true)?,
        }));
    }
    drawing.set(
        node,
        0,
        Tensor::new(tensor.elem, tensor.dims.clone(), cells),
    )
}

/// A number in the place of another.
fn instead(
    drawing: &mut Drawing,
    elem: Elem,
    read: Reg,
    marked: f64,
    value: f64,
) -> Result<Reg, FormatError> {
    let pairs = vec![[Operand::Register(read), Operand::Number(marked)]];
    let equal = ops::Combine {
        function: Binary::Equal,
        pairs,
        precision: Precision::F64,
    };
    let by = drawing.board.draw(equal, [Register::number()])?[0];
    let choices = vec![(by, Operand::Number(value), Operand::Register(read))];
    let known = computed(&drawing.board, &[Operand::Register(read)], elem);
    Ok(drawing.board.draw(ops::Either { choices }, [known])?[0])
}
