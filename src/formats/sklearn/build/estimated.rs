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
}

impl Estimate {
    /// The model that answers this.
    pub(super) fn finish(self, mut board: Board) -> Result<ModelIr, FormatError> {
        match self {
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
}
