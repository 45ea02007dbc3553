//! The CatBoost reader: `.cbm` and JSON files, and what pickles of its Python classes hold.
//!
//! CatBoost cuts every feature into bins once, and its trees compare bins. Categories are named by hashes; what the training data told of
//! them lies in tables beside the trees. The classes answer with what [`outputs`] says; without a class the loss decides.

mod cbm;
mod document;
mod draw;
mod flat;
mod json;
mod nested;
mod outputs;
mod read;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use document::Document;
pub(crate) use draw::{Answer, draw, no_and_yes};
pub use read::read;
pub(crate) use read::{document, takes};

use super::{Format, FormatError, corrupt, unsupported};

/// The catboost flavor. MLflow calls the file `model.cb`, in whichever format it is.
pub const FORMAT: Format = Format {
    flavor: "catboost",
    endings: &["cbm", "cb"],
    // JSON files are told by what is in them.
    common_endings: &[],
    recognises: read::is_model,
    streams: |_| false,
    read,
    behind: read::behind,
};
