//! Scalers and their like of `ai.onnx.ml`, which answer floats.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, cast, corrupt,
    functions, label, linear, node::within_rows, pair, reduce, shape, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::ops::{self, Binary, Function, Reduction},
};

/// `Scaler`: minus an offset, times a scale; one of each for all columns, or for each.
pub(super) fn scaler(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["offset", "scale"])?;
    let tensor = drawing.tensor(node, 0)?;
    let (offset, scale) = (attributes.floats("offset")?, attributes.floats("scale")?);
    let width = tensor.dims.last().map_or(0, |dim| dim.per_row());
    if scale.is_empty() || offset.len() != scale.len() || (scale.len() != 1 && scale.len() != width)
    {
        return Err(corrupt!(
            "Scaler has {} offsets and {} scales for {width} columns",
            offset.len(),
            scale.len()
        ));
    }
    // Integers meet the constants as floats; doubles stay doubles until the result.
    let elem = if tensor.elem == Elem::Double {
        Elem::Double
    } else {
        Elem::Float
    };
    let tensor = cast::converted(drawing, node, &tensor, elem)?;
    let constant = |numbers: &[f32]| {
        let cells: Vec<_> = numbers.iter().map(|x| Cell::Number((*x).into())).collect();
        Tensor::new(elem, vec![Dim::Fixed(cells.len())], cells)
    };
    let moved = pair::pair(drawing, node, Binary::Sub, &tensor, &constant(offset))?;
    let scaled = pair::pair(drawing, node, Binary::Mul, &moved, &constant(scale))?;
    let floats = cast::converted(drawing, node, &scaled, Elem::Float)?;
    drawing.set(node, 0, floats)
}

/// `BatchNormalization` of a net that learns no more: of each column a multiple, plus a number.
///
/// Source: `batch_norm.h` in onnxruntime, which rounds the multiple and the number before the rows come.
pub(super) fn batch_normalization(
    drawing: &mut Drawing,
    node: &NodeProto,
) -> Result<(), FormatError> {
    let known = ["epsilon", "is_test", "momentum", "spatial", "training_mode"];
    let attributes = Attributes::new(node, &known)?;
    if attributes.int("training_mode")?.unwrap_or(0) != 0
        || attributes.int("spatial")?.unwrap_or(1) == 0
    {
        return Err(unsupported!(
            "{} learns from the rows; export the net for inference",
            label(node)
        ));
    }
    let tensor = drawing.tensor(node, 0)?;
    let &[Dim::Rows(_), columns, ref rest @ ..] = &*tensor.dims else {
        return Err(unsupported!("{} reads no rows of columns", label(node)));
    };
    let rest = rest.len();
    let precision = pair::precision(tensor.elem);
    let constant = |i: usize| {
        let numbers = drawing.tensor(node, i)?.numbers();
        let numbers = numbers.filter(|numbers| numbers.len() == columns.per_row());
        numbers.ok_or_else(|| corrupt!("{} has not one number for each column", label(node)))
    };
    let (scale, bias) = (constant(1)?, constant(2)?);
    let (mean, variance) = (constant(3)?, constant(4)?);
    let epsilon = precision.round(attributes.float("epsilon")?.unwrap_or(f64::from(1e-5_f32)));
    let round = |x| precision.round(x);
    let multiple = |(scale, variance): (&f64, f64)| {
        round(scale * round(1.0 / round(round(variance + epsilon).sqrt())))
    };
    let multiples: Vec<f64> = scale.iter().zip(variance).map(multiple).collect();
    let plus = bias.iter().zip(mean).zip(&multiples);
    let plus = plus.map(|((bias, mean), multiple)| round(bias - round(mean * multiple)));
    let of = |numbers: Vec<f64>| {
        let mut dims = vec![columns];
        dims.resize(1 + rest, Dim::Fixed(1));
        let cells: Vec<_> = numbers.into_iter().map(Cell::Number).collect();
        Tensor::new(tensor.elem, dims, cells)
    };
    let (plus, multiples) = (of(plus.collect()), of(multiples));
    let scaled = pair::pair(drawing, node, Binary::Mul, &tensor, &multiples)?;
    let moved = pair::pair(drawing, node, Binary::Add, &scaled, &plus)?;
    drawing.set(node, 0, moved)
}

/// `FeatureVectorizer`: columns side by side, as floats.
pub(super) fn feature_vectorizer(
    drawing: &mut Drawing,
    node: &NodeProto,
) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["inputdimensions"])?;
    let mut parts = Vec::with_capacity(node.input.len());
    for tensor in drawing.tensors(node)? {
        let rows = linear::rows(node, &tensor)?;
        parts.push(cast::converted(drawing, node, &rows, Elem::Float)?);
    }
    let widths = parts.iter().map(|part| part.cells.len() as i64);
    if !widths.eq(attributes.ints("inputdimensions")?.iter()) {
        return Err(corrupt!(
            "the inputdimensions of FeatureVectorizer are not those of its inputs"
        ));
    }
    let joined = shape::joined(drawing, node, &parts, 1)?;
    drawing.set(node, 0, joined)
}

/// `Normalizer`: rows divided by their length.
pub(super) fn normalizer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["norm"])?;
    let tensor = drawing.tensor(node, 0)?;
    let tensor = cast::converted(drawing, node, &tensor, Elem::Float)?;
    let Some(axis) = tensor.dims.len().checked_sub(1) else {
        return Err(corrupt!("{} has an input without axes", label(node)));
    };
    let axis = within_rows(node, &tensor, axis as i64)?;
    let norm = attributes.text("norm")?;
    if let (Some(reads), Some("L1" | "L2")) = (pair::stored(drawing, &tensor), norm) {
        drawing.spend(reads.len(), node)?;
        let squares = norm == Some("L2");
        let known = vec![Register::sparse(Precision::F32); reads.len()];
        let drawn = drawing.board.draw(ops::Shares { reads, squares }, known)?;
        let shares = Tensor::of_registers(Elem::Float, &drawn);
        return drawing.set(node, 0, shares.with_dims(tensor.dims));
    }
    let mut result = match norm {
        None | Some("MAX") => over(drawing, node, &tensor, axis, Reduction::Largest)?,
        Some("L1") => over(drawing, node, &tensor, axis, Reduction::Sizes)?,
        Some("L2") => {
            // onnxruntime takes the root of the share of the square, with the sign of the number.
            let squares = pair::pair(drawing, node, Binary::Mul, &tensor, &tensor)?;
            let shares = over(drawing, node, &squares, axis, Reduction::Sum)?;
            let sizes = functions::apply(drawing, node, Function::Sqrt, &shares)?;
            let signs = functions::apply(drawing, node, Function::Sign, &tensor)?;
            pair::pair(drawing, node, Binary::Mul, &sizes, &signs)?
        }
        Some(other) => return Err(unsupported!("{} has the norm {other}", label(node))),
    };
    result.meaning = if norm == Some("L1") {
        Meaning::Shares
    } else {
        Meaning::Plain
    };
    drawing.set(node, 0, result)
}

/// Numbers over what becomes of all along an axis; over one where that is zero.
fn over(
    drawing: &mut Drawing,
    node: &NodeProto,
    tensor: &Tensor,
    axis: usize,
    reduction: Reduction,
) -> Result<Tensor, FormatError> {
    let length = reduce::along(drawing, node, reduction, tensor, &[axis], true)?;
    let zero = Tensor::new(length.elem, Vec::new(), vec![Cell::Number(0.0)]);
    let none = pair::pair(drawing, node, Binary::Equal, &length, &zero)?;
    let none = cast::converted(drawing, node, &none, length.elem)?;
    let divisor = pair::pair(drawing, node, Binary::Add, &length, &none)?;
    pair::pair(drawing, node, Binary::Div, tensor, &divisor)
}

/// `LpNormalization`, the same of the default domain.
pub(super) fn lp_normalization(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["axis", "p"])?;
    let tensor = drawing.tensor(node, 0)?;
    let axis = within_rows(node, &tensor, attributes.int("axis")?.unwrap_or(-1))?;
    let (reduction, meaning) = match attributes.int("p")? {
        Some(1) => (Reduction::Sizes, Meaning::Shares),
        _ => (Reduction::Root, Meaning::Plain),
    };
    let result = over(drawing, node, &tensor, axis, reduction)?;
    drawing.set(node, 0, Tensor { meaning, ..result })
}

/// `Binarizer`: 1 above a threshold, else 0.
pub(super) fn binarizer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["threshold"])?;
    let tensor = drawing.tensor(node, 0)?;
    let threshold = Cell::Number(attributes.float("threshold")?.unwrap_or(0.0));
    let threshold = Tensor::new(tensor.elem, Vec::new(), vec![threshold]);
    drawing.complete(node, &tensor)?;
    let above = pair::pair(drawing, node, Binary::Less, &threshold, &tensor)?;
    let flags = cast::converted(drawing, node, &above, tensor.elem)?;
    drawing.set(node, 0, flags)
}
