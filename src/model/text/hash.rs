//! The hash that tells the place of a term.

/// `MurmurHash3` for 32 bits, with the seed 0.
///
/// Source: Austin Appleby's `MurmurHash3_x86_32`, as scikit-learn's `murmurhash3_bytes_s32` calls it.
pub(in crate::model) fn murmur3(bytes: &[u8]) -> i32 {
    const A: u32 = 0xcc9e_2d51;
    const B: u32 = 0x1b87_3593;
    let mix = |block: u32| block.wrapping_mul(A).rotate_left(15).wrapping_mul(B);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = blocks.iter().fold(0u32, |hash, block| {
        let hash = (hash ^ mix(u32::from_le_bytes(*block))).rotate_left(13);
        hash.wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    let last = tail.iter().rev();
    hash ^= mix(last.fold(0, |block, byte| (block << 8) | u32::from(*byte)));
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    (hash ^ (hash >> 16)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_the_hashes_of_the_library() {
        // sklearn.utils.murmurhash3_32(term, seed=0)
        let known = [
            ("", 0),
            ("a", 1_009_084_850),
            ("ab", -1_681_926_305),
            ("foo", -156_908_512),
            ("Zürich", 694_770_001),
        ];
        for (term, hash) in known {
            assert_eq!(murmur3(term.as_bytes()), hash, "{term}");
        }
    }
}
