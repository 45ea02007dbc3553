//! The XGBoost reader: models saved as JSON or UBJSON by version 1.3 or later, or in the binary format of all versions up to 3.0.
//!
//! XGBoost compares `f32` with `x < t`, sends missing values where the node says, and adds the leaves in `f32`, beginning
//! with the base score; so does the engine. What the answer means depends on the objective, and on whether the model
//! was a `Booster` or one of the scikit-learn classes: a Booster of a classification objective is served as a
//! classifier, whose probability is what `Booster.predict` answers.

mod age;
mod api;
mod binary;
mod categories;
mod document;
pub(crate) mod importance;
mod json;
mod objective;
mod pickled;
mod read;
mod rounds;
mod sklearn;
mod trees;
mod ubj;
mod vectors;

#[cfg(test)]
mod tests;

pub use pickled::XgboostWrapper;
pub(crate) use pickled::read_pickled;
pub use read::read;

use super::{Format, FormatError, corrupt, unsupported};

/// The xgboost flavor. MLflow calls any of the three formats `model.xgb`, older ones `model.bst`.
pub const FORMAT: Format = Format {
    flavor: "xgboost",
    endings: &["ubj", "xgb", "bst"],
    common_endings: &["json", "model", "bin"],
    recognises: read::is_model,
    streams: |_| false,
    read,
    behind: read::behind,
};
