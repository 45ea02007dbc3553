//! How far an answer is from the library's, in units in the last place.

use crate::{
    input::Precision,
    model::{BinaryScores, Link, Output},
};

/// The largest deviation of the scores of a row, in units in the last place of the largest of them.
///
/// The largest, because one probability is one minus the others, whose last place a small one cannot have.
pub(in crate::formats) fn deviation(got: &[f64], wanted: &[f64], precision: Precision) -> f64 {
    let largest = wanted.iter().fold(0f64, |most, x| most.max(x.abs()));
    let unit = match precision {
        Precision::F32 => f64::from((largest as f32).next_up() - largest as f32),
        Precision::F64 => largest.next_up() - largest,
    };
    let off = got.iter().zip(wanted).map(|(a, b)| {
        let off = (precision.round(*a) - precision.round(*b)).abs();
        if off.is_nan() { f64::INFINITY } else { off }
    });
    off.fold(0.0, f64::max) / unit
}

/// How far a model may be off by its kind: not at all where its answer is comparisons and a sum.
///
/// A link that takes an exponential may be off by one unit in `f32` and by two in `f64`, because scikit-learn and onnxruntime bring
/// exponentials of their own. XGBoost and LightGBM take the system's, and are off by nothing where this server takes the same.
pub(in crate::formats) fn allowed(output: &Output, precision: Precision) -> f64 {
    let exponential = match output {
        Output::Regression { link } | Output::Classes { link, .. } => {
            !matches!(link, Link::Identity | Link::SignedSquare)
        }
        Output::Anomaly { .. } | Output::Cluster { .. } | Output::Targets(_) => false,
        Output::Binary { scores, .. } => matches!(
            scores,
            BinaryScores::Sigmoid | BinaryScores::SigmoidComplement
        ),
    };
    match (exponential, precision) {
        (false, _) => 0.0,
        (true, Precision::F32) => 1.0,
        (true, Precision::F64) => 2.0,
    }
}
