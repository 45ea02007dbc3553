//! How important a model finds its columns: `feature_importances_` of its scikit-learn classes.
//!
//! Source: `GBDT::FeatureImportance` in LightGBM's `src/boosting/gbdt_model_text.cpp`, and `Booster.feature_importance` in its
//! `python-package/lightgbm/basic.py`.

use super::{FormatError, corrupt, text::Lines};
use crate::formats::MAX_FEATURES;

/// What counts of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// That it is one.
    Split,
    /// By how much it improved the fit.
    Gain,
}

/// One number for each column, of the first `rounds` rounds or of all.
///
/// # Errors
/// `Corrupt` when the bytes are no model text.
pub(crate) fn importances(
    bytes: &[u8],
    counts: Counts,
    rounds: Option<usize>,
) -> Result<Vec<f64>, FormatError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| corrupt!("the file is not a LightGBM model: it is not text"))?;
    let mut lines = Lines::new(text)?;
    let header = lines.block();
    let last: usize = header.number("max_feature_idx")?;
    if last >= MAX_FEATURES {
        return Err(corrupt!(
            "the LightGBM model takes more than {MAX_FEATURES} features"
        ));
    }
    let width: usize = match header.get("num_tree_per_iteration") {
        Some(_) => header.number("num_tree_per_iteration")?,
        None => header.number("num_class")?,
    };
    let most = match rounds {
        Some(rounds) if rounds > 0 => rounds.saturating_mul(width),
        _ => usize::MAX,
    };
    let mut importances = vec![0.0; last + 1];
    let mut trees = 0;
    while trees < most
        && let Some(number) = lines.next_tree()?
    {
        let block = lines.block();
        trees += 1;
        let leaves: usize = block.number("num_leaves")?;
        let Some(splits) = leaves.checked_sub(1).filter(|splits| *splits > 0) else {
            continue;
        };
        let features: Vec<usize> = block.numbers("split_feature", splits)?;
        let gains: Vec<f32> = block.numbers("split_gain", splits)?;
        for (feature, gain) in features.into_iter().zip(gains) {
            let Some(importance) = importances.get_mut(feature) else {
                return Err(corrupt!(
                    "tree {number} of the LightGBM model splits on feature {feature} of {}",
                    last + 1
                ));
            };
            if gain > 0.0 {
                *importance += match counts {
                    Counts::Split => 1.0,
                    Counts::Gain => f64::from(gain),
                };
            }
        }
    }
    Ok(importances)
}
