//! The LightGBM reader: the text that `Booster.save_model` writes, which the scikit-learn classes carry inside their pickles too.
//!
//! LightGBM compares in `f64` with `x <= t`, takes numbers within 1e-35 of zero for zero, and adds the leaves in `f64`. What
//! becomes of missing values differs by node. A Booster of a classification objective is served as a classifier,
//! whose probability is what `Booster.predict` answers.

pub(crate) mod importance;
mod objective;
mod pandas;
mod read;
mod text;
mod trees;
mod wrapper;

#[cfg(test)]
mod tests;

pub use read::read;
pub(crate) use read::read_wrapped;
pub use wrapper::LightgbmWrapper;

use super::{Format, FormatError, corrupt, unsupported};

/// The lightgbm flavor, where it holds a model text. MLflow logs a pickle of a scikit-learn class under the same flavor.
pub const FORMAT: Format = Format {
    flavor: "lightgbm",
    endings: &["lgb"],
    common_endings: &["txt"],
    recognises: |bytes| bytes.starts_with(b"tree") || read::is_dump(bytes),
    streams: |_| false,
    read,
    behind: read::behind,
};
