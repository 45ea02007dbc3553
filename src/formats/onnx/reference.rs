//! A naive evaluator of [`ForestModel`]: the plainest reading of its documentation, for tests to compare with.

use crate::input::Precision;
use crate::model::{BinaryScores, ForestIr, ForestModel, Link, Output, StepOp, Test, TreeNode};

/// The class (of a classifier) and the scores of one row.
pub(crate) fn predict(model: &ForestModel, row: &[f64]) -> (Option<usize>, Vec<f64>) {
    let mut x: Vec<f64> = row.iter().map(|&v| round(v, model.input)).collect();
    for step in &model.steps {
        for (v, c) in x.iter_mut().zip(&step.operand) {
            let exact = match step.op {
                StepOp::Add => *v + c,
                StepOp::Sub => *v - c,
                StepOp::Mul => *v * c,
                StepOp::Div => *v / c,
                StepOp::AtLeast | StepOp::AtMost | StepOp::ZeroIsMissing | StepOp::IsMissing => {
                    unreachable!("ONNX has no such step")
                }
            };
            *v = round(exact, step.precision);
        }
    }
    let forest = &model.forest;
    for v in &mut x {
        *v = round(*v, forest.precision);
    }
    let sums = model.aggregation.precision();
    let mut scores = vec![0.0; forest.width];
    for tree in &forest.trees {
        let leaf = descend(forest, tree, 0, &x);
        for (score, w) in scores.iter_mut().zip(&forest.leaves[leaf * forest.width..]) {
            *score = sums.round(*score + w);
        }
    }
    if model.aggregation.is_mean() {
        for s in &mut scores {
            *s = sums.round(*s / forest.trees.len() as f64);
        }
    }
    for (score, b) in scores.iter_mut().zip(&model.base) {
        *score = sums.round(*score + b);
    }
    match &model.output {
        Output::Regression { link } => (None, apply(*link, scores)),
        Output::Classes { link, .. } => {
            let best = (0..scores.len()).fold(0, |b, i| if scores[i] > scores[b] { i } else { b });
            (Some(best), apply(*link, scores))
        }
        Output::Anomaly { .. } | Output::Cluster { .. } | Output::Targets(_) => {
            unreachable!("no forest answers these")
        }
        Output::Binary {
            cut, scores: form, ..
        } => {
            let s = scores[0];
            let pair = match form {
                BinaryScores::Complement => vec![1.0 - s, s],
                BinaryScores::Opposite => vec![-s, s],
                BinaryScores::Sigmoid => vec![sigmoid(-s), sigmoid(s)],
                BinaryScores::Vote | BinaryScores::SigmoidComplement => {
                    unreachable!("ONNX has no such form")
                }
            };
            (Some(usize::from(s > *cut)), pair)
        }
    }
}

fn round(x: f64, precision: Precision) -> f64 {
    match precision {
        Precision::F32 => f64::from(x as f32),
        Precision::F64 => x,
    }
}

#[expect(clippy::float_cmp, reason = "a split may test for equality")]
fn descend(forest: &ForestIr, tree: &[TreeNode], at: u32, x: &[f64]) -> usize {
    match tree[at as usize] {
        TreeNode::Leaf { values } => values as usize,
        TreeNode::Split {
            feature,
            test,
            threshold: t,
            yes,
            no,
            missing_yes,
        } => {
            let x0 = x[feature as usize];
            let holds = match test {
                _ if x0.is_nan() => missing_yes,
                Test::Le => x0 <= t,
                Test::Lt => x0 < t,
                Test::Ge => x0 >= t,
                Test::Gt => x0 > t,
                Test::Eq => x0 == t,
                Test::Ne => x0 != t,
            };
            descend(forest, tree, if holds { yes } else { no }, x)
        }
        TreeNode::Categories {
            feature,
            set,
            yes,
            no,
            missing_yes,
        } => {
            let x0 = x[feature as usize];
            let set = &forest.categories[set as usize];
            let whole = x0.fract() == 0.0;
            let member = x0 > -1.0
                && (whole || !set.whole)
                && set
                    .words
                    .get(x0 as usize / 32)
                    .is_some_and(|word| word >> (x0 as u64 % 32) & 1 == 1);
            let holds = if x0.is_nan() { missing_yes } else { member };
            descend(forest, tree, if holds { yes } else { no }, x)
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn apply(link: Link, scores: Vec<f64>) -> Vec<f64> {
    let takes_part = |s: f64| match link {
        Link::SoftmaxZero => s.abs() > 1e-7,
        _ => true,
    };
    match link {
        Link::Identity => scores,
        Link::SigmoidByMagnitude | Link::SigmoidFirst => scores.into_iter().map(sigmoid).collect(),
        Link::Softmax | Link::SoftmaxFirst | Link::SoftmaxZero => {
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weight = |&s: &f64| if takes_part(s) { (s - most).exp() } else { 0.0 };
            let weights: Vec<f64> = scores.iter().map(weight).collect();
            let total: f64 = weights.iter().sum();
            weights.into_iter().map(|w| w / total).collect()
        }
        other => unreachable!("ONNX has no {other:?}"),
    }
}
