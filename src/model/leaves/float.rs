//! Leaf vectors that are added as floats of the source's precision, in the order of its trees.
//!
//! The last bit decides near-ties between classes, so it must be the source's: onnxruntime adds in the precision of the
//! model, scikit-learn's forests in `f64`.

use std::ops::{AddAssign, Div};

use super::{
    blocks::{Summand, add_leaves},
    distinct::Bits,
    store::RawLeaves,
};

/// The precision of the sums: `f32` or `f64`.
pub(in crate::model) trait Real:
    Bits + Default + AddAssign + Div<Output = Self> + Into<f64>
{
    /// The nearest number of this precision.
    fn of(number: f64) -> Self;
}

impl Real for f32 {
    fn of(number: f64) -> Self {
        number as f32
    }
}

impl Real for f64 {
    fn of(number: f64) -> Self {
        number
    }
}

#[derive(Debug)]
pub(in crate::model) struct Float<T> {
    width: usize,
    values: Vec<T>,
    /// For every tree in the source's order, its place in the kernel's order.
    order: Vec<u32>,
    /// What the sums are divided by at the end.
    divisor: T,
}

impl<T: Real + Summand> Float<T> {
    /// Stores each distinct vector once; the second list tells, for every leaf of the IR, the number it is stored under.
    pub(super) fn store(raw: &RawLeaves<'_>, divisor: f64) -> (Self, Vec<u32>) {
        let (values, numbers) = raw.distinct(raw.width, T::of);
        let mut order = vec![0; raw.trees.len()];
        for (place, tree) in raw.trees.iter().enumerate() {
            order[tree.tree] = place as u32;
        }
        let float = Self {
            width: raw.width,
            values,
            order,
            divisor: T::of(divisor),
        };
        (float, numbers)
    }

    /// Adds up into `sums`; `leaf` tells the leaf's number by the tree's place in the kernel's order.
    #[inline]
    pub(super) fn sum(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        match self.width {
            1 => self.add::<1>(leaf, sums),
            2 => self.add::<2>(leaf, sums),
            3 => self.add::<3>(leaf, sums),
            _ => self.add_any(leaf, sums),
        }
    }

    /// The sums of a block of rows; `descend` fills in the numbers of the leaves of the tree at a place of the kernel's order.
    pub(super) fn sum_block(
        &self,
        rows: usize,
        mut descend: impl FnMut(usize, &mut Vec<u32>),
        (numbers, partial): (&mut Vec<u32>, &mut Vec<T>),
        sums: &mut Vec<f64>,
    ) {
        partial.clear();
        partial.resize(rows * self.width, T::default());
        for place in &self.order {
            descend(*place as usize, numbers);
            add_leaves(self.width, &self.values, numbers, partial);
        }
        sums.clear();
        sums.extend(partial.iter().map(|sum| (*sum / self.divisor).into()));
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    fn add<const W: usize>(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        let (leaves, _) = self.values.as_chunks::<W>();
        let mut total = [T::default(); W];
        for place in &self.order {
            for (sum, x) in total.iter_mut().zip(leaves[leaf(*place)]) {
                *sum += x;
            }
        }
        for (sum, total) in sums.iter_mut().zip(total) {
            *sum = (total / self.divisor).into();
        }
    }

    fn add_any(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        sums.fill(0.0);
        for place in &self.order {
            let leaf = &self.values[leaf(*place) * self.width..][..self.width];
            // One addition of two f32 numbers in f64, then rounded, is the f32 addition itself.
            sums.iter_mut()
                .zip(leaf)
                .for_each(|(sum, x)| *sum = T::of(*sum + (*x).into()).into());
        }
        let divide = |sum: &mut f64| *sum = (T::of(*sum) / self.divisor).into();
        sums.iter_mut().for_each(divide);
    }
}
