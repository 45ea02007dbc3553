//! From bytes to records, by the content of the file, and from records to a model.

use std::borrow::Cow;

use super::{FormatError, build, id::Id, inflate::Packing, pickle, record::Arena, skops};
use crate::formats::{Before, ModelFile, Parsed};

/// Reads a fitted estimator, or a dict that holds one; the content tells which of the formats it is in.
///
/// # Errors
/// `Corrupt` when the bytes are not what their format promises, `Unsupported` for a part that this server does not know.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let content = Content::of(file.bytes)?;
    let (arena, root, size) = content.open()?;
    build::root(&arena, root, size, file.columns)
}

/// The same for an estimator that reads what other files make of the columns.
pub(super) fn read_behind(
    file: &ModelFile<'_>,
    before: &dyn Before,
) -> Result<Parsed, FormatError> {
    let content = Content::of(file.bytes)?;
    let (arena, root, size) = content.open()?;
    build::behind(&arena, root, size, before)
}

/// What is in a file once it is not compressed any more.
pub(super) enum Content<'f> {
    Pickle(Cow<'f, [u8]>),
    Skops(skops::Archive<'f>, usize),
}

impl<'f> Content<'f> {
    pub(super) fn of(bytes: &'f [u8]) -> Result<Self, FormatError> {
        Ok(match bytes {
            [b'P', b'K', 3 | 5, _, ..] => {
                let archive = skops::Archive::open(bytes)?;
                let size = bytes.len().max(archive.size());
                Self::Skops(archive, size)
            }
            _ => Self::Pickle(match Packing::of(bytes) {
                Some(packing) => packing.unpack(bytes)?.into(),
                None => bytes.into(),
            }),
        })
    }

    /// The records, the one that holds the others, and the number of bytes that they were read from.
    pub(super) fn open(&self) -> Result<(Arena<'_>, Id, usize), FormatError> {
        match self {
            Self::Pickle(bytes) => {
                let mut arena = Arena::new(bytes.len());
                let root = pickle::read(bytes, &mut arena)?;
                Ok((arena, root, bytes.len()))
            }
            Self::Skops(archive, size) => {
                let mut arena = Arena::new(*size);
                let root = skops::read(archive, &mut arena)?;
                Ok((arena, root, *size))
            }
        }
    }
}

/// Whether the bytes begin as a pickle of protocol 2 or later does, an archive, or a compressed dump.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'K', 3 | 5, ..] | [0x80, 2..=5, ..]) || Packing::of(bytes).is_some()
}
