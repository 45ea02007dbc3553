//! From bytes to records, by the content of the file, and from records to a model.

use std::io::Read;

use super::{
    FormatError, build,
    id::Id,
    inflate::Packing,
    pickle::{self, Length},
    record::Arena,
    skops,
};
use crate::formats::{Before, ModelFile, Parsed};

/// Reads a fitted estimator, or a dict that holds one; the content tells which of the formats it is in.
///
/// # Errors
/// `Corrupt` when the bytes are not what their format promises, `Unsupported` for a part that this server does not know.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let mut content = Content::of(file)?;
    let (arena, root, size) = content.open()?;
    build::root(&arena, root, size, file.columns)
}

/// The same for an estimator that reads what other files make of the columns.
pub(super) fn read_behind(
    file: &ModelFile<'_>,
    before: &dyn Before,
) -> Result<Parsed, FormatError> {
    let mut content = Content::of(file)?;
    let (arena, root, size) = content.open()?;
    build::behind(&arena, root, size, before)
}

/// What is in a file once it is not compressed any more.
pub(super) enum Content<'f> {
    Pickle(Box<dyn Read + 'f>, Length),
    Skops(skops::Archive<'f>, usize),
}

impl<'f> Content<'f> {
    pub(super) fn of(file: &ModelFile<'f>) -> Result<Self, FormatError> {
        let bytes = file.bytes;
        if is_archive(bytes) {
            let archive = skops::Archive::open(bytes)?;
            let size = bytes.len().max(archive.size());
            return Ok(Self::Skops(archive, size));
        }
        let size = file.len();
        let all: Box<dyn Read> = match file.rest {
            Some(rest) => Box::new(bytes.chain(rest)),
            None => Box::new(bytes),
        };
        Ok(match Packing::of(bytes) {
            Some(packing) => {
                let (plain, most) = packing.unpack(all, size)?;
                Self::Pickle(plain, Length::AtMost(most))
            }
            None => Self::Pickle(all, Length::Is(size)),
        })
    }

    /// The records, the one that holds the others, and the number of bytes that they were read from. A pickle can be read once.
    pub(super) fn open(&mut self) -> Result<(Arena<'_>, Id, usize), FormatError> {
        match self {
            Self::Pickle(plain, length) => {
                let mut arena = Arena::new(match length {
                    Length::Is(size) => *size,
                    Length::AtMost(_) => 0,
                });
                let (root, size) = pickle::read(plain, *length, &mut arena)?;
                Ok((arena, root, size))
            }
            Self::Skops(archive, size) => {
                let mut arena = Arena::new(*size);
                let root = skops::read(archive, &mut arena)?;
                Ok((arena, root, *size))
            }
        }
    }
}

fn is_archive(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'K', 3 | 5, _, ..])
}

/// Whether the bytes begin as a file does that is read once from its begin to its end: a pickle, compressed or not.
pub(super) fn is_stream(bytes: &[u8]) -> bool {
    is_model(bytes) && !is_archive(bytes)
}

/// Whether the bytes begin as a pickle of protocol 2 or later does, an archive, or a compressed dump.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'K', 3 | 5, ..] | [0x80, 2..=5, ..]) || Packing::of(bytes).is_some()
}
