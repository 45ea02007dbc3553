//! Class distributions that floats add without rounding: as fixed-point numbers they take half the memory and may be added in
//! any order.

use super::{
    blocks::{add_leaves, plus},
    store::{RawLeaves, SumRule},
};
use crate::input::Precision;

/// Fixed-point one. Sums of class distributions do not exceed it.
const ONE: f64 = (1u64 << 31) as f64;

/// Up to one, `f32` holds every multiple of 1 over this.
const F32_ONE: f64 = (1u64 << 24) as f64;

/// Multiples of 2⁻³¹, `width` per leaf.
#[derive(Debug)]
pub(in crate::model) struct Exact {
    width: usize,
    trees: usize,
    values: Vec<u32>,
    /// Set where the last column is left out, because every row sums to it exactly.
    total: Option<u32>,
}

impl Exact {
    /// Whether floats add these leaves without rounding, whatever the order: they are whole parts of a one that `precision` and a
    /// fixed-point number can both tell apart, none is negative, and no way through the forest sums above one.
    ///
    /// linfa's forests as `train` writes them are made so. Of what skl2onnx writes, it is those whose number of trees is a power
    /// of two and whose leaves are certain; a tenth is not, and ten of them are not one.
    pub(super) fn fits(raw: &RawLeaves<'_>, rule: &SumRule<'_>) -> bool {
        let one = match rule.precision {
            Precision::F32 => F32_ONE,
            Precision::F64 => ONE,
        };
        let mut most = 0.0;
        for tree in raw.trees {
            let mut heaviest = 0f64;
            for &number in &tree.leaves {
                if raw
                    .leaf(number)
                    .any(|x| x < 0.0 || (x * one).fract() != 0.0)
                {
                    return false;
                }
                heaviest = heaviest.max(raw.leaf(number).sum());
            }
            most += heaviest;
        }
        most <= 1.0 && rule.divides_by_one()
    }

    /// Stores each distinct vector once; the second list tells, for every leaf of the IR, the number it is stored under.
    pub(super) fn store(raw: &RawLeaves<'_>) -> (Self, Vec<u32>) {
        let total = if raw.width > 1 {
            exact_total(raw)
        } else {
            None
        };
        let width = raw.width - usize::from(total.is_some());
        let (values, numbers) = raw.distinct(width, |x| (x * ONE) as u32);
        let exact = Self {
            width,
            trees: raw.trees.len(),
            values,
            total,
        };
        (exact, numbers)
    }

    /// Adds up the leaves of these numbers.
    #[inline]
    pub(super) fn sum(
        &self,
        numbers: impl Iterator<Item = usize>,
        fixed: &mut Vec<u32>,
        sums: &mut [f64],
    ) {
        fixed.clear();
        fixed.resize(self.width, 0);
        match self.width {
            // The common widths are worth code of their own: the sums stay in registers.
            1 => add::<1>(&self.values, numbers, fixed),
            2 => add::<2>(&self.values, numbers, fixed),
            3 => add::<3>(&self.values, numbers, fixed),
            width => {
                for number in numbers {
                    plus(fixed, &self.values[number * width..][..width]);
                }
            }
        }
        if let Some(total) = self.total {
            fixed.push(total.wrapping_sub(fixed.iter().sum()));
        }
        sums.iter_mut()
            .zip(fixed)
            .for_each(|(sum, x)| *sum = f64::from(*x) / ONE);
    }

    /// The sums of a block of rows; `descend` fills in the numbers of the leaves of the tree at a place of the kernel's order.
    pub(super) fn sum_block(
        &self,
        rows: usize,
        mut descend: impl FnMut(usize, &mut Vec<u32>),
        (numbers, partial): (&mut Vec<u32>, &mut Vec<u32>),
        sums: &mut Vec<f64>,
    ) {
        partial.clear();
        partial.resize(rows * self.width, 0);
        for place in 0..self.trees {
            descend(place, numbers);
            add_leaves(self.width, &self.values, numbers, partial);
        }
        sums.clear();
        for row in partial.chunks_exact(self.width) {
            let last = self.total.map(|total| total.wrapping_sub(row.iter().sum()));
            sums.extend(row.iter().copied().chain(last).map(|x| f64::from(x) / ONE));
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }
}

#[inline]
fn add<const W: usize>(values: &[u32], numbers: impl Iterator<Item = usize>, sums: &mut [u32]) {
    let (leaves, _) = values.as_chunks::<W>();
    let mut total = [0u32; W];
    for number in numbers {
        plus(&mut total, &leaves[number]);
    }
    sums.copy_from_slice(&total);
}

/// The exact fixed-point sum of every row, if there is such a number.
fn exact_total(raw: &RawLeaves<'_>) -> Option<u32> {
    let mut total = 0f64;
    for tree in raw.trees {
        let weight: f64 = raw.leaf(*tree.leaves.first()?).sum();
        for &number in &tree.leaves {
            if raw.leaf(number).sum::<f64>().to_bits() != weight.to_bits() {
                return None;
            }
        }
        total += weight;
    }
    Some((total * ONE) as u32)
}
