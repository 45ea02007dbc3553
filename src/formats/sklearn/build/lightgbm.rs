//! LightGBM's scikit-learn classes and its Booster: the model's text is inside.
//!
//! Source: `Booster.__getstate__` and `LGBMClassifier.predict` in LightGBM's `basic.py` and `sklearn.py`: the rounds up to the best
//! one predict, where training was stopped early.

use super::{Part, corrupt, labels::labels};
use crate::formats::{
    FormatError, Parsed,
    coded::Coded,
    lightgbm::{LightgbmWrapper, read_wrapped},
};

/// Reads an `LGBMClassifier`, `LGBMRegressor`, `LGBMRanker` or a `Booster`.
pub(super) fn read(part: Part<'_>) -> Result<Parsed<Coded>, FormatError> {
    let alone = part.class == "Booster";
    let booster = if alone { part } else { part.part("_Booster")? };
    // Up to 3.3 the attribute had no underscore.
    let text = booster.text("_handle").or_else(|| booster.text("handle"));
    let text = text.ok_or_else(|| corrupt!("the {} has no model text", part.class))?;
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
