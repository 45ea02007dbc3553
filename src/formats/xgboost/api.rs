//! Whose answers a model gives: those of `Booster.predict`, or of one of the scikit-learn classes.

use super::{document::Learner, sklearn};

/// The class of the Python library that a model belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    /// Predicts with all rounds.
    Booster,
    /// These predict with the rounds up to the best one.
    Classifier,
    Regressor,
}

impl Api {
    /// By the class that `MLmodel` names, else by what the scikit-learn classes write into the file.
    pub(super) fn of(class: Option<&str>, learner: &Learner) -> Self {
        let written = learner
            .attributes
            .get(sklearn::ATTRIBUTE)
            .map(String::as_str);
        match (class.and_then(|class| class.rsplit('.').next()), written) {
            (Some("Booster"), _) | (None, None) => Self::Booster,
            (Some(class), _) if class.ends_with("Classifier") => Self::Classifier,
            // As `"_estimator_type": "classifier"` or, up to 1.3, `"type": "XGBClassifier"`.
            (None, Some(written)) if written.contains("lassifier\"") => Self::Classifier,
            _ => Self::Regressor,
        }
    }
}
