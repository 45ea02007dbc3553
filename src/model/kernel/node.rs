//! The two node layouts and the order-preserving keys they compare.
//!
//! A threshold is stored as an unsigned key whose integer order is the numeric order of the float it came from, so that a step
//! is one compare and one add: `at += offset + (x > threshold)`. Both zeros share one key. NaN is key 0, below every number.
//!
//! A leaf is a node that loops to itself: offset 0 and a threshold above every key, in the range that NaNs would have; its
//! distance from the start of that range is the leaf's number.

use super::categories::SetPlace;

/// A node of a compiled forest, and the keys it compares.
pub(in crate::model) trait Node: Copy + Default {
    /// An order-preserving unsigned image of a float.
    type Key: Copy + Default + Ord + std::fmt::Debug;
    /// How a node lies in memory. The default is zeros: a long array of them takes memory only where something is written.
    type Word: Copy + Default + std::fmt::Debug;
    /// How many leaves can be told apart.
    const MAX_LEAVES: u64;
    /// How many features can be addressed.
    const MAX_FEATURES: usize;
    /// How far a child may lie behind its parent.
    const MAX_OFFSET: u32;

    /// A split: feature values up to and including `key` go to the node at `offset`, larger ones to the one behind it.
    fn split(key: Self::Key, feature: u32, offset: u32, missing_right: bool) -> Self;
    fn leaf(number: u64) -> Self;
    /// A split by a set of categories: its members go to the node behind the one at `offset`. `None` if the layout has no such node.
    fn categories(set: SetPlace, feature: u32, offset: u32, missing_right: bool) -> Option<Self>;
    fn pack(self) -> Self::Word;
    fn unpack(word: Self::Word) -> Self;
    /// The same node seen from `shift` places further on.
    fn moved(self, shift: u32) -> Self;
    /// The feature, within a mask below [`Node::MAX_FEATURES`]: one operation for the bounds and the neighbouring bits.
    fn feature(self, mask: usize) -> usize;
    /// How far the children lie behind, in whatever form; 0 for a leaf.
    fn offset(self) -> u32;
    /// The number of the leaf; meaningless for a split.
    fn leaf_number(self) -> usize;
    /// The key that a split compares with.
    fn threshold(self) -> Self::Key;
    /// Where a split by a number sends NaN.
    fn missing_right(self) -> bool;
    /// How far to go for a feature value.
    fn step(self, x: Self::Key) -> u32;
    /// The same where `x` may be the key of NaN, which goes the way the source gave it.
    fn step_missing(self, x: Self::Key) -> u32;
    /// The same where the node may be a split by categories, whose sets are `bits`.
    fn step_categories(self, x: Self::Key, bits: &[u32]) -> u32;
    /// Key of a number; 0 for NaN.
    fn key(x: f64) -> Self::Key;
    /// The largest key below `key`.
    fn key_below(key: Self::Key) -> Self::Key;
}

/// Key, 12 bits of feature, the missing direction and 16 bits of offset in 8 bytes. For `f32` forests.
///
/// The offset is at the top, where one shift finds it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct Small(u64);

const SMALL_LEAF: u32 = 0xFF80_0001;
const SMALL_FEATURE: u32 = 32;
const SMALL_MISSING: u32 = 44;
const SMALL_OFFSET: u32 = 48;

impl Node for Small {
    type Key = u32;
    type Word = u64;
    const MAX_LEAVES: u64 = (u32::MAX - SMALL_LEAF) as u64 + 1;
    const MAX_FEATURES: usize = 1 << 12;
    const MAX_OFFSET: u32 = u16::MAX as u32;

    fn split(key: u32, feature: u32, offset: u32, missing_right: bool) -> Self {
        Self(
            u64::from(key)
                | u64::from(offset) << SMALL_OFFSET
                | u64::from(feature) << SMALL_FEATURE
                | u64::from(missing_right) << SMALL_MISSING,
        )
    }

    fn leaf(number: u64) -> Self {
        Self(u64::from(SMALL_LEAF) + number)
    }

    fn categories(_: SetPlace, _: u32, _: u32, _: bool) -> Option<Self> {
        None
    }

    #[inline]
    fn pack(self) -> u64 {
        self.0
    }

    #[inline]
    fn unpack(word: u64) -> Self {
        Self(word)
    }

    fn moved(self, shift: u32) -> Self {
        if self.0 as u32 >= SMALL_LEAF {
            return self;
        }
        Self(self.0 - (u64::from(shift) << SMALL_OFFSET))
    }

    #[inline]
    fn feature(self, mask: usize) -> usize {
        (self.0 >> SMALL_FEATURE) as usize & mask
    }

    #[inline]
    fn offset(self) -> u32 {
        (self.0 >> SMALL_OFFSET) as u32
    }

    #[inline]
    fn leaf_number(self) -> usize {
        (self.0 as u32).wrapping_sub(SMALL_LEAF) as usize
    }

    fn threshold(self) -> u32 {
        self.0 as u32
    }

    fn missing_right(self) -> bool {
        self.0 >> SMALL_MISSING & 1 == 1
    }

    #[inline]
    fn step(self, x: u32) -> u32 {
        self.offset() + u32::from(x > self.0 as u32)
    }

    #[inline]
    fn step_missing(self, x: u32) -> u32 {
        // Shifting both sides by one wraps NaN's 0 to the top and leaves every other order as it was.
        let shift = (self.0 >> SMALL_MISSING) as u32 & 1;
        self.offset() + u32::from(x.wrapping_sub(shift) > (self.0 as u32).wrapping_sub(shift))
    }

    #[inline]
    fn step_categories(self, x: u32, _: &[u32]) -> u32 {
        self.step_missing(x)
    }

    #[inline]
    fn key(x: f64) -> u32 {
        let x = x as f32;
        let bits = (x + 0.0).to_bits();
        let key = bits ^ ((bits.cast_signed() >> 31).cast_unsigned() | 1 << 31);
        if x.is_nan() { 0 } else { key }
    }

    fn key_below(key: u32) -> u32 {
        key - 1
    }
}

/// The same in 16 bytes with `f64` keys: for `f64` forests, long trees and many features.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct Wide {
    key: u64,
    /// The top bit is the missing direction.
    feature: u32,
    /// The top bit marks a split by categories, whose `key` is a [`SetPlace`].
    offset: u32,
}

const WIDE_LEAF: u64 = 0xFFF0_0000_0000_0001;
const WIDE_MISSING: u32 = 31;
const WIDE_CATEGORIES: u32 = 1 << 31;

impl Node for Wide {
    type Key = u64;
    type Word = [u64; 2];
    const MAX_LEAVES: u64 = u32::MAX as u64;
    const MAX_FEATURES: usize = 1 << WIDE_MISSING;
    const MAX_OFFSET: u32 = u32::MAX >> 1;

    fn split(key: u64, feature: u32, offset: u32, missing_right: bool) -> Self {
        let feature = feature | u32::from(missing_right) << WIDE_MISSING;
        Self {
            key,
            feature,
            offset,
        }
    }

    fn leaf(number: u64) -> Self {
        Self {
            key: WIDE_LEAF + number,
            feature: 0,
            offset: 0,
        }
    }

    fn categories(set: SetPlace, feature: u32, offset: u32, missing_right: bool) -> Option<Self> {
        let node = Self::split(set.pack(), feature, offset, missing_right);
        Some(Self {
            offset: node.offset | WIDE_CATEGORIES,
            ..node
        })
    }

    #[inline]
    fn pack(self) -> [u64; 2] {
        [
            self.key,
            u64::from(self.feature) | u64::from(self.offset) << 32,
        ]
    }

    #[inline]
    fn unpack([key, rest]: [u64; 2]) -> Self {
        Self {
            key,
            feature: rest as u32,
            offset: (rest >> 32) as u32,
        }
    }

    fn moved(self, shift: u32) -> Self {
        if self.key >= WIDE_LEAF {
            return self;
        }
        Self {
            offset: self.offset - shift,
            ..self
        }
    }

    #[inline]
    fn feature(self, mask: usize) -> usize {
        self.feature as usize & mask
    }

    #[inline]
    fn offset(self) -> u32 {
        self.offset
    }

    #[inline]
    fn leaf_number(self) -> usize {
        self.key.wrapping_sub(WIDE_LEAF) as usize
    }

    fn threshold(self) -> u64 {
        self.key
    }

    fn missing_right(self) -> bool {
        self.feature >> WIDE_MISSING == 1
    }

    #[inline]
    fn step(self, x: u64) -> u32 {
        self.offset + u32::from(x > self.key)
    }

    #[inline]
    fn step_missing(self, x: u64) -> u32 {
        let shift = u64::from(self.feature >> WIDE_MISSING);
        self.offset + u32::from(x.wrapping_sub(shift) > self.key.wrapping_sub(shift))
    }

    #[inline]
    fn step_categories(self, x: u64, bits: &[u32]) -> u32 {
        if self.offset & WIDE_CATEGORIES == 0 {
            return self.step_missing(x);
        }
        let right = if x == 0 {
            self.feature >> WIDE_MISSING
        } else {
            SetPlace::unpack(self.key).bit(number(x), bits)
        };
        (self.offset & Self::MAX_OFFSET) + right
    }

    #[inline]
    fn key(x: f64) -> u64 {
        let bits = (x + 0.0).to_bits();
        let key = bits ^ ((bits.cast_signed() >> 63).cast_unsigned() | 1 << 63);
        if x.is_nan() { 0 } else { key }
    }

    fn key_below(key: u64) -> u64 {
        key - 1
    }
}

/// The number of a [`Wide`] key.
#[inline]
fn number(key: u64) -> f64 {
    let positive = key >> 63 == 1;
    f64::from_bits(if positive { key ^ 1 << 63 } else { !key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_order_like_the_numbers_they_stand_for(a: f32, b: f32) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(Small::key(a.into()).cmp(&Small::key(b.into())), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(Wide::key(a.into()).cmp(&Wide::key(b.into())), a.partial_cmp(&b).unwrap());
        }

        #[test]
        fn a_number_comes_back_from_its_key(a: f64) {
            prop_assume!(!a.is_nan());
            prop_assert_eq!(number(Wide::key(a)).to_bits(), (a + 0.0).to_bits());
        }
    }

    #[test]
    fn both_zeros_are_one_key_and_no_number_reaches_a_leaf() {
        assert_eq!(Small::key(-0.0), Small::key(0.0));
        assert_eq!(Wide::key(-0.0), Wide::key(0.0));
        assert!(Small::key(f64::INFINITY) < SMALL_LEAF);
        assert!(Wide::key(f64::INFINITY) < WIDE_LEAF);
        assert!(Small::key(f64::NEG_INFINITY) > 1 && Small::key(f64::NAN) == 0);
    }

    #[test]
    fn a_leaf_keeps_every_value_where_it_is() {
        for x in [f64::NAN, f64::NEG_INFINITY, 0.0, f64::INFINITY] {
            assert_eq!(Small::leaf(7).step(Small::key(x)), 0);
            assert_eq!(Small::leaf(7).step_missing(Small::key(x)), 0);
            assert_eq!(Wide::leaf(7).step(Wide::key(x)), 0);
        }
        assert_eq!(Small::leaf(7).leaf_number(), 7);
        assert_eq!(Wide::leaf(7).leaf_number(), 7);
    }
}
