//! A model as its file describes it: the hand-over from `flavor` and `train` to the checks in `build`.
//!
//! Nothing here is trusted. Indices may point anywhere, counts may lie; `build` refuses what does not hold.

use super::Signature;

/// The arithmetic a source compares and preprocesses in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    F64,
}

/// How a split compares a feature `x` with its threshold `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// `x <= t`
    Le,
    /// `x < t`
    Lt,
    /// `x >= t`
    Ge,
    /// `x > t`
    Gt,
    /// `x == t`
    Eq,
    /// `x != t`
    Ne,
}

/// One node of a tree. Children are indices into the same tree, whose root is node 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreeNode {
    Split {
        feature: u32,
        test: Test,
        threshold: f64,
        /// The child taken when the test holds.
        yes: u32,
        /// The child taken when it does not.
        no: u32,
        /// Whether a missing value (NaN) takes `yes`.
        missing_yes: bool,
    },
    /// The leaf's numbers are `leaves[values * width .. (values + 1) * width]`.
    Leaf { values: u32 },
}

/// Trees and their leaf values.
#[derive(Clone, Debug)]
pub struct ForestSource {
    pub n_features: usize,
    pub precision: Precision,
    /// Numbers per leaf: classes of a classifier, targets of a regressor, 1 for a binary margin.
    pub width: usize,
    pub trees: Vec<Vec<TreeNode>>,
    /// Leaf vectors, `width` numbers each.
    pub leaves: Vec<f64>,
    /// Whether the source gives missing values a meaning of their own; if not, they are refused at the door.
    pub handles_missing: bool,
}

/// How the trees' leaf vectors become one raw score vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    Sum,
    Mean,
}

/// What turns raw scores into the numbers a client sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Identity,
    Sigmoid,
    Softmax,
    /// Softmax over the scores that are not exactly zero; a zero stays zero (ONNX `SOFTMAX_ZERO`).
    SoftmaxZero,
}

/// How one raw score `s` becomes the two classes' scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryScores {
    /// `[1 - s, s]`
    Complement,
    /// `[-s, s]`
    Opposite,
    /// `[sigmoid(-s), sigmoid(s)]`
    Sigmoid,
}

/// Class labels in the order of the score columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    Integers(Vec<i64>),
    Strings(Vec<String>),
}

impl Labels {
    /// Number of classes.
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(labels) => labels.len(),
            Self::Strings(labels) => labels.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What the aggregated scores mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// One score per class; the largest wins, a tie goes to the lowest class index.
    Classes { labels: Labels, link: Link },
    /// One score for two classes: class 1 wins where the raw score exceeds `cut`.
    Binary {
        labels: Labels,
        cut: f64,
        scores: BinaryScores,
    },
    /// The scores are the answer.
    Regression { link: Link },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// One preprocessing step, applied to every row: `x[j] = x[j] op operand[j]`, rounded to `precision`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub op: StepOp,
    /// One number per feature.
    pub operand: Vec<f64>,
    pub precision: Precision,
}

/// Everything a flavor reads out of a file, unchecked.
#[derive(Clone, Debug)]
pub struct ModelSource {
    pub signature: Signature,
    /// The precision rows are rounded to before the first step.
    pub input: Precision,
    pub steps: Vec<Step>,
    pub forest: ForestSource,
    pub aggregation: Aggregation,
    /// Added to the aggregated scores: empty, or one number per output.
    pub base: Vec<f64>,
    pub output: Output,
    /// The precision of the scores a client sees: what the source library would have answered.
    pub output_precision: Precision,
}
