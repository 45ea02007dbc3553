//! `SVMClassifier` and `SVMRegressor`, which compute in 32 bits but for their sums.
//!
//! Source: `svmclassifier.cc` and `svmregressor.cc` in onnxruntime.

use super::{
    Attributes, Cell, Drawing, Elem, FormatError, Meaning, NodeProto, Tensor, cast, corrupt, label,
    labels, linear, unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::{
        Reg,
        ops::{self, Kernel, Vectors},
    },
};
use std::rc::Rc;

/// Reads an `SVMClassifier`.
pub(super) fn classifier(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "classlabels_ints",
        "classlabels_strings",
        "coefficients",
        "kernel_params",
        "kernel_type",
        "post_transform",
        "prob_a",
        "prob_b",
        "rho",
        "support_vectors",
        "vectors_per_class",
    ];
    let attributes = Attributes::new(node, &known)?;
    let labels = labels::labels_of(&attributes, "classlabels_ints")?;
    let counts: Option<Vec<usize>> = attributes
        .ints("vectors_per_class")?
        .iter()
        .map(|n| usize::try_from(n).ok())
        .collect();
    let classes = labels.len();
    let counts = counts.filter(|counts| counts.len() == classes && classes > 1);
    let counts = counts.ok_or_else(|| {
        unsupported!(
            "{} does not say how many vectors each of its classes has",
            label(node)
        )
    })?;
    let decisions = machine(drawing, node, &attributes, counts)?;
    let votes = ops::PairVotes {
        reads: decisions.clone(),
        classes,
    };
    let place = drawing.board.draw(votes, [Register::number()])?[0];
    let (scores, meaning) = scores(drawing, &attributes, decisions, classes)?;
    let (elem, names) = linear::cells(&labels);
    drawing.set(
        node,
        0,
        Tensor::new(
            elem,
            vec![super::Dim::Rows(1)],
            vec![Cell::OneOf(place, names.into())],
        ),
    )?;
    let scores = Tensor {
        meaning,
        ..Tensor::of_registers(Elem::Float, &scores)
    };
    drawing.set(node, 1, scores)
}

/// The scores of the classes: probabilities where the file has what they need, else the decisions.
fn scores(
    drawing: &mut Drawing,
    attributes: &Attributes<'_>,
    decisions: Vec<Reg>,
    classes: usize,
) -> Result<(Vec<Reg>, Meaning), FormatError> {
    let widen = |floats: &[f32]| floats.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let (a, b) = (
        widen(attributes.floats("prob_a")?),
        widen(attributes.floats("prob_b")?),
    );
    Ok(if a.is_empty() {
        let scores = if classes == 2 {
            let negative = drawing.board.apply(ops::Function::Negative, &decisions)?;
            vec![negative[0], decisions[0]]
        } else {
            decisions
        };
        (scores, Meaning::Plain)
    } else {
        let known = vec![Register::number().partial(); classes];
        let shares = ops::PairProbabilities {
            reads: decisions,
            classes,
            a,
            b,
        };
        let shares = drawing.board.draw(shares, known)?;
        (drawing.round(&shares, Elem::Float)?, Meaning::Shares)
    })
}

/// Reads an `SVMRegressor`.
pub(super) fn regressor(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "coefficients",
        "kernel_params",
        "kernel_type",
        "n_supports",
        "one_class",
        "post_transform",
        "rho",
        "support_vectors",
    ];
    let attributes = Attributes::new(node, &known)?;
    let count = usize::try_from(attributes.int("n_supports")?.unwrap_or(0)).unwrap_or(0);
    if count == 0 {
        return Err(unsupported!("{} has no support vectors", label(node)));
    }
    let raw = machine(drawing, node, &attributes, vec![count])?;
    if attributes.int("one_class")?.unwrap_or(0) == 0 {
        return drawing.set(node, 0, Tensor::of_registers(Elem::Float, &raw));
    }
    let above = ops::Above {
        read: raw[0],
        cut: 0.0,
        or_equal: false,
    };
    let place = drawing.board.draw(above, [Register::number()])?[0];
    let both: Rc<[Cell]> = [Cell::Number(-1.0), Cell::Number(1.0)].into();
    let tensor = Tensor::of_registers(Elem::Float, &raw);
    drawing.set(
        node,
        0,
        Tensor::new(Elem::Float, tensor.dims, vec![Cell::OneOf(place, both)]),
    )
}

/// A register for each sum over the support vectors.
fn machine(
    drawing: &mut Drawing,
    node: &NodeProto,
    attributes: &Attributes<'_>,
    classes: Vec<usize>,
) -> Result<Vec<Reg>, FormatError> {
    if !matches!(attributes.text("post_transform")?, None | Some("NONE")) {
        return Err(unsupported!("{} transforms its scores", label(node)));
    }
    let tensor = linear::rows(node, &drawing.tensor(node, 0)?)?;
    let tensor = cast::converted(drawing, node, &tensor, Elem::Float)?;
    let reads = drawing.complete(node, &tensor)?;
    let widen = |floats: &[f32]| floats.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let vectors = widen(attributes.floats("support_vectors")?);
    let mut coefficients = widen(attributes.floats("coefficients")?);
    let mut intercept = widen(attributes.floats("rho")?);
    let count = classes.iter().fold(0_usize, |a, b| a.saturating_add(*b));
    let sums = (classes.len() * (classes.len() - 1) / 2).max(1);
    let each = (classes.len() - 1).max(1);
    if intercept.len() < sums
        || coefficients.len() < count.saturating_mul(each)
        || vectors.len() != count.saturating_mul(reads.len())
    {
        return Err(corrupt!(
            "{} has {} coefficients and {} numbers of support vectors for {count} vectors of {} columns",
            label(node),
            coefficients.len(),
            vectors.len(),
            reads.len()
        ));
    }
    intercept.truncate(sums);
    coefficients.truncate(count * each);
    let known = vec![Register::number().partial(); sums];
    let kernel = kernel(node, attributes)?;
    let vectors = Vectors::Dense(vectors);
    let kernels = ops::Kernels {
        reads,
        kernel,
        vectors,
        classes,
        coefficients,
        intercept,
    };
    let raw = drawing.board.draw(kernels, known)?;
    debug_assert_eq!(drawing.board.precision(&raw), Precision::F64);
    drawing.round(&raw, Elem::Float)
}

fn kernel(node: &NodeProto, attributes: &Attributes<'_>) -> Result<Kernel, FormatError> {
    let params = attributes.floats("kernel_params")?;
    let param = |i: usize| f64::from(params.get(i).copied().unwrap_or(0.0));
    let (gamma, coef0, degree) = (param(0), param(1), param(2));
    Ok(match attributes.text("kernel_type")? {
        None | Some("LINEAR") => Kernel::Linear,
        Some("POLY") if degree.fract() == 0.0 && (0.0..=65_536.0).contains(&degree) => {
            Kernel::Polynomial {
                gamma,
                coef0,
                degree: degree as u32,
            }
        }
        Some("RBF") => Kernel::Radial { gamma },
        Some("SIGMOID") => Kernel::Sigmoid { gamma, coef0 },
        Some(other) => {
            return Err(unsupported!(
                "{} has the kernel {other} of degree {degree}",
                label(node)
            ));
        }
    })
}
