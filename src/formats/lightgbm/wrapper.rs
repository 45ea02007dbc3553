//! What a model text does not say and the Python object around it does.

use crate::{formats::AnswersBy, model::Labels};

/// What the scikit-learn classes know about a model beside its text.
#[derive(Clone, Debug, Default)]
pub struct LightgbmWrapper {
    /// The classes of an `LGBMClassifier`, in the order of the scores.
    pub labels: Option<Labels>,
    /// Whether it is an `LGBMRegressor` or `LGBMRanker`, which answers numbers whatever its objective.
    pub regressor: bool,
    /// `best_iteration`, where training was stopped early: the number of rounds that predict.
    pub iterations: Option<usize>,
}

impl LightgbmWrapper {
    /// What Python answers. Where there is none of these classes, a `Booster` predicts.
    pub(super) fn answers(&self) -> AnswersBy {
        if self.labels.is_none() && !self.regressor {
            AnswersBy::Booster
        } else {
            AnswersBy::Prediction
        }
    }
}
