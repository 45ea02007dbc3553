//! Bytes to [`ModelIr`](crate::model::ModelIr): the readers of model files. No network, no panic on any input.
//!
//! A format is a room of its own and one entry of [`FORMATS`]; nothing else knows how many there are.

mod answers;
mod answers_by;
mod before;
mod behind;
mod bom;
pub mod catboost;
pub(crate) mod coded;
mod companions;
mod error;
mod format;
pub mod lightgbm;
pub mod onnx;
pub(crate) mod program;
mod rename;
pub mod sklearn;
#[cfg(test)]
pub(crate) mod tests;
pub mod xgboost;

pub(crate) use answers::{Told, Words, decide_from, short};
pub use answers_by::{AnswersBy, GraphOutput, OutputKind, one_array};
pub use before::Beside;
pub(crate) use before::{Before, Begun, Named, Takes};
pub(crate) use behind::{Said, forest_behind};
pub use bom::without_bom;
pub use companions::{Companions, Threshold};
pub use error::FormatError;
pub(crate) use error::{corrupt, in_file, unsupported};
use format::MAX_FEATURES;
pub use format::{ColumnsBy, Format, ModelFile, Parsed, Rest};
pub(crate) use rename::rename;
pub(crate) use sklearn::version as sklearn_version;

/// Every format. The order decides which file of a folder is the model where several could be.
pub const FORMATS: [&Format; 5] = [
    &onnx::FORMAT,
    &sklearn::FORMAT,
    &catboost::FORMAT,
    &xgboost::FORMAT,
    &lightgbm::FORMAT,
];

/// The format that an `MLmodel` names as a flavor.
pub fn by_flavor(flavor: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.flavor == flavor)
}

/// Ends that a compressed dump has behind its own, as in `model.pkl.gz`.
const PACKED: [&str; 6] = ["gz", "z", "bz2", "lzma", "xz", "lz4"];

/// The name of the file that `SageMaker`'s XGBoost writes.
pub const WITHOUT_ENDING: &str = "xgboost-model";

/// The format of a file by the end of its name, in capitals or not.
pub fn by_file_name(name: &str) -> Option<&'static Format> {
    if name == WITHOUT_ENDING {
        return Some(&xgboost::FORMAT);
    }
    ending_of(name).map(|(_, format)| format)
}

/// The end of a file name that belongs to a format.
pub fn ending_of(name: &str) -> Option<(&'static str, &'static Format)> {
    let known = |name: &str| {
        let (_, end) = name.rsplit_once('.')?;
        endings().find(|(ending, _)| ending.eq_ignore_ascii_case(end))
    };
    known(name).or_else(|| {
        let (name, end) = name.rsplit_once('.')?;
        let packed = PACKED.iter().any(|p| p.eq_ignore_ascii_case(end));
        known(name).filter(|(_, format)| packed && format.flavor == sklearn::FORMAT.flavor)
    })
}

/// The name of a model file without what makes it one.
pub fn stem(name: &str) -> Option<&str> {
    let (known, _) = ending_of(name)?;
    let (stem, end) = name.rsplit_once('.')?;
    if known.eq_ignore_ascii_case(end) {
        return Some(stem);
    }
    stem.rsplit_once('.').map(|(stem, _)| stem)
}

/// The format of a file by its first bytes.
pub fn by_content(bytes: &[u8]) -> Option<&'static Format> {
    let bytes = without_bom(bytes);
    FORMATS
        .into_iter()
        .find(|format| (format.recognises)(bytes))
}

/// The format that the content is of: the one that was named if it may be, else any other that it looks like.
pub fn recognised(flavor: &str, bytes: &[u8]) -> Option<&'static Format> {
    let named = by_flavor(flavor).filter(|format| (format.recognises)(without_bom(bytes)));
    named.or_else(|| by_content(bytes))
}

/// Whether a file that begins with `bytes`, and is said to be of `flavor`, need not be in memory as a whole.
pub fn streams(flavor: &str, bytes: &[u8]) -> bool {
    recognised(flavor, bytes).is_some_and(|format| (format.streams)(bytes))
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
    let file = file.without_bom();
    let format = recognised(format.flavor, file.bytes).unwrap_or(format);
    (format.read)(&file)
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
    let file = file.without_bom();
    let format = recognised(format.flavor, file.bytes).unwrap_or(format);
    companions::read(format, &file, name, companions)
}
