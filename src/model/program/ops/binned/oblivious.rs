//! Trees whose nodes of a level all ask the same: a leaf's number is the answers, bit by bit.

use super::{bins::Place, description::BinnedTrees};
use crate::model::{
    check::{InvalidModel, invalid},
    estimators::Size,
    program::TILE,
};

/// What CatBoost itself allows.
const MAX_DEPTH: usize = 16;

/// Trees one after the other: the splits of each, and its leaf vectors.
#[derive(Debug)]
pub(super) struct Oblivious {
    depths: Vec<u8>,
    splits: Vec<Place>,
    leaves: Vec<f64>,
    width: usize,
}

impl Oblivious {
    pub(super) fn new(
        trees: &[Vec<u32>],
        model: &BinnedTrees,
        places: &[Place],
    ) -> Result<Self, InvalidModel> {
        let (mut depths, mut splits, mut leaves) = (Vec::new(), Vec::new(), 0usize);
        for (at, tree) in trees.iter().enumerate() {
            if tree.len() > MAX_DEPTH {
                invalid!("tree {at} is {} levels deep", tree.len());
            }
            depths.push(tree.len() as u8);
            leaves = leaves.saturating_add(model.width << tree.len());
            for split in tree {
                let Some(place) = places.get(*split as usize) else {
                    invalid!("tree {at} asks split {split} of {}", places.len());
                };
                splits.push(*place);
            }
        }
        if leaves != model.leaves.len() {
            invalid!(
                "the trees have {leaves} leaf values, not {}",
                model.leaves.len()
            );
        }
        Ok(Self {
            depths,
            splits,
            leaves: model.leaves.clone(),
            width: model.width,
        })
    }

    /// Each tree's splits and leaf vectors.
    fn trees(&self) -> impl Iterator<Item = (&[Place], &[f64])> {
        let (mut splits, mut leaves) = (&self.splits[..], &self.leaves[..]);
        self.depths.iter().map(move |depth| {
            let (mine, rest) = splits.split_at(usize::from(*depth));
            splits = rest;
            let (values, rest) = leaves.split_at(self.width << depth);
            leaves = rest;
            (mine, values)
        })
    }

    /// The sums of one row. `bins` are as many as a power of two.
    pub(super) fn row(&self, bins: &[u8], sums: &mut [f64]) {
        let most = bins.len() - 1;
        for (splits, leaves) in self.trees() {
            let mut leaf = 0;
            for (level, split) in splits.iter().enumerate() {
                let yes = bins[split.byte() & most] >= split.least();
                leaf |= usize::from(yes) << level;
            }
            if let [sum] = sums {
                *sum += leaves[leaf & (leaves.len() - 1)];
            } else {
                let values = &leaves[leaf * self.width..][..self.width];
                sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
            }
        }
    }

    /// The sums of the first rows of a tile, row by row. `bins` are as many as a power of two.
    pub(super) fn tile(&self, bins: &[[u8; TILE]], sums: &mut [f64]) {
        for (splits, leaves) in self.trees() {
            let (low, high) = splits.split_at(splits.len().min(8));
            let low = bits(low, bins);
            match self.width {
                1 if high.is_empty() => add::<1>(leaves, &low, sums),
                2 if high.is_empty() => add::<2>(leaves, &low, sums),
                3 if high.is_empty() => add::<3>(leaves, &low, sums),
                4 if high.is_empty() => add::<4>(leaves, &low, sums),
                width => {
                    let high = bits(high, bins);
                    let rows = sums.chunks_exact_mut(width);
                    for (sums, (low, high)) in rows.zip(low.into_iter().zip(high)) {
                        let leaf = usize::from(low) | usize::from(high) << 8;
                        let values = &leaves[leaf * width..][..width];
                        sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
                    }
                }
            }
        }
    }

    pub(super) fn size(&self) -> Size {
        let leaves = self.leaves.len();
        Size {
            trees: self.depths.len(),
            nodes: self.splits.len() + leaves / self.width,
            depth: self.depths.iter().copied().max().unwrap_or(0).into(),
            bytes: self.depths.len() + 4 * self.splits.len() + 8 * leaves,
        }
    }
}

/// The answers of all rows of a tile to up to eight splits, the first one in the lowest bit.
#[inline]
fn bits(splits: &[Place], bins: &[[u8; TILE]]) -> [u8; TILE] {
    let most = bins.len() - 1;
    let mut answers = [0u8; TILE];
    for (level, split) in splits.iter().enumerate() {
        let least = split.least();
        let bit = 1u8 << level;
        for (answer, bin) in answers.iter_mut().zip(&bins[split.byte() & most]) {
            *answer |= if *bin >= least { bit } else { 0 };
        }
    }
    answers
}

/// Adds to each row the vector of its leaf, of `WIDTH` numbers. Leaves are as many as a power of two.
#[inline]
fn add<const WIDTH: usize>(leaves: &[f64], rows: &[u8; TILE], sums: &mut [f64]) {
    let (leaves, _) = leaves.as_chunks::<WIDTH>();
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    let most = leaves.len() - 1;
    for (sums, leaf) in sums.iter_mut().zip(rows) {
        let values = &leaves[usize::from(*leaf) & most];
        sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
    }
}
