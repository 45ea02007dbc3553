//! Growing the trees: bootstrap, linfa's fit, and the values of the leaves.
//!
//! linfa-ensemble would fit a forest too. But it does not keep the classes of the leaves, which probabilities need; it reports no progress,
//! uses one core, and draws the features of a tree, not of a split.

mod bag;
mod flat;

use std::hash::Hash;

use linfa::ParamGuard;
use linfa_trees::{DecisionTree, DecisionTreeRegressor, NumberedClasses, RankedColumns};
use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

pub use self::bag::TREE;

use self::bag::Bag;
use self::flat::{Leaf, Tree, gather};
use super::apportion::apportion;
use super::params::{DEEPEST, Features};
use super::{Params, TrainError};
use crate::input::Precision;
use crate::model::{ForestIr, TreeNode};

/// A certain leaf's weight over the whole forest: 2^24, the integers `f32` counts without a gap.
const ONE: u64 = 1 << 24;

/// The data that every tree is grown from: scaled rows and their targets.
pub(super) struct Sample {
    pub(super) rows: Array2<f32>,
    pub(super) targets: Targets,
}

/// One target for each row.
pub(super) enum Targets {
    /// The index of its class, out of `n`.
    Classes { of: Vec<usize>, n: usize },
    /// Finite numbers.
    Numbers(Vec<f64>),
}

impl Sample {
    /// The features that a split sees. Where nothing is asked for: for classes as many as in scikit-learn's forests; for numbers fewer
    /// than those see, all of them, because that is better on most tables (benches/train.py) and faster.
    pub(super) fn features(&self, params: &Params) -> Features {
        params.features.unwrap_or(match self.targets {
            Targets::Classes { .. } => Features::Sqrt,
            Targets::Numbers(_) => Features::Share(0.4),
        })
    }
}

/// Fits the forest, on every core. `progress` is told how many more thousandths of a tree are done.
///
/// The random numbers of a tree depend on the seed and its index alone, so it does not matter which thread grows it, or when.
pub(super) fn grow(
    sample: &Sample,
    params: &Params,
    progress: &(impl Fn(u64) + Sync),
) -> Result<ForestIr, TrainError> {
    let growing = Growing {
        columns: RankedColumns::new(&sample.rows),
        per_split: sample.features(params).count(sample.rows.ncols()),
        params,
        progress,
    };
    let (width, (trees, leaves)) = match &sample.targets {
        Targets::Classes { of, n } => (*n, growing.classes(of, *n)?),
        Targets::Numbers(of) => (1, growing.numbers(of)?),
    };
    Ok(ForestIr {
        n_features: sample.rows.ncols(),
        precision: Precision::F32,
        width,
        trees,
        leaves,
        targets: Vec::new(),
        categories: Vec::new(),
        handles_missing: false,
        handles_infinite: false,
    })
}

/// Trees, and their leaf values.
type Grown = (Vec<Vec<TreeNode>>, Vec<f64>);

/// What the trees have in common.
struct Growing<'a, P> {
    columns: RankedColumns<'a, f32>,
    per_split: usize,
    params: &'a Params,
    progress: &'a P,
}

impl<P: Fn(u64) + Sync> Growing<'_, P> {
    /// # Leaf values are exact
    /// A forest's answer is the mean of its trees' class distributions. Summing `f32` means rounds, and rounds differently in every order,
    /// so two engines would differ in the last bit and a certain answer would be 0.99999994. Here nothing is left to round: the integer
    /// 2^24 is split over the trees, each tree's part is split over a leaf's classes in proportion to the draws that reached it, and a
    /// leaf's value is that integer over 2^24. Every partial sum, in any order, is a multiple of 2^-24 no larger than 1, which `f32`
    /// holds exactly; the probabilities of a row sum to exactly 1. A share is off by less than 2^-24 from the true fraction of its tree.
    fn classes(&self, of: &[usize], n: usize) -> Result<Grown, TrainError> {
        let classes = NumberedClasses::new(&ArrayView1::from(of));
        let parts = apportion(ONE, &vec![1; self.params.trees]);
        let (trees, distinct) = self.trees(|bag, index| {
            let tree = DecisionTree::<f32, usize>::params()
                .max_depth(Some(self.params.max_depth.unwrap_or(DEEPEST)))
                .min_weight_leaf(self.params.min_leaf as f32)
                // A split that only helps further down is made too.
                .min_impurity_decrease(f32::EPSILON)
                .max_features(Some(self.per_split))
                .seed(bag.seed)
                .prune(false)
                .check()?
                .fit_ranked(
                    &self.columns,
                    &classes,
                    Some(&bag.draws),
                    bag.progress(self.progress),
                )?;
            let shares = |leaf: &Leaf<usize>| class_shares(leaf, parts[index]);
            Ok(Tree::flatten(tree.root_node(), shares))
        })?;
        let mut leaves = vec![0.0; distinct.len() * n];
        for (shares, leaf) in distinct.iter().zip(leaves.chunks_mut(n)) {
            for &(class, share) in shares {
                leaf[class] = f64::from(share) / ONE as f64;
            }
        }
        Ok((trees, leaves))
    }

    /// A leaf's value is the mean of the draws that reached it, taken in `f64` and rounded once.
    fn numbers(&self, of: &[f64]) -> Result<Grown, TrainError> {
        let (trees, distinct) = self.trees(|bag, _| {
            let tree = DecisionTreeRegressor::<f32>::params()
                .max_depth(Some(self.params.max_depth.unwrap_or(DEEPEST)))
                .min_weight_leaf(self.params.min_leaf as f32)
                .max_features(Some(self.per_split))
                .seed(bag.seed)
                .check()?
                .fit_ranked(
                    &self.columns,
                    of,
                    Some(&bag.draws),
                    bag.progress(self.progress),
                )?;
            let mean = |leaf: &Leaf<f32>| leaf.prediction().unwrap_or_default().to_bits();
            Ok(Tree::flatten(tree.root_node(), mean))
        })?;
        let value = |bits| f64::from(f32::from_bits(bits));
        Ok((trees, distinct.into_iter().map(value).collect()))
    }

    /// Fits every tree to a bag of its own, in parallel. The trees, and the distinct values of their leaves.
    fn trees<V: Clone + Eq + Hash + Send>(
        &self,
        fit: impl Fn(&Bag, usize) -> Result<Tree<V>, linfa::Error> + Sync,
    ) -> Result<(Vec<Vec<TreeNode>>, Vec<V>), TrainError> {
        let (rows, seed) = (self.columns.nrows(), self.params.seed);
        let fitted: Result<Vec<Tree<V>>, _> = (0..self.params.trees)
            .into_par_iter()
            .map(|index| fit(&Bag::draw(rows, seed, index), index))
            .collect();
        let fitted = fitted.map_err(|error| TrainError::Internal(error.to_string()))?;
        Ok(gather(fitted))
    }
}

/// Splits the tree's `part` of the forest over the classes of a leaf. Classes without a share are left out.
fn class_shares(leaf: &Leaf<usize>, part: u64) -> Vec<(usize, u32)> {
    let (classes, draws): (Vec<usize>, Vec<u64>) = leaf
        .class_weights()
        .iter()
        .map(|&(class, weight)| (class, weight as u64))
        .unzip();
    let shares = apportion(part, &draws)
        .into_iter()
        .map(|share| share as u32);
    classes.into_iter().zip(shares).collect()
}

#[cfg(test)]
mod tests;
