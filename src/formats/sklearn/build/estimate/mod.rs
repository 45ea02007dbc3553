//! Estimators: registers to an [`Estimate`], as their `predict`, `predict_proba` and `decision_function` are written.

mod forest;
mod linear;

use super::{
    FormatError, Part, Reader, boosting, categories, corrupt, ensemble::Ensemble, forests, hist,
    labels::labels, lightgbm, xgboost,
};
use crate::{
    formats::{
        Parsed,
        program::{Board, Register},
    },
    input::Precision,
    model::{BinaryScores, ForestModel, Labels, Link, ModelIr, Output, Reg, ops},
};
pub(super) use forest::booster;

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
                let scores = match probabilities {
                    Some(probabilities) => probabilities,
                    // Without probabilities all that is known is the class.
                    None => {
                        let width = labels.len();
                        let registers = vec![Register::number(); width];
                        board.draw(ops::OneHot { slot: class, width }, registers)?
                    }
                };
                let link = Link::Identity;
                let output = Output::Classes { labels, link };
                Ok(board.finish(scores, Some(class), output, has_probabilities))
            }
        }
    }
}

impl Reader {
    /// The model that ends in `last`, an estimator that is no pipeline.
    pub(super) fn finish(
        mut self,
        last: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<(ModelIr, Vec<String>), FormatError> {
        if let Some((forest, reads)) = self.forest(last, &reads)? {
            self.finite_for(last, &forest, &reads);
            return Ok((self.board.finish_forest(reads, forest)?, self.parts));
        }
        let estimate = self.estimate(last, &reads)?;
        Ok((estimate.finish(self.board)?, self.parts))
    }

    /// What a fitted estimator makes of the registers that it is given; pipelines and searches are followed.
    pub(super) fn estimate(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let (part, reads) = self.before_the_last(part, reads.to_vec())?;
        if let Some((forest, reads)) = self.forest(part, &reads)? {
            return self.forest_estimate(part, forest, &reads);
        }
        self.parts.push(part.class.to_owned());
        match part.sklearn_class() {
            "LogisticRegression" | "LogisticRegressionCV" => self.logistic(part, &reads),
            "LinearRegression" | "Ridge" | "RidgeCV" | "Lasso" | "LassoCV" | "ElasticNet"
            | "ElasticNetCV" => self.linear_regression(part, &reads),
            "RFE" | "RFECV" => {
                let kept = self.select(part, &reads)?;
                self.inside("estimator_", |reader| {
                    reader.estimate(part.part("estimator_")?, &kept)
                })
            }
            _ => Err(self.refusal(part)),
        }
    }

    /// Raw scores to what the library answers.
    fn decide(
        &mut self,
        raw: Vec<Reg>,
        output: Output,
        precision: Precision,
        has_probabilities: bool,
        has_decision: bool,
    ) -> Result<Estimate, FormatError> {
        let decide = ops::Decide {
            reads: raw.clone(),
            output: output.clone(),
            precision,
        };
        let mut answers = self.board.draw(decide, [])?;
        let Some(labels) = output.labels() else {
            return Ok(Estimate::Numbers(answers));
        };
        let class = answers.split_off(labels.len())[0];
        Ok(Estimate::Classes {
            labels: labels.clone(),
            probabilities: has_probabilities.then_some(answers),
            decision: has_decision.then_some(raw),
            class,
        })
    }
}
