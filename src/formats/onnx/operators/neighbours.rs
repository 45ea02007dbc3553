//! Distances from the points of a training set: `CDist`, and the `Scan` that skl2onnx writes where it may not use that.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, GraphProto, NodeProto, Tensor, corrupt,
    label, linear, tensors, text, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::ops::{self, Metric},
};

/// `CDist` of onnxruntime: rows by points.
pub(super) fn distances(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["metric"])?;
    let metric = match attributes.text("metric")? {
        None | Some("sqeuclidean") => Metric::SquaredEuclidean,
        Some("euclidean") => Metric::Euclidean,
        Some(other) => return Err(unsupported!("{} has the metric {other}", label(node))),
    };
    let (rows, points) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let cells = from_points(drawing, node, &rows, &points, metric)?;
    let dims = vec![Dim::Rows(1), Dim::Fixed(cells.len())];
    drawing.set(node, 0, Tensor::new(rows.elem, dims, cells))
}

/// The distances of the rows from points.
fn from_points(
    drawing: &mut Drawing,
    node: &NodeProto,
    rows: &Tensor,
    points: &Tensor,
    metric: Metric,
) -> Result<Vec<Cell>, FormatError> {
    let rows = linear::rows(node, rows)?;
    let reads = drawing.complete(node, &rows)?;
    let (Some(points), [Dim::Fixed(count), Dim::Fixed(width)]) =
        (points.numbers(), &points.dims[..])
    else {
        return Err(unsupported!(
            "{} compares rows with each other",
            label(node)
        ));
    };
    if *width != reads.len() || reads.is_empty() {
        return Err(corrupt!(
            "{} has points of {width} coordinates for {} columns",
            label(node),
            reads.len()
        ));
    }
    drawing.spend(*count, node)?;
    let precision = if rows.elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    };
    let known = vec![Register::rounded(precision).partial(); *count];
    let drawn = drawing.board.draw(
        ops::Distances {
            reads,
            points,
            metric,
            precision,
        },
        known,
    )?;
    Ok(drawn.into_iter().map(Cell::Register).collect())
}

/// `Scan` over the points of a training set, where its body computes how far all rows are from one of them.
pub(super) fn scan(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "body",
        "num_scan_inputs",
        "scan_input_axes",
        "scan_input_directions",
        "scan_output_axes",
        "scan_output_directions",
        "directions",
    ];
    let attributes = Attributes::new(node, &known)?;
    let plain = known[2..].iter().all(|name| {
        attributes
            .ints(name)
            .is_ok_and(|ints| ints.iter().all(|i| i == 0))
    });
    let body = attributes
        .graph("body")?
        .ok_or_else(|| corrupt!("{} has no body", label(node)))?;
    if plain && node.input.len() == 1 {
        return text::scan(drawing, node, body);
    }
    let metric = metric_of(body).filter(|_| {
        plain
            && node.input.len() == 2
            && attributes
                .int("num_scan_inputs")
                .is_ok_and(|n| n == Some(1))
    });
    let metric = metric
        .ok_or_else(|| unsupported!("{} does not compute distances from points", label(node)))?;
    let (rows, points) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let cells = from_points(drawing, node, &rows, &points, metric)?;
    let dims = vec![Dim::Fixed(cells.len()), Dim::Rows(1)];
    drawing.set(node, 0, rows.clone())?;
    drawing.set(node, 1, Tensor::new(rows.elem, dims, cells))
}

/// More nodes than a distance needs.
const LONGEST: usize = 16;

/// The metric that a body computes: differences, what becomes of them, and a sum.
fn metric_of(body: &GraphProto) -> Option<Metric> {
    let ([state, point], [kept, result]) = (body.input.as_slice(), body.output.as_slice()) else {
        return None;
    };
    if body.node.len() > LONGEST {
        return None;
    }
    let maker = |name: &str| {
        body.node
            .iter()
            .find(|node| node.output.first().is_some_and(|output| output == name))
    };
    // Identities aside.
    let mut source = kept.name.as_str();
    let mut steps = Vec::new();
    while let Some(node) = maker(source).filter(|node| node.op_type == "Identity") {
        source = node.input.first()?;
    }
    if source != state.name {
        return None;
    }
    let mut at = result.name.as_str();
    // A body that comes back to itself never ends, and ends here.
    for _ in 0..body.node.len() {
        let node = maker(at)?;
        if node.domain.is_empty() && node.op_type == "Sub" {
            let differ =
                node.input.first() == Some(&state.name) && node.input.get(1) == Some(&point.name);
            steps.reverse();
            return differ.then(|| metric(&steps))?;
        }
        if node.op_type != "Identity" {
            let second = node.input.get(1).map(String::as_str);
            let constant =
                second.and_then(|name| body.initializer.iter().find(|tensor| tensor.name == name));
            let number =
                constant.and_then(|tensor| tensors::constant(tensor).ok()?.cells.first()?.number());
            if number.is_none() && second.is_some_and(|name| !name.is_empty()) {
                return None;
            }
            let axes = node
                .attribute
                .iter()
                .find(|a| a.name == "axes")
                .and_then(|a| a.ints.as_ref()?.get(0));
            steps.push((
                node.op_type.as_str(),
                number.or(axes.map(|axis| axis as f64)),
            ));
        }
        at = node.input.first()?;
    }
    None
}

/// The metric of some steps behind the difference.
fn metric(steps: &[(&str, Option<f64>)]) -> Option<Metric> {
    match steps {
        [("ReduceSumSquare", Some(1.0))] => Some(Metric::SquaredEuclidean),
        [("ReduceSumSquare", Some(1.0)), ("Sqrt", None)] => Some(Metric::Euclidean),
        [("Abs", None), ("ReduceSum", Some(1.0))] => Some(Metric::Manhattan),
        [("Abs", None), ("ReduceMax", Some(1.0))] => Some(Metric::Chebyshev),
        [("Abs", None), ("Pow", Some(p)), ("ReduceSum", Some(1.0))] => Some(Metric::Powers(*p)),
        _ => None,
    }
}
