//! Sums in numpy's order.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

/// The sum as numpy takes it along a short row: eight partial sums from eight numbers on.
///
/// Source: pairwise summation in `numpy/_core/src/umath/loops_utils.h.src`.
pub(crate) fn pairwise_sum<T>(numbers: &[T]) -> T
where
    T: Copy + Add<Output = T> + AddAssign + for<'n> Sum<&'n T>,
{
    let (blocks, rest) = numbers.as_chunks::<8>();
    let Some((first, blocks)) = blocks.split_first() else {
        return numbers.iter().sum();
    };
    if numbers.len() > 128 {
        // Halves, at a multiple of eight.
        let half = numbers.len() / 2;
        let (a, b) = numbers.split_at(half - half % 8);
        return pairwise_sum(a) + pairwise_sum(b);
    }
    let mut r = *first;
    for block in blocks {
        r.iter_mut().zip(block).for_each(|(r, x)| *r += *x);
    }
    let total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    rest.iter().fold(total, |total, x| total + *x)
}
