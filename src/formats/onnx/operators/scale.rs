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
pub(super) fn scaler<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
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

/// `FeatureVectorizer`: columns side by side, as floats.
pub(super) fn feature_vectorizer<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["inputdimensions"])?;
    let mut parts = Vec::with_capacity(node.input.len());
    for tensor in drawing.tensors(node)? {
        let rows = linear::rows(node, &tensor)?;
        parts.push(cast::converted(drawing, node, &rows, Elem::Float)?);
    }
    let widths = parts.iter().map(|part| part.cells.len() as i64);
    if !widths.eq(attributes.ints("inputdimensions")?.iter().copied()) {
        return Err(corrupt!(
            "the inputdimensions of FeatureVectorizer are not those of its inputs"
        ));
    }
    let joined = shape::joined(drawing, node, &parts, 1)?;
    drawing.set(node, 0, joined)
}

/// `Normalizer`: rows divided by their length.
pub(super) fn normalizer<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
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
    drawing: &mut Drawing<'_>,
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
pub(super) fn lp_normalization<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
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
pub(super) fn binarizer<'a>(
    drawing: &mut Drawing<'a>,
    node: &'a NodeProto,
) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["threshold"])?;
    let tensor = drawing.tensor(node, 0)?;
    let threshold = Cell::Number(attributes.float("threshold")?.unwrap_or(0.0));
    let threshold = Tensor::new(tensor.elem, Vec::new(), vec![threshold]);
    drawing.complete(node, &tensor)?;
    let above = pair::pair(drawing, node, Binary::Less, &threshold, &tensor)?;
    let flags = cast::converted(drawing, node, &above, tensor.elem)?;
    drawing.set(node, 0, flags)
}
