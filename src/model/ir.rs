//! A model as its file describes it: the hand-over from `formats` and `train` to the checks in [`super::check`].
//!
//! Nothing here is trusted. Indices may point anywhere, counts may lie; the checks refuse what does not hold.

use crate::input::Precision;
use std::{collections::HashSet, ops::Range};

/// The number of a register of a row: its columns first, then what the operations append.
pub type Reg = u32;

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
    /// A split by membership: `x` counts as the category that it is when the digits after its point are cut off.
    Categories {
        feature: u32,
        /// The number of the set in [`ForestIr::categories`].
        set: u32,
        /// The child taken by the categories of the set.
        yes: u32,
        /// The child taken by all others.
        no: u32,
        /// Whether a missing value (NaN) takes `yes`.
        missing_yes: bool,
    },
    /// The leaf's numbers are `leaves[values * width .. (values + 1) * width]`, or the one number `leaves[values]` where
    /// the forest has [`ForestIr::targets`].
    Leaf { values: u32 },
}

/// The categories that take `yes` in a split, and what becomes of numbers that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer for one kind of number"
)]
pub struct CategorySet {
    /// Category `c` is in the set where bit `c % 32` of word `c / 32` is set.
    pub words: Vec<u32>,
    /// Whether numbers up to and including -1 take `yes`.
    pub negative_yes: bool,
    /// Whether numbers between -1 and 0 take `yes`: some libraries cut them off to category 0, to others they are negative.
    pub fraction_yes: bool,
    /// Whether categories beyond the last word take `yes`.
    pub beyond_yes: bool,
    /// Whether only whole numbers are categories, and others are beyond them.
    pub whole: bool,
    /// Whether a category counts as its lowest byte, and one beyond 2³¹ as 0.
    pub low_byte: bool,
}

/// Trees and their leaf values.
#[derive(Clone, Debug)]
pub struct ForestIr {
    pub n_features: usize,
    pub precision: Precision,
    /// Numbers per leaf: classes of a classifier, targets of a regressor, 1 for a binary margin.
    pub width: usize,
    pub trees: Vec<Vec<TreeNode>>,
    /// Leaf vectors, `width` numbers each; single numbers where there are `targets`.
    pub leaves: Vec<f64>,
    /// Empty, or for each tree the only output that it adds to, as in boosting by class.
    ///
    /// Then the sums begin with the base score and are taken in the order of the trees.
    pub targets: Vec<u32>,
    /// The sets that [`TreeNode::Categories`] names.
    pub categories: Vec<CategorySet>,
    /// Whether the source gives missing values a meaning of their own; if not, they are refused at the door.
    pub handles_missing: bool,
    /// Whether the source's `predict` takes infinite numbers, which only a text file can bring.
    pub handles_infinite: bool,
}

/// How the trees' leaf vectors become one raw score vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// The `f64` sum in the order of the trees.
    Sum,
    /// The same in `f32`, rounded after every tree: what XGBoost does, and onnxruntime for models of floats.
    SumF32,
    /// The `f64` sum in the order of the trees over their number, of those with the same output where the forest has
    /// [`ForestIr::targets`]: what scikit-learn's forests do, to the last bit.
    Mean,
    /// The `f32` sum over the number of trees, divided in `f32`. Not for forests with [`ForestIr::targets`].
    MeanF32,
}

impl Aggregation {
    /// The precision that the sums are taken in, and the base score is added in.
    pub fn precision(self) -> Precision {
        match self {
            Self::SumF32 | Self::MeanF32 => Precision::F32,
            Self::Sum | Self::Mean => Precision::F64,
        }
    }

    pub fn is_mean(self) -> bool {
        matches!(self, Self::Mean | Self::MeanF32)
    }
}

/// What turns raw scores into the numbers a client sees, in the precision of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Identity,
    Sigmoid,
    /// The same as onnxruntime takes it, `1 / (1 + e^-|x|)` or one minus that: other last bits below zero.
    SigmoidByMagnitude,
    Softmax,
    /// Softmax over the scores that are not exactly zero; a zero stays zero (ONNX `SOFTMAX_ZERO`).
    SoftmaxZero,
    /// Softmax as XGBoost takes it, with the total in `f64`, and the winner is sought among the results: raw scores that differ by
    /// less than the results can tell are a tie.
    SoftmaxFirst,
    /// The same by logarithms, `e^(x - ln Σ e^x)`: other last bits, and so other ties.
    LogSoftmaxFirst,
    /// Sigmoid, and the winner is sought among the results, where large scores are all one. In `f32` it is taken by magnitude.
    SigmoidFirst,
    /// `e^x`
    Exp,
    /// `ln(1 + e^x)`
    Softplus,
    /// `x²` with the sign of `x`
    SignedSquare,
}

/// How one raw score `s` becomes the two classes' scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryScores {
    /// `[1 - s, s]`
    Complement,
    /// `[-s, s]`
    Opposite,
    /// `[sigmoid(-s), sigmoid(s)]`, as onnxruntime: neither is zero.
    Sigmoid,
    /// `[1 - p, p]` where `p = sigmoid(s)` in the output's precision, as the Python classes of scikit-learn, XGBoost and LightGBM:
    /// a `p` that rounds to one leaves nothing.
    SigmoidComplement,
    /// `[1, 0]` or `[0, 1]`, whichever class wins
    Vote,
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

    /// Whether they are text.
    pub fn are_text(&self) -> bool {
        matches!(self, Self::Strings(_))
    }

    /// The labels as text.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Integers(labels) => labels.iter().map(ToString::to_string).collect(),
            Self::Strings(labels) => labels.clone(),
        }
    }

    /// Number of different labels.
    pub fn distinct(&self) -> usize {
        match self {
            Self::Integers(labels) => labels.iter().collect::<HashSet<_>>().len(),
            Self::Strings(labels) => labels.iter().collect::<HashSet<_>>().len(),
        }
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
    /// The first class is an anomaly, the second one is like the rows of the fit. The scores are how far the row is on the good side,
    /// negative for an anomaly, and where the library has it the score that this was taken from.
    Anomaly { labels: Labels },
    /// The classes are clusters. The scores are their probabilities, where the model has any, and else how far the row is from each
    /// center, or nothing.
    Cluster { labels: Labels },
    /// A class for each of several targets. The scores are their probabilities, target by target, or nothing.
    Targets(Vec<Labels>),
}

/// What kind of answer a model gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A class, of one target or of each of several.
    Classifier,
    /// One number or several.
    Regressor,
    AnomalyDetector,
    Clusterer,
}

impl Kind {
    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classifier => "classifier",
            Self::Regressor => "regressor",
            Self::AnomalyDetector => "anomaly_detector",
            Self::Clusterer => "clusterer",
        }
    }
}

impl Output {
    /// The classes of a row's one answer: of a classifier, the clusters, or an anomaly and what is none. `None` for a regressor and
    /// where there are several targets.
    pub fn labels(&self) -> Option<&Labels> {
        match self {
            Self::Classes { labels, .. }
            | Self::Binary { labels, .. }
            | Self::Anomaly { labels }
            | Self::Cluster { labels } => Some(labels),
            Self::Regression { .. } | Self::Targets(_) => None,
        }
    }

    /// The same, to give them other names.
    pub fn labels_mut(&mut self) -> Option<&mut Labels> {
        match self {
            Self::Classes { labels, .. }
            | Self::Binary { labels, .. }
            | Self::Cluster { labels } => Some(labels),
            Self::Regression { .. } | Self::Anomaly { .. } | Self::Targets(_) => None,
        }
    }

    /// The classes of each answer that is a class: none of a regressor, one of most others, several where there are several targets.
    pub fn choices(&self) -> &[Labels] {
        match self {
            Self::Targets(targets) => targets,
            other => other.labels().map_or(&[], std::slice::from_ref),
        }
    }

    /// Where the probabilities of each target lie among those of a row.
    pub fn spans(&self) -> Vec<Range<usize>> {
        let mut end = 0;
        let span = |labels: &Labels| {
            let start = end;
            end += labels.len();
            start..end
        };
        self.choices().iter().map(span).collect()
    }

    /// The kind of answer.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Classes { .. } | Self::Binary { .. } | Self::Targets(_) => Kind::Classifier,
            Self::Regression { .. } => Kind::Regressor,
            Self::Anomaly { .. } => Kind::AnomalyDetector,
            Self::Cluster { .. } => Kind::Clusterer,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOp {
    Add,
    Sub,
    Mul,
    Div,
    /// Not arithmetic: an `x` within `-operand..=operand` becomes missing. A negative operand leaves its column alone.
    ZeroIsMissing,
    /// Not arithmetic: an `x` that equals the operand, once rounded to the step's precision, becomes missing.
    IsMissing,
    /// No less than the operand; NaN stays.
    AtLeast,
    /// No more than the operand; NaN stays.
    AtMost,
}

/// One preprocessing step, applied to every row: `x[j] = x[j] op operand[j]`, rounded to `precision`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub op: StepOp,
    /// One number per feature.
    pub operand: Vec<f64>,
    pub precision: Precision,
}

/// A forest and what surrounds it.
#[derive(Clone, Debug)]
pub struct ForestScores {
    /// The register of each feature; none where the features are the columns themselves.
    pub reads: Option<Vec<Reg>>,
    /// The precision rows are rounded to before the first step.
    pub input: Precision,
    pub steps: Vec<Step>,
    pub forest: ForestIr,
    pub aggregation: Aggregation,
    /// Added to the aggregated scores: empty, or one number per output.
    pub base: Vec<f64>,
    /// What the raw scores are multiplied by before the output makes something of them: 1, or the factor in LightGBM's sigmoid.
    pub factor: f64,
}
