//! The sklearn flavor: pickles, joblib dumps and skops archives of scikit-learn's tree models.
//!
//! Two readers turn bytes into one arena of records, [`build`] turns records into a model. Neither runs anything that the file
//! brings along.

mod array;
mod build;
mod dtype;
mod numpy;
mod pickle;
mod record;
mod skops;
#[cfg(test)]
pub(crate) mod tests;

use std::io::Read as _;

use flate2::read::{GzDecoder, ZlibDecoder};

use super::{FormatError, Parsed, corrupt, unsupported};
use record::Arena;

/// Reads a fitted estimator; the content tells which of the formats it is in.
///
/// `floats` says that rows are `f32` before any scaler sees them, as the package's signature may have it.
///
/// # Errors
/// `Corrupt` when the bytes are not what their format promises, `Unsupported` for a part that this server does not know.
pub fn read(bytes: &[u8], floats: bool) -> Result<Parsed, FormatError> {
    match bytes {
        [b'P', b'K', 3 | 5, _, ..] => {
            let archive = skops::Archive::open(bytes)?;
            let size = bytes.len().max(archive.size());
            let mut arena = Arena::new(size);
            let root = skops::read(&archive, &mut arena)?;
            build::model(&arena, root, size, floats)
        }
        // A zlib header: deflate, and two bytes that are a multiple of 31.
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => {
            pickled(&inflate(ZlibDecoder::new(bytes), bytes.len())?, floats)
        }
        [0x1f, 0x8b, ..] => pickled(&inflate(GzDecoder::new(bytes), bytes.len())?, floats),
        [b'B', b'Z', b'h', ..]
        | [0xfd, b'7', b'z', ..]
        | [0x5d, 0, 0, ..]
        | [4, 0x22, b'M', 0x18, ..] => Err(unsupported!(
            "the joblib dump is compressed with bz2, lzma, xz or lz4; uncompressed, zlib and gzip work: \
                 joblib.dump(model, file, compress=(\"zlib\", 3))"
        )),
        _ => pickled(bytes, floats),
    }
}

fn pickled(bytes: &[u8], floats: bool) -> Result<Parsed, FormatError> {
    let mut arena = Arena::new(bytes.len());
    let root = pickle::read(bytes, &mut arena)?;
    build::model(&arena, root, bytes.len(), floats)
}

/// How far `size` bytes may unpack. Forests shrink to a fifth or so; a thousandfold is the work of somebody who wants the memory.
fn inflate_limit(size: usize) -> usize {
    size.saturating_mul(50).max(1 << 22)
}

fn inflate(packed: impl std::io::Read, size: usize) -> Result<Vec<u8>, FormatError> {
    let limit = inflate_limit(size);
    let mut plain = Vec::new();
    let read = packed.take(limit as u64 + 1).read_to_end(&mut plain);
    read.map_err(|e| {
        corrupt!("the compressed pickle is damaged: {e}; copy or log the model again")
    })?;
    if plain.len() > limit {
        return Err(unsupported!(
            "the compressed pickle unpacks to more than {limit} bytes; store it without compression"
        ));
    }
    Ok(plain)
}
