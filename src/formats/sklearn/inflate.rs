//! Unpacking within bounds: what joblib's `compress=` offers.

use std::io::{self, Read};

use bzip2_rs::DecoderReader as Bzip2Decoder;
use flate2::read::{GzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder as Lz4Decoder;
use lzma_rust2::{LzmaReader, XzReader};

use super::{FormatError, corrupt, unsupported};

/// What the dictionary of LZMA may take: that of its highest preset is 64 MiB, whatever the size of the file.
const LZMA_KIB: u32 = 66 << 10;

/// How far `size` bytes may unpack. Forests shrink to a fifth or so, the zeros of rows that neighbours keep to a hundredth; a thousandfold
/// is the work of somebody who wants the memory.
pub(super) fn inflate_limit(size: usize) -> usize {
    size.saturating_mul(200).max(1 << 25)
}

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Zlib,
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Lz4,
}

impl Packing {
    /// By the first bytes; none where they are of no such stream.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            // Deflate, and two bytes that are a multiple of 31.
            [0x78, flags, ..] if (0x7800 + u16::from(*flags)).is_multiple_of(31) => {
                Some(Self::Zlib)
            }
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', ..] => Some(Self::Xz),
            [0x5d, 0, 0, ..] => Some(Self::Lzma),
            [4, 0x22, b'M', 0x18, ..] => Some(Self::Lz4),
            _ => None,
        }
    }

    /// What the whole stream unpacks to.
    ///
    /// # Errors
    /// `Corrupt` when the stream is damaged, `Unsupported` when it grows beyond [`inflate_limit`].
    pub(super) fn unpack(self, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
        let size = bytes.len();
        match self {
            Self::Zlib => inflate(ZlibDecoder::new(bytes), size),
            Self::Gzip => inflate(GzDecoder::new(bytes), size),
            Self::Bzip2 => inflate(Bzip2Decoder::new(bytes), size),
            Self::Xz => inflate(XzReader::new_mem_limit(bytes, false, LZMA_KIB), size),
            Self::Lzma => {
                let reader = LzmaReader::new_mem_limit(bytes, LZMA_KIB, None);
                inflate(reader.map_err(|e| damaged(&e))?, size)
            }
            Self::Lz4 => inflate(Lz4Decoder::new(bytes), size),
        }
    }
}

/// What `packed` unpacks to, a stream in a file of `size` bytes.
fn inflate(packed: impl Read, size: usize) -> Result<Vec<u8>, FormatError> {
    let limit = inflate_limit(size);
    let mut plain = Vec::new();
    let read = packed.take(limit as u64 + 1).read_to_end(&mut plain);
    read.map_err(|e| damaged(&e))?;
    if plain.len() > limit {
        return Err(unsupported!(
            "the compressed pickle unpacks to more than {limit} bytes; store it without compression"
        ));
    }
    Ok(plain)
}

fn damaged(error: &io::Error) -> FormatError {
    corrupt!("the compressed pickle is damaged: {error}; copy or log the model again")
}
