//! Estimators around others: their members' answers are registers, and theirs are operations over them.

mod ada_boost;
mod bagging;
mod binary;
mod calibrated;
mod chains;
mod members;
mod one_vs_one;
mod one_vs_rest;
mod stacking;
mod target;
mod threshold;
mod voting;

use super::{
    Bag, Classes, Estimate, FormatError, Id, Labels, Part, Precision, Reader, Reg, Register,
    corrupt, labels, numpy, ops, unsupported,
};
use crate::model::StepOp;

impl Reader {
    /// An estimator that stands around others, if the part is one.
    pub(super) fn around(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        if let Some(bag) = Bag::of(part, self.size)? {
            return self.bagging(part, bag, reads).map(Some);
        }
        if part.module.starts_with("imblearn.") && part.class == "RUSBoostClassifier" {
            return self.ada_boost_classifier(part, reads).map(Some);
        }
        Ok(Some(match part.sklearn_class() {
            "AdaBoostClassifier" => self.ada_boost_classifier(part, reads)?,
            "AdaBoostRegressor" => self.ada_boost_regressor(part, reads)?,
            "VotingClassifier" => self.voting_classifier(part, reads)?,
            "VotingRegressor" => self.voting_regressor(part, reads)?,
            "StackingClassifier" => self.stacking_classifier(part, reads)?,
            "StackingRegressor" => self.stacking_regressor(part, reads)?,
            "CalibratedClassifierCV" => self.calibrated(part, reads)?,
            "TransformedTargetRegressor" => self.transformed_target(part, reads)?,
            "FixedThresholdClassifier" => self.fixed_threshold(part, reads)?,
            "TunedThresholdClassifierCV" => self.tuned_threshold(part, reads)?,
            "OneVsRestClassifier" => self.one_vs_rest_classifier(part, reads)?,
            "OneVsOneClassifier" => self.one_vs_one_classifier(part, reads)?,
            "OutputCodeClassifier" => self.output_code(part, reads)?,
            "MultiOutputRegressor" => self.multi_output(part, reads)?,
            "MultiOutputClassifier" => self.multi_output_classifier(part, reads)?,
            "RegressorChain" => self.regressor_chain(part, reads)?,
            "ClassifierChain" => self.classifier_chain(part, reads)?,
            "SelfTrainingClassifier" => {
                // Renamed in 1.6.
                let inside = part
                    .part("estimator_")
                    .or_else(|_| part.part("base_estimator_"))?;
                self.member("estimator", inside, reads)?
            }
            "RANSACRegressor" => self.member("estimator", part.part("estimator_")?, reads)?,
            "RFE" | "RFECV" => {
                let selected = self.select(part, reads)?;
                self.member("estimator", part.part("estimator_")?, &selected)?
            }
            _ => return Ok(None),
        }))
    }
}
