//! The inputs of a graph as columns, and its initializers.

use std::collections::HashSet;

use super::{
    corrupt,
    drawing::{Drawing, Value},
    features::{Elem, Features},
    proto::{GraphProto, ValueInfoProto, elem},
    tensor::{Cell, Dim, Tensor},
    tensors, unsupported,
};
use crate::{
    formats::{Before, FormatError, MAX_FEATURES, Said, Takes, program::Board},
    input::{Column, ColumnType, Schema},
    model::Reg,
};

/// An input: its name, its columns, and what they hold.
struct Input<'a> {
    name: &'a str,
    columns: std::ops::Range<usize>,
    elem: Elem,
    /// Whether it is a list of texts rather than a column of them.
    list: bool,
}

/// Begins to draw a graph of a file of `size` bytes.
pub(super) fn drawing(graph: &GraphProto, size: usize, opset: i64) -> Result<Drawing, FormatError> {
    let (inputs, columns) = inputs(graph)?;
    let named = inputs.len() > 1;
    let told = Schema::new(columns, named);
    let names = told.columns.iter().map(|column| column.name.clone());
    let names = named.then(|| names.collect());
    let mut board = Board::new(names, told.len(), Some(&told));
    board.bound_words(size);
    let mut drawing = Drawing::new(board, size, opset);
    for Input {
        name,
        columns,
        elem,
        list,
    } in inputs
    {
        let columns: Vec<Reg> = columns.map(|column| column as Reg).collect();
        let mut tensor = input(&mut drawing, elem, &columns)?;
        if list {
            tensor = tensor.with_dims(vec![Dim::Rows(1)]);
        }
        drawing.set_name(name, Value::Tensor(tensor))?;
    }
    constants(&mut drawing, graph)?;
    Ok(drawing)
}

/// The same for a graph with one tensor of floats, which reads what other files make of the columns, and what is to be said of these.
pub(super) fn behind(
    graph: &GraphProto,
    size: usize,
    opset: i64,
    before: &dyn Before,
) -> Result<(Drawing, Said), FormatError> {
    let (inputs, columns) = inputs(graph)?;
    let &[Input { name, elem, .. }] = &*inputs else {
        return Err(unsupported!(
            "the ONNX graph has an input for each column, and so nothing can stand before it in another file; export the whole pipeline, or \
             a graph with one tensor as its input"
        ));
    };
    if !matches!(elem, Elem::Float | Elem::Double) {
        return Err(unsupported!(
            "the input `{name}` of the ONNX graph is no tensor of floats, and so nothing can stand before it in another file"
        ));
    }
    let width = columns.len();
    let begun = before.begin(&Takes::of(&Schema::new(columns, false)))?;
    let (mut board, reads, _, said) = begun.split();
    if reads.len() != width {
        return Err(corrupt!(
            "the ONNX graph takes {width} columns, and the files before it make {}",
            reads.len()
        ));
    }
    board.bound_words(size);
    let mut drawing = Drawing::new(board, size, opset);
    let tensor = input(&mut drawing, elem, &reads)?;
    drawing.set_name(name, Value::Tensor(tensor))?;
    constants(&mut drawing, graph)?;
    Ok((drawing, said))
}

fn constants(drawing: &mut Drawing, graph: &GraphProto) -> Result<(), FormatError> {
    for tensor in &graph.initializer {
        let value = tensors::constant(tensor)?;
        drawing.set_name(&tensor.name, Value::Tensor(value))?;
    }
    Ok(())
}

/// The inputs, and the columns of all of them.
fn inputs(graph: &GraphProto) -> Result<(Vec<Input<'_>>, Vec<Column>), FormatError> {
    let constant: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let mut columns = Vec::new();
    let mut inputs = Vec::new();
    for input in &graph.input {
        let name = input.name.as_str();
        // Old files list their initializers among the inputs.
        if constant.contains(name) {
            continue;
        }
        let list = is_list(input);
        let (width, elem, kind) = if list {
            (Some(1), Elem::Text, ColumnType::Text)
        } else {
            let features = Features::input(input)?;
            (features.width, features.elem, features.kind())
        };
        let width = width.ok_or_else(|| {
            unsupported!("the input `{name}` does not say how many columns it has; give it a shape")
        })?;
        let first = columns.len();
        if first + width > MAX_FEATURES {
            return Err(unsupported!(
                "the graph has more than {MAX_FEATURES} columns"
            ));
        }
        let called = |i: usize| {
            if width == 1 {
                name.to_owned()
            } else {
                format!("{name}_{i}")
            }
        };
        columns.extend((0..width).map(|i| Column::new(called(i), kind)));
        inputs.push(Input {
            name,
            columns: first..first + width,
            elem,
            list,
        });
    }
    Ok((inputs, columns))
}

/// Whether an input is a list of texts, one for each row.
fn is_list(input: &ValueInfoProto) -> bool {
    let tensor = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    tensor.is_some_and(|tensor| {
        let axes = tensor.shape.as_ref().map(|shape| shape.dim.len());
        tensor.elem_type == elem::STRING && axes == Some(1)
    })
}

/// The tensor of an input: numbers are what the type says, and only floats may be missing.
fn input(drawing: &mut Drawing, elem: Elem, columns: &[Reg]) -> Result<Tensor, FormatError> {
    if !matches!(elem, Elem::Float | Elem::Double) {
        drawing.board.refuse_missing(columns);
    }
    let registers = match elem {
        Elem::Float => drawing.board.rounded(columns)?,
        _ => columns.to_vec(),
    };
    let cell = |register: &Reg| match elem {
        Elem::Text => Cell::Column(*register),
        _ => Cell::Register(*register),
    };
    let cells: Vec<_> = registers.iter().map(cell).collect();
    let dims = vec![Dim::Rows(1), Dim::Fixed(columns.len())];
    Ok(Tensor::new(elem, dims, cells))
}
