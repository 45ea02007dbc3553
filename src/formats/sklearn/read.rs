//! From bytes to records, by the content of the file, and from records to a model.

use super::{FormatError, build, inflate::Packing, pickle, record::Arena, skops};
use crate::formats::{ModelFile, Parsed};
use crate::input::Schema;

/// Reads a fitted estimator; the content tells which of the formats it is in.
///
/// # Errors
/// `Corrupt` when the bytes are not what their format promises, `Unsupported` for a part that this server does not know.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let (bytes, columns) = (file.bytes, file.columns);
    match bytes {
        [b'P', b'K', 3 | 5, _, ..] => {
            let archive = skops::Archive::open(bytes)?;
            let size = bytes.len().max(archive.size());
            let mut arena = Arena::new(size);
            let root = skops::read(&archive, &mut arena)?;
            build::model(&arena, root, size, columns)
        }
        _ => match Packing::of(bytes) {
            Some(packing) => pickled(&packing.unpack(bytes)?, columns),
            None => pickled(bytes, columns),
        },
    }
}

fn pickled(bytes: &[u8], columns: Option<&Schema>) -> Result<Parsed, FormatError> {
    let mut arena = Arena::new(bytes.len());
    let root = pickle::read(bytes, &mut arena)?;
    build::model(&arena, root, bytes.len(), columns)
}

/// Whether the bytes begin as a pickle of protocol 2 or later does, an archive, or a compressed dump.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'K', 3 | 5, ..] | [0x80, 2..=5, ..]) || Packing::of(bytes).is_some()
}
