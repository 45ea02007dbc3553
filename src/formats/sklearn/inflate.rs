//! Unpacking within bounds.

use std::io::Read;

use super::{FormatError, corrupt, unsupported};

/// How far `size` bytes may unpack. Forests shrink to a fifth or so; a thousandfold is the work of somebody who wants the memory.
pub(super) fn inflate_limit(size: usize) -> usize {
    size.saturating_mul(50).max(1 << 22)
}

/// What `packed` unpacks to, a stream in a file of `size` bytes.
pub(super) fn inflate(packed: impl Read, size: usize) -> Result<Vec<u8>, FormatError> {
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
