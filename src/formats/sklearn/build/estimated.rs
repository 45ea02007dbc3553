//! What an estimator answers, in registers.

use super::FormatError;
use crate::{
    formats::program::{Board, Register},
    model::{Labels, Link, ModelIr, Output, Reg, ops},
};

/// What an estimator answers, in registers.
#[derive(Clone, Debug)]
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
        /// The numbers that `predict` answers.
        numbers: Vec<i64>,
        /// The place of the cluster among these.
        place: Reg,
        scores: ClusterScores,
    },
    /// What a classifier of several targets says of each: a label of a multi-label classifier is a target of the classes 0 and 1.
    Targets(Vec<Classes>),
}

/// What a classifier answers; [`Estimate::Classes`] describes the fields.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    pub(super) labels: Labels,
    pub(super) probabilities: Option<Vec<Reg>>,
    pub(super) decision: Option<Vec<Reg>>,
    pub(super) class: Reg,
}

impl From<Classes> for Estimate {
    fn from(classes: Classes) -> Self {
        Self::Classes {
            labels: classes.labels,
            probabilities: classes.probabilities,
            decision: classes.decision,
            class: classes.class,
        }
    }
}

/// What a clusterer says of a row beside its cluster.
#[derive(Clone, Debug)]
pub(super) enum ClusterScores {
    /// `transform`: how far the row is from the center of each cluster, or of what the clusters are made of. May be empty.
    Distances(Vec<Reg>),
    /// `predict_proba`, one for each cluster.
    Probabilities(Vec<Reg>),
}

impl Estimate {
    /// The model that answers this.
    pub(super) fn finish(self, mut board: Board) -> Result<ModelIr, FormatError> {
        match self {
            Self::Anomaly {
                normal,
                decision,
                score,
            } => {
                let labels = Labels::Integers(vec![-1, 1]);
                let scores = vec![decision, score];
                Ok(board.finish(scores, [normal], Output::Anomaly { labels }, false))
            }
            Self::Cluster {
                numbers,
                place,
                scores,
            } => {
                let (scores, graded) = match scores {
                    ClusterScores::Distances(distances) => (distances, false),
                    ClusterScores::Probabilities(probabilities) => (probabilities, true),
                };
                let labels = Labels::Integers(numbers);
                Ok(board.finish(scores, [place], Output::Cluster { labels }, graded))
            }
            Self::Targets(targets) => {
                let winners: Vec<Reg> = targets.iter().map(|target| target.class).collect();
                let graded = targets.iter().map(|target| target.probabilities.clone());
                let graded: Option<Vec<_>> = graded.collect();
                let labels = targets.into_iter().map(|target| target.labels).collect();
                let has_probabilities = graded.is_some();
                let scores = graded.unwrap_or_default().concat();
                Ok(board.finish(scores, winners, Output::Targets(labels), has_probabilities))
            }
            Self::Numbers(values) => {
                let link = Link::Identity;
                Ok(board.finish(values, [], Output::Regression { link }, false))
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
}
