//! Leaf vectors: apart from the nodes, each distinct one stored once, and added up exactly.
//!
//! Class distributions are fixed-point numbers: integer sums are exact in any order, so one row and a batch agree bit for bit and
//! equal votes tie. Everything else (margins of boosted trees, regression targets) is added in `f64` in the forest's tree order.

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
    Float {
        width: usize,
        values: Vec<f64>,
    },
}

impl LeafVectors {
    /// Adds up the leaves `numbers` into `sums`, which holds one number per output and is overwritten.
    pub(super) fn sum(
        &self,
        numbers: impl Iterator<Item = usize>,
        fixed: &mut Vec<u32>,
        sums: &mut [f64],
    ) {
        match self {
            Self::Float { width, values } => {
                sums.fill(0.0);
                for number in numbers {
                    let leaf = &values[number * width..][..*width];
                    sums.iter_mut().zip(leaf).for_each(|(sum, x)| *sum += x);
                }
            }
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
            Self::Float { values, .. } => size_of_val(values.as_slice()),
        }
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
    /// What every value is divided by: the number of trees where the source averages.
    pub(super) divisor: f64,
    /// For each tree, the source numbers of the leaves that can be reached in it.
    pub(super) trees: &'a [Vec<u32>],
}

impl RawLeaves<'_> {
    fn leaf(&self, number: u32) -> impl Iterator<Item = f64> + Clone {
        let at = number as usize * self.width;
        self.values[at..at + self.width]
            .iter()
            .map(|x| x / self.divisor)
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
    /// `shares` says that the vectors are class distributions, to be added in fixed point if they really are.
    pub(super) fn store(&self, shares: bool) -> (LeafVectors, Vec<u32>) {
        if !shares || !self.are_shares() {
            let (values, numbers) = self.distinct(self.width, f64::to_bits, |x| x);
            return (
                LeafVectors::Float {
                    width: self.width,
                    values,
                },
                numbers,
            );
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
