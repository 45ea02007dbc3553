//! Rows in, answers out: preprocessing, forest, base score, link and decision.

use super::{
    Signature,
    build::{InvalidModel, build, invalid},
    forest::{Buffers, Forest},
    source::{
        Aggregation, BinaryScores, Labels, Link, ModelSource, Output, Precision, Step, StepOp,
    },
};

/// A checked model. Immutable; shared between requests behind an `Arc`.
#[derive(Debug)]
pub struct Model {
    signature: Signature,
    input: Precision,
    steps: Vec<Step>,
    forest: Forest,
    base: Vec<f64>,
    output: Output,
    output_precision: Precision,
    handles_missing: bool,
}

/// Answers for some rows, and the buffers they were made in. Reused from call to call, so that nothing is allocated per row.
#[derive(Debug, Default)]
pub struct Predictions {
    /// The winning class of each row; empty for regressors.
    pub classes: Vec<u32>,
    /// `width` numbers per row: class probabilities, or the regressor's targets.
    pub scores: Vec<f64>,
    /// Numbers per row in `scores`.
    pub width: usize,
    row: Vec<f64>,
    sums: Vec<f64>,
    buffers: Buffers,
}

impl Predictions {
    /// The scores of row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.scores[i * self.width..][..self.width]
    }

    /// The score of row `i`'s winning class, kept within 0..=1. Only for classifiers.
    pub fn confidence(&self, i: usize) -> f64 {
        self.row(i)[self.classes[i] as usize].clamp(0.0, 1.0)
    }
}

impl Model {
    /// Checks everything a source claims.
    ///
    /// # Errors
    /// The first claim that does not hold.
    pub fn new(source: ModelSource) -> Result<Self, InvalidModel> {
        let ModelSource {
            signature,
            input,
            steps,
            forest,
            aggregation,
            base,
            output,
            output_precision,
        } = source;
        let features = forest.n_features;
        if signature.len() != features {
            invalid!(
                "the signature has {} columns, the forest {features} features",
                signature.len()
            );
        }
        for step in &steps {
            if step.operand.len() != features || step.operand.iter().any(|x| !x.is_finite()) {
                invalid!("a preprocessing step needs {features} finite numbers, one per feature");
            }
        }
        if (!base.is_empty() && base.len() != forest.width) || base.iter().any(|x| !x.is_finite()) {
            invalid!(
                "the base score needs {} finite numbers, one per output",
                forest.width
            );
        }
        let expected = match &output {
            Output::Classes { labels, .. } => labels.len(),
            Output::Binary { labels, .. } if labels.len() == 2 => 1,
            Output::Binary { labels, .. } => {
                invalid!("a binary decision needs 2 classes, not {}", labels.len())
            }
            Output::Regression { .. } => forest.width,
        };
        if forest.width != expected {
            invalid!(
                "the leaves hold {} numbers each, the classes need {expected}",
                forest.width
            );
        }
        let classifier = !matches!(output, Output::Regression { .. });
        let divisor = if aggregation == Aggregation::Mean {
            forest.trees.len() as f64
        } else {
            1.0
        };
        let handles_missing = forest.handles_missing;
        let forest = build(&forest, classifier && base.is_empty(), divisor)?;
        Ok(Self {
            signature,
            input,
            steps,
            forest,
            base,
            output,
            output_precision,
            handles_missing,
        })
    }

    /// Answers every row of `rows`, which holds `signature().len()` numbers per row. NaN is a missing value.
    pub fn predict(&self, rows: &[f64], into: &mut Predictions) {
        into.width = self.n_scores();
        into.classes.clear();
        into.scores.clear();
        let Predictions {
            classes,
            scores,
            row: buffer,
            sums,
            buffers,
            ..
        } = into;
        sums.resize(self.forest.width(), 0.0);
        for row in rows.chunks_exact(self.signature.len()) {
            if self.steps.is_empty() && self.input == Precision::F64 {
                self.forest.sum(row, buffers, sums);
            } else {
                self.prepare(row, buffer);
                self.forest.sum(buffer, buffers, sums);
            }
            sums.iter_mut()
                .zip(&self.base)
                .for_each(|(sum, base)| *sum += base);
            self.decide(sums, classes, scores);
        }
    }

    /// Runs the preprocessing steps on one row.
    fn prepare(&self, row: &[f64], into: &mut Vec<f64>) {
        into.clear();
        match self.input {
            Precision::F32 => into.extend(row.iter().map(|x| f64::from(*x as f32))),
            Precision::F64 => into.extend_from_slice(row),
        }
        for step in &self.steps {
            let columns = into.iter_mut().zip(&step.operand);
            match step.op {
                StepOp::Add => columns.for_each(|(x, y)| *x += y),
                StepOp::Sub => columns.for_each(|(x, y)| *x -= y),
                StepOp::Mul => columns.for_each(|(x, y)| *x *= y),
                StepOp::Div => columns.for_each(|(x, y)| *x /= y),
            }
            // One operation on two f32 numbers in f64, then rounded, is the f32 operation itself: f64 has more than twice the digits.
            if step.precision == Precision::F32 {
                into.iter_mut().for_each(|x| *x = f64::from(*x as f32));
            }
        }
    }

    /// Appends the class (classifiers) and the scores that the raw `sums` mean.
    fn decide(&self, sums: &mut [f64], classes: &mut Vec<u32>, scores: &mut Vec<f64>) {
        let first = scores.len();
        match self.output {
            Output::Regression { link } => {
                apply(link, sums);
                scores.extend_from_slice(sums);
            }
            Output::Classes { link, .. } => {
                classes.push(largest(sums));
                apply(link, sums);
                scores.extend_from_slice(sums);
            }
            Output::Binary {
                cut, scores: form, ..
            } => {
                let raw = sums[0];
                classes.push(u32::from(raw > cut));
                scores.extend(match form {
                    BinaryScores::Complement => [1.0 - raw, raw],
                    BinaryScores::Opposite => [-raw, raw],
                    BinaryScores::Sigmoid => [sigmoid(-raw), sigmoid(raw)],
                });
            }
        }
        if self.output_precision == Precision::F32 {
            scores[first..]
                .iter_mut()
                .for_each(|x| *x = f64::from(*x as f32));
        }
    }

    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Class labels in score order; `None` for a regressor.
    pub fn labels(&self) -> Option<&Labels> {
        match &self.output {
            Output::Classes { labels, .. } | Output::Binary { labels, .. } => Some(labels),
            Output::Regression { .. } => None,
        }
    }

    /// Scores per row in [`Predictions::scores`].
    pub fn n_scores(&self) -> usize {
        self.labels().map_or(self.forest.width(), Labels::len)
    }

    /// Whether NaN has a meaning to this model; if not, it must be refused before [`Model::predict`].
    pub fn handles_missing(&self) -> bool {
        self.handles_missing
    }

    /// The precision rows are rounded to: what does not fit it is out of range.
    pub fn input_precision(&self) -> Precision {
        self.input
    }

    /// The precision of the scores.
    pub fn output_precision(&self) -> Precision {
        self.output_precision
    }

    /// The preprocessing steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub fn n_trees(&self) -> usize {
        self.forest.n_trees()
    }

    /// Nodes as laid out for the kernel: splits and leaves of all trees.
    pub fn n_nodes(&self) -> usize {
        self.forest.n_nodes()
    }

    /// Comparisons on the longest way through a tree.
    pub fn depth(&self) -> usize {
        self.forest.depth()
    }

    /// Bytes the forest takes in memory.
    pub fn bytes(&self) -> usize {
        self.forest.bytes()
    }
}

/// The index of the largest score; the lowest one where several are largest.
fn largest(scores: &[f64]) -> u32 {
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
        Link::Sigmoid => scores.iter_mut().for_each(|x| *x = sigmoid(*x)),
        Link::Softmax => softmax(scores, |_| true),
        Link::SoftmaxZero => softmax(scores, |x| x.abs() > 1e-7),
    }
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
