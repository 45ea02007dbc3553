//! What an estimator answers, in registers.

use super::{FormatError, estimate::Classes, unsupported};
use crate::{
    formats::program::{Board, Register},
    model::{Labels, Link, ModelIr, Output, Reg, ops},
};

/// What an estimator answers, in registers.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "the readers of the last three come next")]
pub(super) enum Estimate {
    Classes {
        labels: Labels,
        /// One for each class, where the estimator has `predict_proba`.
        probabilities: Option<Vec<Reg>>,
        /// One for each class, or a single one for two, where the estimator has `decision_function`.
        decision: Option<Vec<Reg>>,
        /// The place of the class that `predict` answers.
        class: Reg,
    },
    Numbers(Vec<Reg>),
    /// What an anomaly detector says of a row.
    Anomaly {
        /// 1 for a row that is like the others, 0 for an anomaly: `predict` answers 1 and -1.
        normal: Reg,
        /// `decision_function`: negative for an anomaly.
        decision: Reg,
        /// `score_samples`: the lower, the more abnormal.
        score: Reg,
    },
    /// What a clusterer says of a row.
    Cluster {
        /// The number of the cluster that `predict` answers.
        place: Reg,
        /// `transform`: how far the row is from the center of each cluster.
        distances: Vec<Reg>,
    },
    /// What a classifier of several targets says of each: a label of a multi-label classifier is a target of the classes 0 and 1.
    Targets(Vec<Classes>),
}

impl Estimate {
    /// The model that answers this.
    pub(super) fn finish(self, mut board: Board) -> Result<ModelIr, FormatError> {
        match self {
            Self::Anomaly { normal, .. } => {
                Self::label(Labels::Integers(vec![-1, 1]), normal).finish(board)
            }
            Self::Cluster { place, distances } => {
                let places = (0..distances.len() as i64).collect();
                Self::label(Labels::Integers(places), place).finish(board)
            }
            Self::Targets(_) => Err(unsupported!(
                "the model answers a class for each of several targets"
            )),
            Self::Numbers(values) => {
                let link = Link::Identity;
                Ok(board.finish(values, None, Output::Regression { link }, false))
            }
            Self::Classes {
                labels,
                probabilities,
                class,
                ..
            } => {
                let has_probabilities = probabilities.is_some();
                let scores = if let Some(probabilities) = probabilities {
                    probabilities
                } else {
                    // All that is known is the class.
                    let width = labels.len();
                    let registers = vec![Register::number(); width];
                    board.draw(ops::OneHot { slot: class, width }, registers)?
                };
                let link = Link::Identity;
                let output = Output::Classes { labels, link };
                Ok(board.finish(scores, Some(class), output, has_probabilities))
            }
        }
    }
    /// A class and nothing more.
    fn label(labels: Labels, class: Reg) -> Self {
        Self::Classes {
            labels,
            probabilities: None,
            decision: None,
            class,
        }
    }
}
