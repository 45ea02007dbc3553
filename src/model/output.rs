//! What turns raw scores into answers: links, and the decision for a class.

use super::ir::{BinaryScores, Link, Output};
use crate::input::Precision;

/// Appends the class (classifiers) and the scores that the raw `sums` of one row mean.
pub(super) fn decide(
    output: &Output,
    precision: Precision,
    sums: &mut [f64],
    classes: &mut Vec<u32>,
    scores: &mut Vec<f64>,
) {
    let first = scores.len();
    match *output {
        Output::Regression { link } => {
            apply(link, precision, sums);
            scores.extend_from_slice(sums);
        }
        // No raw scores mean these: `check_output` lets none come here.
        Output::Anomaly { .. } | Output::Cluster { .. } | Output::Targets(_) => {}
        Output::Classes { link, .. } => {
            let raw = largest(sums);
            apply(link, precision, sums);
            classes.push(match link {
                Link::SoftmaxFirst | Link::LogSoftmaxFirst | Link::SigmoidFirst => largest(sums),
                _ => raw,
            });
            scores.extend_from_slice(sums);
        }
        Output::Binary {
            cut, scores: form, ..
        } => {
            let raw = sums[0];
            let second = raw > cut;
            classes.push(u32::from(second));
            scores.extend(match form {
                BinaryScores::Vote => [f64::from(!second), f64::from(second)],
                BinaryScores::Complement => [1.0 - raw, raw],
                BinaryScores::Opposite => [-raw, raw],
                BinaryScores::Sigmoid => [-raw, raw].map(|x| sigmoid_by_magnitude(x, precision)),
                BinaryScores::SigmoidComplement => {
                    let p = sigmoid(raw, precision);
                    [1.0 - p, p]
                }
            });
        }
    }
    if precision == Precision::F32 {
        scores[first..]
            .iter_mut()
            .for_each(|x| *x = f64::from(*x as f32));
    }
}

/// The index of the largest score; the lowest one where several are largest.
pub(crate) fn largest(scores: &[f64]) -> u32 {
    let mut best = 0;
    for (i, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = i;
        }
    }
    best as u32
}

/// `f` in the output's precision.
fn within(
    precision: Precision,
    x: f64,
    single: impl Fn(f32) -> f32,
    double: impl Fn(f64) -> f64,
) -> f64 {
    match precision {
        Precision::F32 => single(x as f32).into(),
        Precision::F64 => double(x),
    }
}

/// Sigmoid, in `f32` as XGBoost's `common::Sigmoid` takes it: its exponent is kept from overflowing.
fn sigmoid(x: f64, precision: Precision) -> f64 {
    let single = |x: f32| 1.0 / ((-x).min(88.7).exp() + 1.0);
    within(precision, x, single, |x| 1.0 / (1.0 + (-x).exp()))
}

/// Sigmoid as onnxruntime's `ComputeLogistic` takes it.
fn sigmoid_by_magnitude(x: f64, precision: Precision) -> f64 {
    let single = |x: f32| {
        let p = 1.0 / (1.0 + (-x.abs()).exp());
        if x < 0.0 { 1.0 - p } else { p }
    };
    within(precision, x, single, |x| 1.0 / (1.0 + (-x).exp()))
}

fn apply(link: Link, precision: Precision, scores: &mut [f64]) {
    let each = |scores: &mut [f64], f: &dyn Fn(f64) -> f64| {
        scores.iter_mut().for_each(|x| *x = f(*x));
    };
    match link {
        Link::Identity => {}
        Link::Sigmoid => each(scores, &|x| sigmoid(x, precision)),
        Link::SigmoidByMagnitude | Link::SigmoidFirst => {
            each(scores, &|x| sigmoid_by_magnitude(x, precision));
        }
        Link::Softmax => softmax(scores, precision, precision, |_| true),
        Link::SoftmaxFirst => softmax(scores, precision, Precision::F64, |_| true),
        Link::SoftmaxZero => softmax(scores, precision, precision, |x| x.abs() > 1e-7),
        Link::LogSoftmaxFirst => log_softmax(scores),
        Link::Exp => each(scores, &|x| within(precision, x, f32::exp, f64::exp)),
        Link::Softplus => each(scores, &|x| x.exp().ln_1p()),
        Link::SignedSquare => each(scores, &|x| x * x.abs()),
    }
}

/// Softmax as `numpy.exp(x - scipy.special.logsumexp(x))` takes it.
fn log_softmax(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|x| (x - most).exp()).sum();
    let log = total.ln() + most;
    scores.iter_mut().for_each(|x| *x = (*x - log).exp());
}

/// Softmax over the scores that `takes_part` holds for. The largest is subtracted first, so that nothing overflows.
///
/// Exponentials and quotients are taken in `precision`, their total in `sums`: onnxruntime's is an `f32`, that of XGBoost's
/// `common::Softmax` an `f64`.
fn softmax(
    scores: &mut [f64],
    precision: Precision,
    sums: Precision,
    takes_part: impl Fn(f64) -> bool,
) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for x in scores.iter_mut() {
        *x = if takes_part(*x) {
            within(precision, *x - most, f32::exp, f64::exp)
        } else {
            0.0
        };
        total = sums.round(total + *x);
    }
    let total = precision.round(total);
    if total > 0.0 {
        // The quotient of two f32 numbers in f64, then rounded, is the f32 quotient itself.
        scores
            .iter_mut()
            .for_each(|x| *x = precision.round(*x / total));
    }
}
