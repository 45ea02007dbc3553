//! Sets of categories as bits, one behind the other, each with room for the numbers that are no category.

use crate::model::ir::CategorySet;

/// Where a set lies among the words of all sets.
///
/// Its bits are: numbers up to -1, numbers between -1 and 0, the categories from 0 on, everything beyond them.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct SetPlace {
    /// The first word.
    pub(in crate::model) start: u32,
    /// The number of the last bit.
    pub(in crate::model) last: u32,
    /// Whether fractions are no categories.
    pub(in crate::model) whole: bool,
    /// Whether categories are cut down to a byte.
    pub(in crate::model) low_byte: bool,
}

const WHOLE: u32 = 1 << 30;
const LOW_BYTE: u32 = 1 << 29;

impl SetPlace {
    /// As a key of a node.
    pub(in crate::model) fn pack(self) -> u64 {
        let whole = if self.whole { WHOLE } else { 0 };
        let low_byte = if self.low_byte { LOW_BYTE } else { 0 };
        let last = self.last | whole | low_byte;
        u64::from(last) << 32 | u64::from(self.start)
    }

    #[inline]
    pub(in crate::model) fn unpack(key: u64) -> Self {
        let last = (key >> 32) as u32;
        Self {
            start: key as u32,
            last: last & !(WHOLE | LOW_BYTE),
            whole: last & WHOLE != 0,
            low_byte: last & LOW_BYTE != 0,
        }
    }

    /// 1 where `x`, which is a number, is in the set.
    #[inline]
    pub(in crate::model) fn bit(self, x: f64, bits: &[u32]) -> u32 {
        let at = if self.whole && x.fract() != 0.0 {
            self.last
        } else if x >= 0.0 {
            // Saturates: no set is as long.
            let category = match x as u32 {
                category if !self.low_byte => category,
                category if category > i32::MAX as u32 => 0,
                category => category & 0xff,
            };
            category.saturating_add(2)
        } else {
            u32::from(x > -1.0)
        };
        let at = at.min(self.last);
        bits[(self.start + at / 32) as usize] >> (at % 32) & 1
    }
}

/// Lays all sets out; `None` when they are too many to be numbered.
pub(in crate::model) fn lay_out(sets: &[CategorySet]) -> Option<(Vec<u32>, Vec<SetPlace>)> {
    let mut bits = Vec::with_capacity(sets.iter().map(|set| set.words.len() + 1).sum());
    let mut places = Vec::with_capacity(sets.len());
    for set in sets {
        let last = u32::try_from(set.words.len())
            .ok()?
            .checked_mul(32)?
            .checked_add(2)?;
        // The top of a leaf's key must stay out of reach.
        if last >= LOW_BYTE {
            return None;
        }
        places.push(SetPlace {
            start: u32::try_from(bits.len()).ok()?,
            last,
            whole: set.whole,
            low_byte: set.low_byte,
        });
        let mut carry = u32::from(set.negative_yes) | u32::from(set.fraction_yes) << 1;
        for word in &set.words {
            bits.push(word << 2 | carry);
            carry = word >> 30;
        }
        bits.push(carry | u32::from(set.beyond_yes) << 2);
    }
    u32::try_from(bits.len()).ok()?;
    Some((bits, places))
}
