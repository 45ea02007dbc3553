//! Bytes to [`ModelIr`](crate::model::ModelIr): the readers of model files. No network, no panic on any input.
//!
//! A format is a room of its own and one entry of [`FORMATS`]; nothing else knows how many there are.

mod answers;
mod before;
mod behind;
pub(crate) mod coded;
mod companions;
mod error;
mod format;
pub mod lightgbm;
pub mod onnx;
pub(crate) mod program;
pub mod sklearn;
#[cfg(test)]
pub(crate) mod tests;
pub mod xgboost;

pub(crate) use answers::{Words, decide_from, rename, short};
pub use before::Beside;
pub(crate) use before::{Before, Begun, Named, Takes};
pub(crate) use behind::forest_behind;
pub use companions::{Companions, Threshold};
pub use error::FormatError;
pub(crate) use error::{corrupt, in_file, unsupported};
use format::MAX_FEATURES;
pub use format::{ColumnsBy, Format, ModelFile, Parsed};
pub(crate) use sklearn::version as sklearn_version;

/// Every format. The order decides which file of a folder is the model where several could be.
pub const FORMATS: [&Format; 4] = [
    &onnx::FORMAT,
    &sklearn::FORMAT,
    &xgboost::FORMAT,
    &lightgbm::FORMAT,
];

/// The format that an `MLmodel` names as a flavor.
pub fn by_flavor(flavor: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.flavor == flavor)
}

/// The format of a file by the end of its name, in capitals or not.
pub fn by_file_name(name: &str) -> Option<&'static Format> {
    let (_, end) = name.rsplit_once('.')?;
    let mut known = endings();
    let found = known.find(|(ending, _)| ending.eq_ignore_ascii_case(end));
    found.map(|(_, format)| format)
}

/// The format of a file by its first bytes.
pub fn by_content(bytes: &[u8]) -> Option<&'static Format> {
    FORMATS
        .into_iter()
        .find(|format| (format.recognises)(bytes))
}

/// Ends of file names and their formats; those that other files have too come last.
pub fn endings() -> impl Iterator<Item = (&'static str, &'static Format)> {
    let own = FORMATS
        .into_iter()
        .flat_map(|format| format.endings.iter().map(move |end| (*end, format)));
    let common = FORMATS
        .into_iter()
        .flat_map(|format| format.common_endings.iter().map(move |end| (*end, format)));
    own.chain(common)
}

/// Reads a file that its package or its name says to be of `format`.
///
/// The content has the last word: a file that is not what `format` looks like, and is what another format looks like, is read
/// as that one. MLflow's lightgbm flavor holds a pickle of a scikit-learn class, or a model text.
///
/// # Errors
/// As the reader says.
pub fn read(format: &'static Format, file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    (really(format, file.bytes).read)(file)
}

/// The format that the content looks like, else the one that it is said to be.
fn really(format: &'static Format, bytes: &[u8]) -> &'static Format {
    if (format.recognises)(bytes) {
        format
    } else {
        by_content(bytes).unwrap_or(format)
    }
}

/// Reads a file as [`read()`] does, with the files that lie beside it. `name` is what messages call the file.
///
/// # Errors
/// As the readers say, and where the files do not belong together; the text names them.
pub fn read_with(
    format: &'static Format,
    file: &ModelFile<'_>,
    name: &str,
    companions: &Companions<'_>,
) -> Result<Parsed, FormatError> {
    companions::read(really(format, file.bytes), file, name, companions)
}
