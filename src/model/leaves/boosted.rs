//! Leaves of boosted trees: each tree adds one number to one output.
//!
//! The numbers are added as the source adds them, beginning with the base score and in the order of its trees, because the
//! last bit decides near-ties between classes.

use super::{blocks::Summand, float::Real, store::SumRule};
use crate::model::ir::ForestIr;

#[derive(Debug)]
pub(in crate::model) struct Boosted<T> {
    values: Vec<T>,
    /// For every tree in the source's order: its place in the kernel's order, and its output.
    order: Vec<(u32, u32)>,
    base: Vec<T>,
    /// What the sums are divided by at the end; 1 in `f32`.
    divisor: T,
}

impl<T: Real + Summand> Boosted<T> {
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
        let mut base: Vec<T> = rule.base.iter().map(|x| T::of(*x)).collect();
        base.resize(forest.width, T::default());
        Self {
            values: forest.leaves.iter().map(|x| T::of(*x)).collect(),
            order,
            base,
            divisor: T::of(rule.divisor),
        }
    }

    /// Adds up into `sums`; `leaf` tells the leaf's number by the tree's place in the kernel's order.
    #[inline]
    pub(super) fn sum(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        if let ([sum], [base]) = (&mut *sums, &*self.base) {
            let mut total = *base;
            for &(place, _) in &self.order {
                total += self.values[leaf(place)];
            }
            *sum = (total / self.divisor).into();
            return;
        }
        sums.iter_mut()
            .zip(&self.base)
            .for_each(|(sum, base)| *sum = (*base).into());
        for &(place, target) in &self.order {
            // One addition of two f32 numbers in f64, then rounded, is the f32 addition itself.
            let sum = &mut sums[target as usize];
            *sum = T::of(*sum + self.values[leaf(place)].into()).into();
        }
        sums.iter_mut()
            .for_each(|sum| *sum = (T::of(*sum) / self.divisor).into());
    }

    /// The sums of a block of rows; `descend` fills in the numbers of the leaves of the tree at a place of the kernel's order.
    pub(super) fn sum_block(
        &self,
        rows: usize,
        mut descend: impl FnMut(usize, &mut Vec<u32>),
        (numbers, partial): (&mut Vec<u32>, &mut Vec<T>),
        sums: &mut Vec<f64>,
    ) {
        let width = self.base.len();
        partial.clear();
        (0..rows).for_each(|_| partial.extend_from_slice(&self.base));
        for &(place, target) in &self.order {
            descend(place as usize, numbers);
            let sums = partial.iter_mut().skip(target as usize).step_by(width);
            sums.zip(&*numbers)
                .for_each(|(sum, number)| *sum += self.values[*number as usize]);
        }
        sums.clear();
        sums.extend(partial.iter().map(|sum| (*sum / self.divisor).into()));
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice()) + size_of_val(self.order.as_slice())
    }
}
