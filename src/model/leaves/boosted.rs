//! Leaves of boosted trees: each tree adds one number to one output.
//!
//! The numbers are added as the source adds them, beginning with the base score and in the order of its trees, because the
//! last bit decides near-ties between classes.

use super::store::SumRule;
use crate::{input::Precision, model::ir::ForestIr};

#[derive(Debug)]
pub(in crate::model) struct Boosted {
    values: Vec<f64>,
    /// For every tree in the source's order: its place in the kernel's order, and its output.
    order: Vec<(u32, u32)>,
    base: Vec<f64>,
    /// What the sums are divided by at the end; 1 in `f32`.
    divisor: f64,
    precision: Precision,
}

impl Boosted {
    /// `places` holds, for every tree of the kernel's order, its index in the IR.
    pub(super) fn new(
        forest: &ForestIr,
        places: impl Iterator<Item = usize>,
        rule: &SumRule<'_>,
    ) -> Self {
        let mut order: Vec<_> = forest.targets.iter().map(|target| (0, *target)).collect();
        for (place, tree) in places.enumerate() {
            order[tree].0 = place as u32;
        }
        let mut base = rule.base.to_vec();
        base.resize(forest.width, 0.0);
        Self {
            values: forest.leaves.clone(),
            order,
            base,
            divisor: rule.divisor,
            precision: rule.precision,
        }
    }

    /// Adds up into `sums`; `leaf` tells the leaf's number by the tree's place in the kernel's order.
    #[inline]
    pub(super) fn sum(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        sums.copy_from_slice(&self.base);
        match (self.precision, sums) {
            (Precision::F64, sums) => {
                for &(place, target) in &self.order {
                    sums[target as usize] += self.values[leaf(place)];
                }
                sums.iter_mut().for_each(|sum| *sum /= self.divisor);
            }
            // One addition of two f32 numbers in f64, then rounded, is the f32 addition itself.
            (Precision::F32, [sum]) => {
                let mut total = *sum as f32;
                for &(place, _) in &self.order {
                    total += self.values[leaf(place)] as f32;
                }
                *sum = total.into();
            }
            (Precision::F32, sums) => {
                for &(place, target) in &self.order {
                    let sum = &mut sums[target as usize];
                    *sum = f64::from((*sum + self.values[leaf(place)]) as f32);
                }
            }
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice()) + size_of_val(self.order.as_slice())
    }
}
