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
            apply(link, sums);
            scores.extend_from_slice(sums);
        }
        Output::Classes { link, .. } => {
            let raw = largest(sums);
            match (link, precision) {
                (Link::SoftmaxFirst, Precision::F32) => softmax_f32(sums),
                _ => apply(link, sums),
            }
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
                BinaryScores::Sigmoid => [sigmoid(-raw), sigmoid(raw)],
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

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn apply(link: Link, scores: &mut [f64]) {
    match link {
        Link::Identity => {}
        Link::Sigmoid | Link::SigmoidFirst => scores.iter_mut().for_each(|x| *x = sigmoid(*x)),
        Link::Softmax | Link::SoftmaxFirst => softmax(scores, |_| true),
        Link::LogSoftmaxFirst => log_softmax(scores),
        Link::Exp => scores.iter_mut().for_each(|x| *x = x.exp()),
        Link::Softplus => scores.iter_mut().for_each(|x| *x = x.exp().ln_1p()),
        Link::SignedSquare => scores.iter_mut().for_each(|x| *x *= x.abs()),
        Link::SoftmaxZero => softmax(scores, |x| x.abs() > 1e-7),
    }
}

/// Softmax as `numpy.exp(x - scipy.special.logsumexp(x))` takes it.
fn log_softmax(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|x| (x - most).exp()).sum();
    let log = total.ln() + most;
    scores.iter_mut().for_each(|x| *x = (*x - log).exp());
}

/// Softmax rounded to `f32` where XGBoost's `common::Softmax` rounds: each exponential and each quotient.
fn softmax_f32(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for x in scores.iter_mut() {
        *x = ((*x - most) as f32).exp().into();
        total += *x;
    }
    let total = total as f32;
    scores
        .iter_mut()
        .for_each(|x| *x = f64::from(*x as f32 / total));
}

/// Softmax over the scores that `takes_part` holds for. The largest is subtracted first, so that nothing overflows.
fn softmax(scores: &mut [f64], takes_part: impl Fn(f64) -> bool) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for x in scores.iter_mut() {
        *x = if takes_part(*x) {
            (*x - most).exp()
        } else {
            0.0
        };
        total += *x;
    }
    if total > 0.0 {
        scores.iter_mut().for_each(|x| *x /= total);
    }
}
