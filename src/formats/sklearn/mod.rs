//! The sklearn flavor: pickles, joblib dumps and skops archives of scikit-learn's tree models.
//!
//! Two readers turn bytes into one arena of records, [`build`] turns records into a model. Neither runs anything that the file
//! brings along.

mod array;
mod beside;
mod build;
mod classes;
mod dtype;
mod id;
mod inflate;
mod numpy;
mod pickle;
mod read;
mod record;
mod skops;
mod sparse;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod trees;

pub(crate) use beside::{before, names, number, version, words};
pub use read::read;

use super::{Format, FormatError, corrupt, unsupported};

/// The sklearn flavor: pickles and joblib dumps, compressed or not, and skops archives.
pub const FORMAT: Format = Format {
    flavor: "sklearn",
    endings: &["skops", "pkl", "pickle", "joblib"],
    common_endings: &["sav", "p"],
    recognises: read::is_model,
    streams: read::is_stream,
    read,
    behind: read::read_behind,
};
