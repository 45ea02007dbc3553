//! Linear models.
//!
//! Source: `sklearn/linear_model/{_base,_ridge,_stochastic_gradient}.py`, `_glm/glm.py` there, and `sklearn/svm/_classes.py`.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Reader, Reg, corrupt, labels, ops, unsupported,
};
use crate::{formats::sklearn::sparse::sparse, model::StepOp};

/// Regressors that answer `X @ coef_.T + intercept_`.
const REGRESSORS: [&str; 29] = [
    "ARDRegression",
    "BayesianRidge",
    "ElasticNet",
    "ElasticNetCV",
    "HuberRegressor",
    "Lars",
    "LarsCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "LinearRegression",
    "LinearSVR",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "PassiveAggressiveRegressor",
    "QuantileRegressor",
    "Ridge",
    "RidgeCV",
    "SGDRegressor",
    "TheilSenRegressor",
    // Their answer goes through a link.
    "GammaRegressor",
    "PoissonRegressor",
    "TweedieRegressor",
];

impl Reader {
    /// A linear model, if the part is one.
    pub(super) fn linear_model(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        Ok(Some(match part.sklearn_class() {
            "LogisticRegression" | "LogisticRegressionCV" => self.logistic(part, reads)?,
            "SGDClassifier" => self.sgd_classifier(part, reads)?,
            "RidgeClassifier" | "RidgeClassifierCV" if is_of_labels(part) => {
                self.ridge_of_labels(part, reads)?
            }
            "LinearSVC"
            | "PassiveAggressiveClassifier"
            | "Perceptron"
            | "RidgeClassifier"
            | "RidgeClassifierCV" => {
                let (labels, raw) = self.linear_scores(part, reads)?;
                self.by_decision(labels, raw)?
            }
            class if REGRESSORS.contains(&class) => {
                let raw = self.linear(part, reads)?;
                Estimate::Numbers(if has_log_link(part)? {
                    self.board.apply(ops::Function::Exp, &raw)?
                } else {
                    raw
                })
            }
            _ => return Ok(None),
        }))
    }

    /// `X @ coef_.T + intercept_`: a register for each row of `coef_`.
    fn linear(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let weights = self.weights(part, reads.len())?;
        let outputs = weights.len().checked_div(reads.len()).unwrap_or(0);
        if outputs == 0 || outputs * reads.len() != weights.len() {
            return Err(corrupt!(
                "the {} has {} weights for {} columns",
                part.class,
                weights.len(),
                reads.len()
            ));
        }
        let intercept = match part.get("intercept_") {
            Some(_) => part.array_or_number("intercept_")?,
            None => vec![0.0],
        };
        let intercept = match intercept.as_slice() {
            [one] => vec![*one; outputs],
            _ => intercept,
        };
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights,
            intercept,
        };
        self.board.draw(linear, [])
    }

    /// `coef_`, row by row. It is a sparse matrix after `sparsify`, which changes no answer but in the last bits.
    fn weights(&mut self, part: Part<'_>, width: usize) -> Result<Vec<f64>, FormatError> {
        let Some(sparse) = sparse(part.arena, part.attribute("coef_")?)? else {
            let weights = part.array("coef_")?.floats()?;
            // They may have been written as halves of doubles.
            self.spend(weights.len().saturating_mul(4))?;
            return Ok(weights);
        };
        if sparse.columns != width {
            return Err(corrupt!(
                "the {} has weights for {} columns, and gets {width}",
                part.class,
                sparse.columns
            ));
        }
        self.spend(sparse.numbers.len().saturating_mul(4))?;
        let left = self.zeros.checked_sub(sparse.rows().saturating_mul(width));
        self.zeros = left.ok_or_else(|| {
            unsupported!(
                "the sparse weights of the {} stand for far more numbers than the file holds; call its `densify` before it is saved",
                part.class
            )
        })?;
        Ok(sparse.dense())
    }

    /// The classes of a linear classifier, and its `decision_function`: a register for two classes, else one for each.
    pub(super) fn linear_scores(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<(Labels, Vec<Reg>), FormatError> {
        let labels = match part.get("classes_") {
            Some(_) => labels(part, "classes_")?,
            // The classes of a `RidgeClassifier` are a property of its.
            None => labels(part.part("_label_binarizer")?, "classes_")?,
        };
        let raw = self.linear(part, reads)?;
        if raw.len() != if labels.len() == 2 { 1 } else { labels.len() } {
            return Err(corrupt!(
                "the {} has {} rows of weights for {} classes",
                part.class,
                raw.len(),
                labels.len()
            ));
        }
        Ok((labels, raw))
    }

    /// Any number of labels for a row: each is there where its score is above 0.
    fn ridge_of_labels(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Estimate, FormatError> {
        if !part.since(1, 2) {
            return Err(unsupported!(
                "the {} of several labels was written by a scikit-learn that answers one of them; fit it with 1.2 or later",
                part.class
            ));
        }
        let mut targets = Vec::new();
        for raw in self.linear(part, reads)? {
            targets.push(Classes {
                labels: Labels::Integers(vec![0, 1]),
                probabilities: None,
                decision: Some(vec![raw]),
                class: self.above(raw, 0.0, false)?,
            });
        }
        Ok(Estimate::Targets(targets))
    }

    /// The class that `decision_function` decides for: the largest score, of two classes the second one above 0.
    fn winner(&mut self, raw: &[Reg]) -> Result<Reg, FormatError> {
        match raw {
            [score] => self.above(*score, 0.0, false),
            scores => self.largest(scores),
        }
    }

    /// A classifier without probabilities.
    fn by_decision(&mut self, labels: Labels, raw: Vec<Reg>) -> Result<Estimate, FormatError> {
        Ok(Estimate::Classes {
            labels,
            probabilities: None,
            class: self.winner(&raw)?,
            decision: Some(raw),
        })
    }

    /// Probabilities depend on the loss.
    fn sgd_classifier(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Estimate, FormatError> {
        let (labels, raw) = self.linear_scores(part, reads)?;
        match part.text("loss") {
            Some("log_loss" | "log") => self.logistic_of(part, labels, raw),
            Some("modified_huber") => {
                let probabilities = self.huber_probabilities(&raw)?;
                Ok(Estimate::Classes {
                    labels,
                    probabilities: Some(probabilities),
                    class: self.winner(&raw)?,
                    decision: Some(raw),
                })
            }
            _ => self.by_decision(labels, raw),
        }
    }

    /// Scores between -1 and 1, moved to 0 to 1; of more than two classes over their sum.
    fn huber_probabilities(&mut self, raw: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let mut p = raw.to_vec();
        for (op, operand) in [
            (StepOp::AtLeast, -1.0),
            (StepOp::AtMost, 1.0),
            (StepOp::Add, 1.0),
            (StepOp::Div, 2.0),
        ] {
            p = self.board.each(op, &p, vec![operand; raw.len()])?;
        }
        if let &[p] = p.as_slice() {
            return self.with_complement(p);
        }
        let normalise = ops::Normalise {
            reads: p,
            of_nothing: ops::OfNothing::Equal,
        };
        self.board.draw(normalise, [])
    }
}

/// Whether the classifier was fitted to several labels for a row.
fn is_of_labels(part: Part<'_>) -> bool {
    let kind = part.part("_label_binarizer").ok();
    let kind = kind.and_then(|binarizer| binarizer.text("y_type_"));
    kind.is_some_and(|kind| kind.starts_with("multilabel"))
}

/// Whether the answer is `e` to the power of the linear predictor.
///
/// Source: the `__init__` of the classes in `_glm/glm.py`, and `TweedieRegressor._get_loss` there: "auto" is the identity for powers up
/// to 0.
fn has_log_link(part: Part<'_>) -> Result<bool, FormatError> {
    match part.class {
        "GammaRegressor" | "PoissonRegressor" => return Ok(true),
        "TweedieRegressor" => {}
        _ => return Ok(false),
    }
    let link = part.attribute("link")?;
    match (part.text("link"), part.arena.class(link)) {
        (Some("auto"), _) => Ok(part.number("power")? > 0.0),
        (Some("log"), _) | (None, Some((_, "LogLink"))) => Ok(true),
        (Some("identity"), _) | (None, Some((_, "IdentityLink"))) => Ok(false),
        _ => Err(unsupported!(
            "the TweedieRegressor has the link {}, which this server does not know",
            match part.text("link") {
                Some(text) => text.escape_debug().to_string(),
                None => part.arena.kind(link),
            }
        )),
    }
}
