//! Leaf vectors as the IR has them, how they are to be added up, and each once.

use super::distinct::{Bits, Distinct};
use crate::input::Precision;

/// How the leaves of a row are added up.
pub(in crate::model) struct SumRule<'a> {
    /// What the sums are divided by at the end.
    pub(in crate::model) divisor: f64,
    /// What the sums of a forest with targets begin with; empty for zeros.
    pub(in crate::model) base: &'a [f64],
    /// What they are taken in.
    pub(in crate::model) precision: Precision,
}

impl SumRule<'_> {
    #[expect(clippy::float_cmp, reason = "a divisor is a whole number")]
    pub(super) fn divides_by_one(&self) -> bool {
        self.divisor == 1.0
    }
}

/// A tree of the kernel's order, as its leaves see it.
pub(in crate::model) struct TreeLeaves {
    /// Its index in the IR.
    pub(in crate::model) tree: usize,
    /// The IR's numbers of its leaves.
    pub(in crate::model) leaves: Vec<u32>,
}

pub(super) struct RawLeaves<'a> {
    /// Numbers per leaf.
    pub(super) width: usize,
    /// Leaf after leaf.
    pub(super) values: &'a [f64],
    /// The leaves that can be reached, by tree in the kernel's order.
    pub(super) trees: &'a [TreeLeaves],
}

impl RawLeaves<'_> {
    pub(super) fn leaf(&self, number: u32) -> impl Iterator<Item = f64> + Clone {
        let at = number as usize * self.width;
        self.values[at..at + self.width].iter().copied()
    }

    /// Each distinct vector once, cut to `width` numbers; the second list tells, for every leaf, which of them it is, and `u32::MAX`
    /// for one that no tree reaches.
    pub(super) fn distinct<T: Bits>(
        &self,
        width: usize,
        convert: impl Fn(f64) -> T,
    ) -> (Vec<T>, Vec<u32>) {
        let mut numbers = vec![u32::MAX; self.values.len() / self.width];
        let leaves: usize = self.trees.iter().map(|tree| tree.leaves.len()).sum();
        // Most leaves of a forest hold what others hold.
        let mut distinct = Distinct::new(width, leaves.min(numbers.len()) / 4);
        for &leaf in self.trees.iter().flat_map(|tree| &tree.leaves) {
            let number = &mut numbers[leaf as usize];
            // Trees may share a leaf of the IR.
            if *number == u32::MAX {
                *number = distinct.number(self.leaf(leaf).take(width).map(&convert));
            }
        }
        (distinct.into_values(), numbers)
    }
}
