//! Several numbers to one, along axes.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, computed,
    corrupt, label, node::integers, node::within_rows, unsupported,
};
use crate::{
    input::Precision,
    model::ops::{self, Operand, Reduction},
};

/// `ReduceSum` and the like. The axes are an attribute in old versions, an input in later ones.
pub(super) fn reduce(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axes", "keepdims", "noop_with_empty_axes"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axes = integers(drawing, node, &attributes, "axes", 1)?.unwrap_or_default();
    let keep = attributes.int("keepdims")?.unwrap_or(1) != 0;
    let reduction = match node.op_type.as_str() {
        "ReduceL1" => Reduction::Sizes,
        "ReduceL2" => Reduction::Root,
        "ReduceLogSum" => Reduction::LogSum,
        "ReduceLogSumExp" => Reduction::LogSumExp,
        "ReduceMax" => Reduction::Largest,
        "ReduceMean" => Reduction::Mean,
        "ReduceMin" => Reduction::Smallest,
        "ReduceProd" => Reduction::Product,
        "ReduceSum" => Reduction::Sum,
        "ReduceSumSquare" => Reduction::Squares,
        _ => return Err(unsupported!("{} is not supported", label(node))),
    };
    if axes.is_empty() && attributes.int("noop_with_empty_axes")?.unwrap_or(0) != 0 {
        return drawing.set(node, 0, tensor);
    }
    let mut places = if axes.is_empty() {
        (0..tensor.dims.len() as i64).collect()
    } else {
        axes
    };
    let places: Vec<usize> = {
        let found: Result<Vec<_>, _> = places
            .drain(..)
            .map(|axis| within_rows(node, &tensor, axis))
            .collect();
        found?
    };
    let mut result = along(drawing, node, reduction, &tensor, &places, keep)?;
    result.meaning = match (reduction, tensor.meaning) {
        (Reduction::Mean, meaning) => meaning,
        // Shares of several estimators, each with an axis of its own.
        (Reduction::Sum, Meaning::Shares)
            if places.iter().all(|axis| *axis + 1 < tensor.dims.len()) =>
        {
            Meaning::Shares
        }
        (Reduction::Sum, _) => Meaning::Total,
        (Reduction::LogSumExp, _) => Meaning::LogTotal,
        _ => Meaning::Plain,
    };
    drawing.set(node, 0, result)
}

/// Reduces along axes, which stay with one entry where `keep` says so.
pub(super) fn along(
    drawing: &mut Drawing,
    node: &NodeProto,
    reduction: Reduction,
    tensor: &Tensor,
    axes: &[usize],
    keep: bool,
) -> Result<Tensor, FormatError> {
    drawing.spend(tensor.cells.len(), node)?;
    let gone = |axis: &usize| axes.contains(axis);
    let groups = groups(tensor, axes);
    if groups.iter().any(Vec::is_empty) {
        return Err(corrupt!("{} has nothing to reduce", label(node)));
    }
    let precision = if tensor.elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    };
    let constant = |group: &Vec<Cell>| group.iter().map(Cell::number).collect::<Option<Vec<_>>>();
    let mut cells: Vec<Option<Cell>> = Vec::with_capacity(groups.len());
    let mut drawn = Vec::new();
    let mut known = Vec::new();
    for group in groups {
        if let Some(numbers) = constant(&group) {
            let number = reduction.of(&numbers.into_iter());
            cells.push(Some(Cell::Number(precision.round(number))));
            continue;
        }
        cells.push(None);
        let registers = drawing.registers(node, &group)?;
        drawing.board.numbers(&registers)?;
        let operands: Vec<_> = registers.iter().map(|r| Operand::Register(*r)).collect();
        known.push(computed(&drawing.board, &operands, tensor.elem));
        drawn.push(registers);
    }
    let mut drawn = drawing
        .board
        .draw(
            ops::Reduce {
                reduction,
                groups: drawn,
                precision,
            },
            known,
        )?
        .into_iter();
    let cells: Vec<_> = cells
        .into_iter()
        .filter_map(|cell| cell.or_else(|| drawn.next().map(Cell::Register)))
        .collect();
    let dims = tensor.dims.iter().enumerate();
    let dims = dims.filter_map(|(axis, dim)| match (gone(&axis), keep) {
        (false, _) => Some(*dim),
        (true, true) => Some(Dim::Fixed(1)),
        (true, false) => None,
    });
    Ok(Tensor::new(tensor.elem, dims.collect(), cells))
}

/// The cells of each result, in the order of the axes that stay.
fn groups(tensor: &Tensor, axes: &[usize]) -> Vec<Vec<Cell>> {
    let mut places = vec![0_usize];
    for (axis, dim) in tensor.dims.iter().enumerate() {
        let n = dim.per_row();
        if axes.contains(&axis) {
            places.iter_mut().for_each(|p| *p *= n);
        } else {
            let step = |p: usize| (0..n).map(move |i| p * n + i);
            places = places.into_iter().flat_map(step).collect();
        }
    }
    let offsets = offsets(tensor, axes);
    let cell = |first: usize| {
        let cells = offsets
            .iter()
            .map(|offset| tensor.cells[first + offset].clone());
        cells.collect()
    };
    places.into_iter().map(cell).collect()
}

/// How far the cells of one group lie from its first.
fn offsets(tensor: &Tensor, axes: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0];
    for (axis, dim) in tensor.dims.iter().enumerate() {
        let n = dim.per_row();
        offsets = if axes.contains(&axis) {
            offsets
                .into_iter()
                .flat_map(|o| (0..n).map(move |i| o * n + i))
                .collect()
        } else {
            offsets.into_iter().map(|o| o * n).collect()
        };
    }
    offsets
}
