//! From bytes to records, by the content of the file, and from records to a model.

use flate2::read::{GzDecoder, ZlibDecoder};

use super::{FormatError, build, inflate::inflate, pickle, record::Arena, skops, unsupported};
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
        [0x78, flags, ..] if is_zlib(*flags) => {
            pickled(&inflate(ZlibDecoder::new(bytes), bytes.len())?, columns)
        }
        [0x1f, 0x8b, ..] => pickled(&inflate(GzDecoder::new(bytes), bytes.len())?, columns),
        _ if is_otherwise_compressed(bytes) => Err(unsupported!(
            "the joblib dump is compressed with bz2, lzma, xz or lz4; uncompressed, zlib and gzip work: \
                 joblib.dump(model, file, compress=(\"zlib\", 3))"
        )),
        _ => pickled(bytes, columns),
    }
}

fn pickled(bytes: &[u8], columns: Option<&Schema>) -> Result<Parsed, FormatError> {
    let mut arena = Arena::new(bytes.len());
    let root = pickle::read(bytes, &mut arena)?;
    build::model(&arena, root, bytes.len(), columns)
}

/// Whether the bytes begin as a pickle of protocol 2 or later does, an archive, or a compressed dump.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    match bytes {
        [b'P', b'K', 3 | 5, ..] | [0x80, 2..=5, ..] | [0x1f, 0x8b, ..] => true,
        [0x78, flags, ..] => is_zlib(*flags),
        _ => is_otherwise_compressed(bytes),
    }
}

/// Whether `0x78 flags` is a zlib header: deflate, and two bytes that are a multiple of 31.
fn is_zlib(flags: u8) -> bool {
    (0x7800 + u16::from(flags)).is_multiple_of(31)
}

/// Whether joblib compressed the bytes with bz2, xz, lzma or lz4.
fn is_otherwise_compressed(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'B', b'Z', b'h', ..]
            | [0xfd, b'7', b'z', ..]
            | [0x5d, 0, 0, ..]
            | [4, 0x22, b'M', 0x18, ..]
    )
}
