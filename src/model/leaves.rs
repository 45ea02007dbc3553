//! Leaf vectors: apart from the nodes, each distinct one stored once, and added up exactly.
//!
//! Class distributions are fixed-point numbers: integer sums are exact in any order, so one row and a batch agree bit for bit and
//! equal votes tie. Everything else (several targets of a regressor, the means of scikit-learn's classifiers) is added in `f64` in the
//! order of the source's trees.

use super::{build::Sums, forest::Trees, node::Node};
use std::collections::HashMap;

/// Fixed-point one. Sums of class distributions stay near it, well inside a `u32`.
const ONE: f64 = (1u64 << 31) as f64;

#[derive(Debug)]
pub(super) enum LeafVectors {
    /// Multiples of 2⁻³¹. `total` is set where the last column is left out, because every row sums to it exactly.
    Fixed {
        width: usize,
        values: Vec<u32>,
        total: Option<u32>,
    },
    Float(FloatVectors),
}

#[derive(Debug)]
pub(super) struct FloatVectors {
    width: usize,
    values: Vec<f64>,
    /// For every tree in the source's order, its place in the kernel's order.
    order: Vec<u32>,
    /// What the sums are divided by at the end.
    divisor: f64,
}

impl LeafVectors {
    /// Adds up the leaves that `at` points to into `sums`, which holds one number per output and is overwritten.
    pub(super) fn sum<N: Node>(
        &self,
        trees: &Trees<N>,
        at: &[u32],
        fixed: &mut Vec<u32>,
        sums: &mut [f64],
    ) {
        let numbers = trees.leaves(at);
        let leaf = |place: u32| trees.leaf(at[place as usize]);
        match self {
            Self::Float(vectors) => match vectors.width {
                1 => vectors.add::<1>(leaf, sums),
                2 => vectors.add::<2>(leaf, sums),
                3 => vectors.add::<3>(leaf, sums),
                _ => vectors.add_any(leaf, sums),
            },
            Self::Fixed {
                width,
                values,
                total,
            } => {
                fixed.clear();
                fixed.resize(*width, 0);
                match *width {
                    // The common widths are worth code of their own: the sums stay in registers.
                    1 => add::<1>(values, numbers, fixed),
                    2 => add::<2>(values, numbers, fixed),
                    3 => add::<3>(values, numbers, fixed),
                    width => {
                        for number in numbers {
                            let leaf = &values[number * width..][..width];
                            fixed
                                .iter_mut()
                                .zip(leaf)
                                .for_each(|(sum, x)| *sum = sum.wrapping_add(*x));
                        }
                    }
                }
                if let Some(total) = total {
                    fixed.push(total.wrapping_sub(fixed.iter().sum()));
                }
                sums.iter_mut()
                    .zip(fixed)
                    .for_each(|(sum, x)| *sum = f64::from(*x) / ONE);
            }
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Fixed { values, .. } => size_of_val(values.as_slice()),
            Self::Float(vectors) => size_of_val(vectors.values.as_slice()),
        }
    }
}

impl FloatVectors {
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

fn add<const W: usize>(values: &[u32], numbers: impl Iterator<Item = usize>, sums: &mut [u32]) {
    let (leaves, _) = values.as_chunks::<W>();
    let mut total = [0u32; W];
    for number in numbers {
        let leaf = leaves[number];
        for (sum, x) in total.iter_mut().zip(leaf) {
            *sum = sum.wrapping_add(x);
        }
    }
    sums.copy_from_slice(&total);
}

/// Leaf vectors as the source has them, before they are deduplicated.
pub(super) struct RawLeaves<'a> {
    pub(super) width: usize,
    pub(super) values: &'a [f64],
    /// For each tree, the source numbers of the leaves that can be reached in it.
    pub(super) trees: &'a [Vec<u32>],
}

impl RawLeaves<'_> {
    fn leaf(&self, number: u32) -> impl Iterator<Item = f64> + Clone {
        let at = number as usize * self.width;
        self.values[at..at + self.width].iter().copied()
    }

    fn all(&self) -> impl Iterator<Item = u32> {
        self.trees.iter().flatten().copied()
    }

    /// Fixed point holds shares of a whole: no negative value, and no way through the forest that sums above one.
    fn are_shares(&self) -> bool {
        let mut most = 0.0;
        for tree in self.trees {
            let mut heaviest = 0f64;
            for &number in tree {
                if self.leaf(number).any(|x| x < 0.0) {
                    return false;
                }
                heaviest = heaviest.max(self.leaf(number).sum());
            }
            most += heaviest;
        }
        most < 1.001
    }

    /// The exact fixed-point sum of every row, if there is such a number.
    fn exact_total(&self) -> Option<u32> {
        let mut total = 0f64;
        for tree in self.trees {
            let weight: f64 = self.leaf(*tree.first()?).sum();
            for &number in tree {
                let whole = self.leaf(number).all(|x| (x * ONE).fract() == 0.0);
                if !whole || self.leaf(number).sum::<f64>().to_bits() != weight.to_bits() {
                    return None;
                }
            }
            total += weight;
        }
        Some((total * ONE) as u32)
    }

    /// Stores each distinct vector once. The second list tells, for every source leaf in use, the number it is stored under.
    ///
    /// `sums` says whether the vectors are class distributions, to be added in fixed point if they really are, and what to
    /// divide by; `order` holds the place of every tree of the source in the kernel's order.
    pub(super) fn store(&self, sums: &Sums<'_>, order: Vec<u32>) -> (LeafVectors, Vec<u32>) {
        if !sums.shares || !self.are_shares() {
            let (values, numbers) = self.distinct(self.width, f64::to_bits, |x| x);
            let vectors = FloatVectors {
                width: self.width,
                values,
                order,
                divisor: sums.divisor,
            };
            return (LeafVectors::Float(vectors), numbers);
        }
        let total = if self.width > 1 {
            self.exact_total()
        } else {
            None
        };
        let width = self.width - usize::from(total.is_some());
        let (values, numbers) = self.distinct(width, |x| x, |x| (x * ONE).round() as u32);
        (
            LeafVectors::Fixed {
                width,
                values,
                total,
            },
            numbers,
        )
    }

    fn distinct<T: Copy, K: std::hash::Hash + Eq>(
        &self,
        width: usize,
        identity: impl Fn(T) -> K,
        convert: impl Fn(f64) -> T,
    ) -> (Vec<T>, Vec<u32>) {
        let mut values = Vec::new();
        let mut seen: HashMap<Vec<K>, u32> = HashMap::new();
        let mut numbers = vec![u32::MAX; self.values.len() / self.width];
        for source in self.all() {
            let next = seen.len() as u32;
            let key = self
                .leaf(source)
                .take(width)
                .map(|x| identity(convert(x)))
                .collect();
            numbers[source as usize] = *seen.entry(key).or_insert_with(|| {
                values.extend(self.leaf(source).take(width).map(&convert));
                next
            });
        }
        (values, numbers)
    }
}
