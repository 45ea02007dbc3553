//! What the scikit-learn classes note about themselves inside the model file.
//!
//! Source: `XGBModel.save_model` in the `python-package/xgboost/sklearn.py` of versions 1.3 to 3.2. Up to 1.5 an encoder could stand
//! between any labels and the numbers 0 to k-1; `load_model` brings it back.

use std::collections::HashMap;

use serde::Deserialize;

use super::document::Number;
use crate::model::Labels;

/// The attribute that holds the notes, as JSON.
pub(super) const ATTRIBUTE: &str = "scikit_learn";

/// What a class knows about a model beside the booster.
#[derive(Default, Deserialize)]
pub(super) struct Notes {
    #[serde(rename = "_le")]
    encoder: Option<Encoder>,
    /// The number that stands for a missing value beside NaN. Up to 1.7 `load_model` brings it back.
    missing: Option<Number>,
    /// Up to 1.3 the only place that tells with how many trees of each output the class predicts, where training was stopped early.
    pub(super) best_ntree_limit: Option<usize>,
}

#[derive(Deserialize)]
struct Encoder {
    classes_: Names,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    Integers(Vec<i64>),
    Strings(Vec<String>),
}

impl Notes {
    /// The notes in a file; none where it has none that this server understands.
    pub(super) fn of(attributes: &HashMap<String, String>) -> Self {
        // `"missing": NaN` stands among them.
        let notes = attributes.get(ATTRIBUTE);
        let notes = notes.and_then(|notes| super::json::from_slice(notes.as_bytes()).ok());
        notes.unwrap_or_default()
    }

    /// What a pickle says beside the booster, which has no notes then.
    pub(super) fn pickled(best_ntree_limit: Option<usize>) -> Self {
        Self {
            best_ntree_limit,
            ..Self::default()
        }
    }

    /// The labels of the encoder, where there is one.
    pub(super) fn labels(&self) -> Option<Labels> {
        Some(match &self.encoder.as_ref()?.classes_ {
            Names::Integers(labels) => Labels::Integers(labels.clone()),
            Names::Strings(labels) => Labels::Strings(labels.clone()),
        })
    }

    /// The number for a missing value, where it is another than NaN.
    pub(super) fn missing(&self) -> Option<f64> {
        let Number(missing) = self.missing?;
        (!missing.is_nan()).then_some(missing.into())
    }
}
