//! The leaves of a forest, apart from its nodes: what they hold, and how those of one row are added up.
//!
//! Knows leaves by their numbers, and nothing of trees. One row and a batch are added in the same order, so they agree bit for bit.

mod blocks;
mod boosted;
mod distinct;
mod exact;
mod float;
mod store;

use super::ir::ForestIr;
use crate::input::Precision;
pub(super) use blocks::BlockSums;
use boosted::Boosted;
pub(crate) use distinct::Distinct;
use exact::Exact;
use float::Float;
use store::RawLeaves;
pub(super) use store::{SumRule, TreeLeaves};

#[derive(Debug)]
pub(super) enum Leaves {
    Exact(Exact),
    Single(Float<f32>),
    Double(Float<f64>),
    BoostedSingle(Boosted<f32>),
    BoostedDouble(Boosted<f64>),
}

impl Leaves {
    /// The leaves as they are added, and the number that each leaf of the IR has there; `u32::MAX` for one that no tree reaches.
    ///
    /// `trees` are in the kernel's order.
    pub(super) fn store(
        forest: &ForestIr,
        trees: &[TreeLeaves],
        rule: &SumRule<'_>,
    ) -> (Self, Vec<u32>) {
        if !forest.targets.is_empty() {
            let numbers = (0..forest.leaves.len() as u32).collect();
            let places = trees.iter().map(|tree| tree.tree);
            let leaves = match rule.precision {
                Precision::F32 => Self::BoostedSingle(Boosted::new(forest, places, rule)),
                Precision::F64 => Self::BoostedDouble(Boosted::new(forest, places, rule)),
            };
            return (leaves, numbers);
        }
        let raw = RawLeaves {
            width: forest.width,
            values: &forest.leaves,
            trees,
        };
        if Exact::fits(&raw, rule) {
            let (exact, numbers) = Exact::store(&raw);
            return (Self::Exact(exact), numbers);
        }
        match rule.precision {
            Precision::F32 => {
                let (float, numbers) = Float::store(&raw, rule.divisor);
                (Self::Single(float), numbers)
            }
            Precision::F64 => {
                let (float, numbers) = Float::store(&raw, rule.divisor);
                (Self::Double(float), numbers)
            }
        }
    }

    /// Adds up the leaves of one row into `sums`, which holds one number per output and is overwritten.
    ///
    /// `at` says where each tree of the kernel's order has ended, `leaf` which leaf that is. `fixed` is a buffer.
    #[inline]
    pub(super) fn sum(
        &self,
        at: &[u32],
        leaf: impl Fn(u32) -> usize,
        fixed: &mut Vec<u32>,
        sums: &mut [f64],
    ) {
        match self {
            Self::Exact(leaves) => leaves.sum(at.iter().map(|at| leaf(*at)), fixed, sums),
            Self::Single(leaves) => leaves.sum(|place| leaf(at[place as usize]), sums),
            Self::Double(leaves) => leaves.sum(|place| leaf(at[place as usize]), sums),
            Self::BoostedSingle(leaves) => leaves.sum(|place| leaf(at[place as usize]), sums),
            Self::BoostedDouble(leaves) => leaves.sum(|place| leaf(at[place as usize]), sums),
        }
    }

    /// The same for a block of rows: `sums` ends up holding the outputs of one row behind those of another.
    ///
    /// `descend` fills in the numbers of the leaves that all rows reach in one tree, by its place in the kernel's order.
    pub(super) fn sum_block(
        &self,
        rows: usize,
        descend: impl FnMut(usize, &mut Vec<u32>),
        buffers: &mut BlockSums,
        sums: &mut Vec<f64>,
    ) {
        let BlockSums {
            numbers,
            single,
            double,
            fixed,
        } = buffers;
        match self {
            Self::Exact(leaves) => leaves.sum_block(rows, descend, (numbers, fixed), sums),
            Self::Single(leaves) => leaves.sum_block(rows, descend, (numbers, single), sums),
            Self::Double(leaves) => leaves.sum_block(rows, descend, (numbers, double), sums),
            Self::BoostedSingle(leaves) => leaves.sum_block(rows, descend, (numbers, single), sums),
            Self::BoostedDouble(leaves) => leaves.sum_block(rows, descend, (numbers, double), sums),
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Exact(leaves) => leaves.bytes(),
            Self::Single(leaves) => leaves.bytes(),
            Self::Double(leaves) => leaves.bytes(),
            Self::BoostedSingle(leaves) => leaves.bytes(),
            Self::BoostedDouble(leaves) => leaves.bytes(),
        }
    }
}
