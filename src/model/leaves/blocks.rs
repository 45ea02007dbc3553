//! Adding up the leaves of a block of rows, tree by tree: the sums of all rows grow together, and none waits for another.

/// Buffers of the sums of a block.
#[derive(Debug, Default)]
pub(in crate::model) struct BlockSums {
    /// Where each row ends in the tree at hand.
    pub(super) numbers: Vec<u32>,
    pub(super) single: Vec<f32>,
    pub(super) double: Vec<f64>,
    pub(super) fixed: Vec<u32>,
}

/// What leaves hold.
pub(in crate::model) trait Summand: Copy + Default {
    fn plus(self, other: Self) -> Self;
}

impl Summand for f32 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
}

impl Summand for f64 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
}

/// Fixed-point numbers.
impl Summand for u32 {
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

/// Adds to the sums of every row the leaf of that number, `width` numbers each.
pub(super) fn add_leaves<T: Summand>(width: usize, leaves: &[T], numbers: &[u32], sums: &mut [T]) {
    match width {
        // The common widths are worth code of their own.
        1 => add::<T, 1>(leaves, numbers, sums),
        2 => add::<T, 2>(leaves, numbers, sums),
        3 => add::<T, 3>(leaves, numbers, sums),
        4 => add::<T, 4>(leaves, numbers, sums),
        5 => add::<T, 5>(leaves, numbers, sums),
        _ => {
            for (sums, number) in sums.chunks_exact_mut(width).zip(numbers) {
                plus(sums, &leaves[*number as usize * width..][..width]);
            }
        }
    }
}

fn add<T: Summand, const W: usize>(leaves: &[T], numbers: &[u32], sums: &mut [T]) {
    let (leaves, sums) = (leaves.as_chunks::<W>().0, sums.as_chunks_mut::<W>().0);
    for (sums, number) in sums.iter_mut().zip(numbers) {
        plus(sums, &leaves[*number as usize]);
    }
}

/// Adds one leaf.
#[inline]
pub(super) fn plus<T: Summand>(sums: &mut [T], leaf: &[T]) {
    sums.iter_mut()
        .zip(leaf)
        .for_each(|(sum, x)| *sum = sum.plus(*x));
}
