//! Files that lie beside a model: pickles and archives of transformers, of encoders, and of lists.

use super::{
    FormatError,
    build::{Chain, Item, class_words, name_list, version_of},
    numpy,
    read::Content,
    unsupported,
};
use crate::{
    formats::{Before, Beside, ModelFile, Named, Parsed, Words, in_file},
    input::Schema,
};

/// Opens `files`, and gives what they do before a model to `then`. `columns` are lists of names, each with its file; `model` is what
/// messages call the model, and `told` what the package says of the columns.
///
/// # Errors
/// `Corrupt` and `Unsupported` as the files are; those of `then`.
pub(crate) fn before(
    files: &[Beside<'_>],
    columns: Vec<Named>,
    model: &str,
    told: Option<&Schema>,
    then: impl FnOnce(&dyn Before) -> Result<Parsed, FormatError>,
) -> Result<Parsed, FormatError> {
    let mut contents = Vec::with_capacity(files.len());
    for file in files {
        contents.push(Content::of(&ModelFile::new(file.bytes)).map_err(in_file(file.name))?);
    }
    let mut arenas = Vec::with_capacity(files.len());
    for (file, content) in files.iter().zip(&mut contents) {
        arenas.push(content.open().map_err(in_file(file.name))?);
    }
    let items = files.iter().zip(&arenas);
    let items = items.map(|(file, (arena, root, size))| Item::new(arena, *root, file.name, *size));
    let chain = Chain::new(items.collect::<Result<_, _>>()?, columns, model, told)?;
    then(&chain)
}

/// The words of classes in a file: a `LabelEncoder`, a binarizer, a list or a dict. `from` is what messages call the file.
///
/// # Errors
/// `Corrupt` and `Unsupported` as the file is.
pub(crate) fn words(bytes: &[u8], from: String) -> Result<Words, FormatError> {
    let mut content = Content::of(&ModelFile::new(bytes))?;
    let (arena, root, _) = content.open()?;
    class_words(&arena, root, from)
}

/// The names of columns in a file: a list, an array, or a pandas Index.
///
/// # Errors
/// `Corrupt` and `Unsupported` as the file is.
pub(crate) fn names(bytes: &[u8]) -> Result<Vec<String>, FormatError> {
    let mut content = Content::of(&ModelFile::new(bytes))?;
    let (arena, root, _) = content.open()?;
    name_list(&arena, root)
}

/// The number in a file.
///
/// # Errors
/// `Corrupt` as the file is, `Unsupported` when it holds something else.
pub(crate) fn number(bytes: &[u8]) -> Result<f64, FormatError> {
    let mut content = Content::of(&ModelFile::new(bytes))?;
    let (arena, root, _) = content.open()?;
    numpy::number(&arena, root)
        .ok_or_else(|| unsupported!("it holds {}, not a number", arena.kind(root)))
}

/// The scikit-learn that wrote a file, where the file says so.
pub(crate) fn version(bytes: &[u8]) -> Option<String> {
    let mut content = Content::of(&ModelFile::new(bytes)).ok()?;
    let (arena, root, _) = content.open().ok()?;
    version_of(&arena, root)
}
