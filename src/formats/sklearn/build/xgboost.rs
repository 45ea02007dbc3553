//! XGBoost's scikit-learn classes, and its Booster: the model's memory is inside.
//!
//! Source: `XGBModel` and `XGBClassifier` in XGBoost's `python-package/xgboost/sklearn.py`. Classes are 0 to k-1; up to 1.5 an encoder
//! of labels could stand between.

use super::{Part, corrupt, labels::labels};
use crate::formats::{
    FormatError, Parsed,
    coded::Coded,
    xgboost::{
        XgboostWrapper,
        importance::{self, Counts},
        read_pickled,
    },
};

/// How important an object of `xgboost.sklearn` finds its columns.
pub(super) fn importances(part: Part<'_>) -> Result<Vec<f32>, FormatError> {
    let name = part.text("importance_type");
    let Some(counts) = Counts::named(name) else {
        return Err(corrupt!(
            "the {} has the importance_type {name:?}",
            part.class
        ));
    };
    importance::importances(memory(part, part.part("_Booster")?)?, counts)
}

fn memory<'d>(part: Part<'_>, booster: Part<'d>) -> Result<&'d [u8], FormatError> {
    let memory = booster.arena.bytes(booster.attribute("handle")?);
    memory.ok_or_else(|| corrupt!("the {} has no model inside", part.class))
}

/// Reads an object of `xgboost.sklearn`, or a Booster.
pub(super) fn read(part: Part<'_>) -> Result<Parsed<Coded>, FormatError> {
    let booster = match part.class {
        "Booster" => part,
        _ => part.part("_Booster")?,
    };
    let memory = memory(part, booster)?;
    let classes = part.part("_le").unwrap_or(part);
    let named = part.class.ends_with("Classifier") && classes.get("classes_").is_some();
    let wrapper = XgboostWrapper {
        class: part.class,
        labels: named.then(|| labels(classes, "classes_")).transpose()?,
        best_ntree_limit: part.count("best_ntree_limit").ok(),
        missing: part.optional_number("missing")?.filter(|m| !m.is_nan()),
    };
    let mut parsed = read_pickled(memory, &wrapper)?;
    if part.id != booster.id {
        parsed.parts.insert(0, part.class.to_owned());
    }
    Ok(parsed)
}
