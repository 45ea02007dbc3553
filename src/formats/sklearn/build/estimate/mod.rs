//! Estimators: registers to an [`Estimate`], as their `predict`, `predict_proba` and `decision_function` are written.

mod answer;
mod around;
mod bayes;
mod clusters;
mod discriminant;
mod dummy;
mod forest;
mod isolation;
mod isotonic;
mod linear;
mod logistic;

mod neighbours;

mod mixture;

mod net;
mod outliers;
mod support;

use super::{
    super::{id::Id, numpy},
    FormatError, Part, Reader,
    bags::Bag,
    boosting, categories, corrupt,
    ensemble::Ensemble,
    estimated::{Classes, Estimate},
    forests::{self, Trees},
    hist,
    labels::labels,
    lightgbm, unsupported, xgboost,
};
use crate::{
    formats::{Parsed, program::Register},
    input::Precision,
    model::{BinaryScores, ForestModel, Labels, Link, ModelIr, Output, Reg, ops},
};
pub(super) use forest::booster;

impl Reader {
    /// The model that ends in `last`, an estimator that is no pipeline.
    pub(super) fn finish(
        mut self,
        last: Part<'_>,
        reads: &[Reg],
    ) -> Result<(ModelIr, Vec<String>), FormatError> {
        if let Some((forest, reads)) = self.forest(last, reads)? {
            self.finite_for(last, &forest.forest, &reads);
            return Ok((forest.finish(self.board, reads)?, self.parts));
        }
        let estimate = self.estimate(last, reads)?;
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
        if let Some(estimate) = self.catboost(part, &reads)? {
            return Ok(estimate);
        }
        if let Some(estimate) = self.linear_model(part, &reads)? {
            return Ok(estimate);
        }
        if let Some(estimate) = self.clusterer(part, &reads)? {
            return Ok(estimate);
        }
        if let Some(estimate) = self.forest_targets(part, &reads)? {
            return Ok(estimate);
        }
        if let Some(estimate) = self.naive_bayes(part, &reads)? {
            return Ok(estimate);
        }
        if let Some(estimate) = self.around(part, &reads)? {
            return Ok(estimate);
        }
        match part.sklearn_class() {
            "DummyClassifier" => self.dummy_classifier(part),
            "DummyRegressor" => self.dummy_regressor(part),
            "GaussianMixture" => self.gaussian_mixture(part, &reads),
            "IsolationForest" => self.isolation_forest(part, &reads),
            "SVC" | "NuSVC" => self.support_classifier(part, &reads),
            "SVR" | "NuSVR" => Ok(Estimate::Numbers(self.support_sums(part, &reads, &[])?)),
            "KNeighborsClassifier" | "RadiusNeighborsClassifier" => {
                self.neighbours_classifier(part, &reads)
            }
            "KNeighborsRegressor" | "RadiusNeighborsRegressor" => {
                self.neighbours_regressor(part, &reads)
            }
            "NearestCentroid" => self.nearest_centroid(part, &reads),
            "SGDOneClassSVM" => self.linear_one_class(part, &reads),
            "EllipticEnvelope" => self.elliptic_envelope(part, &reads),
            "LocalOutlierFactor" => self.local_outlier_factor(part, &reads),
            "OneClassSVM" => self.one_class(part, &reads),
            "IsotonicRegression" => self.isotonic_regression(part, &reads),
            "LinearDiscriminantAnalysis" => self.linear_discriminant(part, &reads),
            "QuadraticDiscriminantAnalysis" => self.quadratic_discriminant(part, &reads),
            "MLPClassifier" => self.net_classifier(part, &reads),
            "MLPRegressor" => self.net_regressor(part, &reads),
            _ => Err(self.refusal(part)),
        }
    }

    /// Raw scores to what the library answers.
    fn decide(
        &mut self,
        raw: Vec<Reg>,
        output: &Output,
        precision: Precision,
        has_probabilities: bool,
        has_decision: bool,
    ) -> Result<Estimate, FormatError> {
        let decision = has_decision.then(|| raw.clone());
        let answers = self.board.decide(raw, output, precision)?;
        let several = answers.len() > 1;
        let mut targets = Vec::with_capacity(answers.len());
        for answer in answers {
            let (Some(labels), Some(class)) = (answer.labels, answer.class) else {
                return Ok(Estimate::Numbers(answer.scores));
            };
            targets.push(Classes {
                labels,
                probabilities: has_probabilities.then_some(answer.scores),
                decision: decision.clone().filter(|_| !several),
                class,
            });
        }
        Ok(match targets.pop() {
            Some(one) if targets.is_empty() => one.into(),
            last => Estimate::Targets(targets.into_iter().chain(last).collect()),
        })
    }
}
