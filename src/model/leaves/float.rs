//! Leaf vectors that are added as floats: several targets of a regressor, the means of scikit-learn's classifiers.
//!
//! The sums are taken in `f64` in the order of the source's trees.

use super::store::RawLeaves;

#[derive(Debug)]
pub(in crate::model) struct Float {
    width: usize,
    values: Vec<f64>,
    /// For every tree in the source's order, its place in the kernel's order.
    order: Vec<u32>,
    /// What the sums are divided by at the end.
    divisor: f64,
}

impl Float {
    /// Stores each distinct vector once; the second list tells, for every leaf of the IR, the number it is stored under.
    pub(super) fn store(raw: &RawLeaves<'_>, divisor: f64) -> (Self, Vec<u32>) {
        let (values, numbers) = raw.distinct(raw.width, f64::to_bits, |x| x);
        let mut order = vec![0; raw.trees.len()];
        for (place, tree) in raw.trees.iter().enumerate() {
            order[tree.tree] = place as u32;
        }
        let float = Self {
            width: raw.width,
            values,
            order,
            divisor,
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

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    fn add<const W: usize>(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        let (leaves, _) = self.values.as_chunks::<W>();
        let mut total = [0f64; W];
        for place in &self.order {
            for (sum, x) in total.iter_mut().zip(leaves[leaf(*place)]) {
                *sum += x;
            }
        }
        for (sum, total) in sums.iter_mut().zip(total) {
            *sum = total / self.divisor;
        }
    }

    fn add_any(&self, leaf: impl Fn(u32) -> usize, sums: &mut [f64]) {
        sums.fill(0.0);
        for place in &self.order {
            let leaf = &self.values[leaf(*place) * self.width..][..self.width];
            sums.iter_mut().zip(leaf).for_each(|(sum, x)| *sum += x);
        }
        sums.iter_mut().for_each(|sum| *sum /= self.divisor);
    }
}
