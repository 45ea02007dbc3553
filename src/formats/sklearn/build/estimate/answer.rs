//! Answers of estimators, as those that stand around others read them.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Reader, Reg, Register, corrupt, ops, unsupported,
};

impl Estimate {
    /// The answer of a classifier that `holder` holds.
    ///
    /// # Errors
    /// `Corrupt` where the estimator is a regressor.
    pub(in super::super) fn classes(self, holder: Part<'_>) -> Result<Classes, FormatError> {
        match self {
            Self::Classes {
                labels,
                probabilities,
                decision,
                class,
            } => Ok(Classes {
                labels,
                probabilities,
                decision,
                class,
            }),
            other => Err(corrupt!(
                "the {} holds {} where a classifier should be",
                holder.class,
                other.kind()
            )),
        }
    }

    /// The answer of a regressor that `holder` holds.
    ///
    /// # Errors
    /// `Corrupt` where the estimator is a classifier.
    pub(in super::super) fn numbers(self, holder: Part<'_>) -> Result<Vec<Reg>, FormatError> {
        match self {
            Self::Numbers(numbers) => Ok(numbers),
            other => Err(corrupt!(
                "the {} holds {} where a regressor should be",
                holder.class,
                other.kind()
            )),
        }
    }

    /// What estimators of its kind are called in messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Classes { .. } => "a classifier",
            Self::Numbers(_) => "a regressor",
            Self::Anomaly { .. } => "an anomaly detector",
            Self::Cluster { .. } => "a clusterer",
            Self::Targets(_) => "a classifier of several targets",
        }
    }
}

impl Classes {
    /// A register for each class.
    ///
    /// # Errors
    /// `Corrupt` where the estimator has no `predict_proba`.
    pub(in super::super) fn probabilities(
        &self,
        holder: Part<'_>,
    ) -> Result<Vec<Reg>, FormatError> {
        self.probabilities.clone().ok_or_else(|| {
            corrupt!(
                "the {} needs probabilities of an estimator that has none",
                holder.class
            )
        })
    }
}

impl Reader {
    /// Numbers that are the same for every row.
    pub(super) fn constants(&mut self, numbers: Vec<f64>) -> Result<Vec<Reg>, FormatError> {
        let constants = ops::Linear {
            reads: Vec::new(),
            weights: Vec::new(),
            intercept: numbers,
        };
        self.board.draw(constants, [])
    }

    /// The place of the largest of the scores.
    pub(super) fn largest(&mut self, scores: &[Reg]) -> Result<Reg, FormatError> {
        let reads = scores.to_vec();
        Ok(self.board.draw(ops::Largest { reads }, [])?[0])
    }

    /// 1 where a score exceeds `cut`, or with `or_equal` reaches it.
    pub(super) fn above(
        &mut self,
        read: Reg,
        cut: f64,
        or_equal: bool,
    ) -> Result<Reg, FormatError> {
        let above = ops::Above {
            read,
            cut,
            or_equal,
        };
        Ok(self.board.draw(above, [])?[0])
    }

    /// The label that a classifier answers, as a number.
    ///
    /// # Errors
    /// `Unsupported` where the labels are text.
    pub(super) fn label(
        &mut self,
        classes: &Classes,
        holder: Part<'_>,
    ) -> Result<Reg, FormatError> {
        let Labels::Integers(labels) = &classes.labels else {
            return Err(unsupported!(
                "the {} computes with the labels of one of its members, which are text",
                holder.class
            ));
        };
        if (0..).zip(labels).all(|(place, label)| place == *label) {
            return Ok(classes.class);
        }
        let recode = ops::Recode {
            read: classes.class,
            codes: ops::Codes::Places(labels.iter().map(|label| *label as f64).collect()),
            unknown: f64::NAN,
            missing: f64::NAN,
        };
        Ok(self.board.draw(recode, [Register::number()])?[0])
    }

    /// `1 - p` and `p`, as `predict_proba` of two classes.
    pub(super) fn with_complement(&mut self, p: Reg) -> Result<Vec<Reg>, FormatError> {
        let negative = self.board.apply(ops::Function::Negative, &[p])?;
        let complement = self
            .board
            .each(crate::model::StepOp::Add, &negative, vec![1.0])?;
        Ok(vec![complement[0], p])
    }
}
