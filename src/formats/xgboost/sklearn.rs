//! What the scikit-learn classes note about themselves inside the model file.
//!
//! Source: `XGBModel.save_model` in the `python-package/xgboost/sklearn.py` of versions 1.3 to 3.2. Up to 1.5 an encoder could stand
//! between any labels and the numbers 0 to k-1; `load_model` brings it back.

use std::collections::HashMap;

use serde::Deserialize;

use crate::model::Labels;

/// The attribute that holds the notes, as JSON.
pub(super) const ATTRIBUTE: &str = "scikit_learn";

#[derive(Deserialize)]
struct Notes {
    #[serde(rename = "_le")]
    encoder: Option<Encoder>,
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

/// The labels of the encoder, where one is noted that this server can serve.
pub(super) fn labels(attributes: &HashMap<String, String>) -> Option<Labels> {
    // `"missing": NaN` stands among the notes.
    let Notes { encoder } = super::json::from_slice(attributes.get(ATTRIBUTE)?.as_bytes()).ok()?;
    Some(match encoder?.classes_ {
        Names::Integers(labels) => Labels::Integers(labels),
        Names::Strings(labels) => Labels::Strings(labels),
    })
}
