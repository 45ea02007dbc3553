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

    /// What a stream of `size` bytes unpacks to, as it is read, and how many bytes that are at most. Reading fails where the stream is
    /// damaged, or grows beyond [`inflate_limit`]; the error is a [`FormatError`].
    ///
    /// # Errors
    /// `Corrupt` when it does not even begin as such a stream.
    pub(super) fn unpack<'f>(
        self,
        packed: impl Read + 'f,
        size: usize,
    ) -> Result<(Box<dyn Read + 'f>, usize), FormatError> {
        let plain: Box<dyn Read + 'f> = match self {
            Self::Zlib => Box::new(ZlibDecoder::new(packed)),
            Self::Gzip => Box::new(GzDecoder::new(packed)),
            Self::Bzip2 => Box::new(Bzip2Decoder::new(packed)),
            Self::Xz => Box::new(XzReader::new_mem_limit(packed, false, LZMA_KIB)),
            Self::Lzma => {
                let reader = LzmaReader::new_mem_limit(packed, LZMA_KIB, None);
                Box::new(reader.map_err(|e| damaged(&e))?)
            }
            Self::Lz4 => Box::new(Lz4Decoder::new(packed)),
        };
        let limit = inflate_limit(size);
        let left = limit;
        Ok((Box::new(Unpacked { plain, left, limit }), limit))
    }
}

/// A stream that unpacks within bounds.
struct Unpacked<'f> {
    plain: Box<dyn Read + 'f>,
    left: usize,
    limit: usize,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.plain.read(into).map_err(|error| {
            let again = error.kind() == io::ErrorKind::Interrupted;
            if again {
                error
            } else {
                io::Error::other(damaged(&error))
            }
        })?;
        self.left = self.left.checked_sub(read).ok_or_else(|| {
            let limit = self.limit;
            io::Error::other(unsupported!(
                "the compressed pickle unpacks to more than {limit} bytes; store it without compression"
            ))
        })?;
        Ok(read)
    }
}

fn damaged(error: &io::Error) -> FormatError {
    corrupt!("the compressed pickle is damaged: {error}; copy or log the model again")
}
