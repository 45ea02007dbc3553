//! LightGBM's scikit-learn classes and its Booster: the model's text is inside.
//!
//! Source: `Booster.__getstate__` and `LGBMClassifier.predict` in LightGBM's `basic.py` and `sklearn.py`: the rounds up to the best
//! one predict, where training was stopped early.

use super::{Part, corrupt, labels::labels};
use crate::formats::{
    FormatError, Parsed,
    coded::Coded,
    lightgbm::{
        LightgbmWrapper,
        importance::{self, Counts},
        read_wrapped,
    },
};

/// How important an `LGBMClassifier` or such finds its columns.
pub(super) fn importances(part: Part<'_>) -> Result<Vec<f64>, FormatError> {
    let counts = match part.text("importance_type") {
        None | Some("split") => Counts::Split,
        Some("gain") => Counts::Gain,
        Some(other) => {
            return Err(corrupt!(
                "the {} has the importance_type {other:?}",
                part.class
            ));
        }
    };
    let booster = part.part("_Booster")?;
    let text = text(part, booster)?;
    importance::importances(
        text.as_bytes(),
        counts,
        booster.count("best_iteration").ok(),
    )
}

fn text<'d>(part: Part<'_>, booster: Part<'d>) -> Result<&'d str, FormatError> {
    // Up to 3.3 the attribute had no underscore.
    let text = booster.text("_handle").or_else(|| booster.text("handle"));
    text.ok_or_else(|| corrupt!("the {} has no model text", part.class))
}

/// Reads an `LGBMClassifier`, `LGBMRegressor`, `LGBMRanker` or a `Booster`.
pub(super) fn read(part: Part<'_>) -> Result<Parsed<Coded>, FormatError> {
    let alone = part.class == "Booster";
    let booster = if alone { part } else { part.part("_Booster")? };
    let text = text(part, booster)?;
    let classifier = part.class == "LGBMClassifier";
    let wrapper = LightgbmWrapper {
        labels: classifier.then(|| labels(part, "_classes")).transpose()?,
        regressor: !classifier && !alone,
        iterations: booster.count("best_iteration").ok(),
    };
    let mut parsed = read_wrapped(text.as_bytes(), &wrapper)?;
    if !alone {
        parsed.parts.insert(0, part.class.to_owned());
    }
    Ok(parsed)
}
