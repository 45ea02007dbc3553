//! Rows in, answers out: preprocessing, forest, base score, link and decision.

use super::{
    Signature,
    build::{InvalidModel, Sums, build, invalid},
    forest::{Buffers, Forest},
    link::{apply, largest, sigmoid, softmax_f32},
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
        let per_tree = !forest.targets.is_empty();
        if aggregation == Aggregation::SumF32 && !per_tree {
            invalid!("sums in f32 need the output of every tree");
        }
        let divisor = match aggregation {
            Aggregation::Sum | Aggregation::SumF32 => 1.0,
            Aggregation::Mean if per_tree => mean_of(&forest.targets, forest.width)?,
            Aggregation::Mean => forest.trees.len() as f64,
        };
        let (first, base) = if per_tree && aggregation != Aggregation::Mean {
            (base, Vec::new())
        } else {
            (Vec::new(), base)
        };
        let sums = Sums {
            shares: aggregation == Aggregation::Sum
                && !matches!(output, Output::Regression { .. })
                && base.is_empty(),
            divisor,
            base: &first,
            precision: match aggregation {
                Aggregation::SumF32 => Precision::F32,
                _ => Precision::F64,
            },
        };
        let handles_missing = forest.handles_missing;
        let forest = build(&forest, &sums)?;
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
    #[expect(
        clippy::float_cmp,
        reason = "a number that is missing is that very number"
    )]
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
                StepOp::AtLeast => columns.for_each(|(x, y)| *x = if *x < *y { *y } else { *x }),
                StepOp::AtMost => columns.for_each(|(x, y)| *x = if *x > *y { *y } else { *x }),
                StepOp::ZeroIsMissing => columns.for_each(|(x, y)| {
                    if x.abs() <= *y {
                        *x = f64::NAN;
                    }
                }),
                StepOp::IsMissing => columns.for_each(|(x, y)| {
                    if step.precision.round(*x) == *y {
                        *x = f64::NAN;
                    }
                }),
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
                let raw = largest(sums);
                match (link, self.output_precision) {
                    (Link::SoftmaxFirst, Precision::F32) => softmax_f32(sums),
                    _ => apply(link, sums),
                }
                classes.push(match link {
                    Link::SoftmaxFirst | Link::LogSoftmaxFirst | Link::SigmoidFirst => {
                        largest(sums)
                    }
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
        self.output.labels()
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

/// What the trees of each output are divided by.
fn mean_of(targets: &[u32], width: usize) -> Result<f64, InvalidModel> {
    let mut counts = vec![0usize; width.min(targets.len() + 1)];
    for target in targets {
        if let Some(count) = counts.get_mut(*target as usize) {
            *count += 1;
        }
    }
    match counts.first() {
        Some(first) if *first > 0 && counts.iter().all(|count| count == first) => Ok(*first as f64),
        _ => invalid!("the outputs to be averaged do not have the same number of trees"),
    }
}
