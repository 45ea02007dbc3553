//! Growing the trees: bootstrap, linfa's fit, and the class counts of every leaf.
//!
//! linfa-ensemble would fit a forest too. But it does not keep the rows that each tree was grown on, which the class distributions of the
//! leaves need; it reports no progress and uses one core. It also draws the features of a tree with replacement. A repeated column tells
//! a tree nothing, so half of a table's features would be about a third. Here no feature is drawn twice for a tree.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use linfa::Dataset;
use linfa::prelude::Fit;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::apportion::apportion;
use super::params::DEEPEST;
use super::{Params, TrainError};
use crate::input::Precision;
use crate::model::{ForestIr, Test, TreeNode};

/// A certain leaf's weight over the whole forest: 2^24, the integers `f32` counts without a gap.
const ONE: u64 = 1 << 24;

/// The data that every tree is grown from: scaled rows and their classes.
pub(super) struct Sample {
    pub(super) rows: Array2<f32>,
    pub(super) classes: Vec<usize>,
    pub(super) n_classes: usize,
}

/// One fitted tree whose leaves count the bootstrap draws of each class.
struct Tree {
    /// `Leaf::values` counts this tree's leaves from 0.
    nodes: Vec<TreeNode>,
    /// One vector of `n_classes` counts per leaf.
    counts: Vec<Vec<u64>>,
}

/// Fits the forest, on every core. `progress` gets the number of trees done, in no particular order when cores compete.
///
/// # Leaf values are exact
/// A forest's answer is the mean of its trees' class distributions. Summing `f32` means rounds, and rounds differently in every order,
/// so two engines would differ in the last bit and a certain answer would be 0.99999994. Here nothing is left to round: the integer
/// 2^24 is split over the trees, each tree's part is split over a leaf's classes in proportion to the draws that reached it, and a
/// leaf's value is that integer over 2^24. Every partial sum, in any order, is a multiple of 2^-24 no larger than 1, which `f32`
/// holds exactly; the probabilities of a row sum to exactly 1. A share is off by less than 2^-24 from the true fraction of its tree.
pub(super) fn grow(
    sample: &Sample,
    params: &Params,
    progress: &(impl Fn(usize) + Sync),
) -> Result<ForestIr, TrainError> {
    let done = AtomicUsize::new(0);
    let grown: Vec<Tree> = (0..params.trees)
        .into_par_iter()
        .map(|index| {
            let tree = grow_one(sample, params, index)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(tree)
        })
        .collect::<Result<_, TrainError>>()?;

    let parts = apportion(ONE, &vec![1; params.trees]);
    let (mut trees, mut leaves) = (Vec::with_capacity(grown.len()), Vec::new());
    for (mut tree, part) in grown.into_iter().zip(parts) {
        let first = (leaves.len() / sample.n_classes) as u32;
        for node in &mut tree.nodes {
            if let TreeNode::Leaf { values } = node {
                *values += first;
            }
        }
        for counts in &tree.counts {
            let shares = apportion(part, counts);
            leaves.extend(shares.iter().map(|&share| share as f64 / ONE as f64));
        }
        trees.push(tree.nodes);
    }
    Ok(ForestIr {
        n_features: sample.rows.ncols(),
        precision: Precision::F32,
        width: sample.n_classes,
        trees,
        leaves,
        targets: Vec::new(),
        categories: Vec::new(),
        handles_missing: false,
        handles_infinite: false,
    })
}

/// One tree. Its random numbers depend on the seed and its index alone, so it does not matter which thread grows it, or when.
fn grow_one(sample: &Sample, params: &Params, index: usize) -> Result<Tree, TrainError> {
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    // Stream 0 is used for the held-out split.
    rng.set_stream(index as u64 + 1);

    // A row bag_rows k times is one row of weight k: the same tree, from fewer rows to scan.
    let n = sample.rows.nrows() as u32;
    let mut draws = vec![0u32; n as usize];
    for _ in 0..n {
        draws[rng.gen_range(0..n) as usize] += 1;
    }
    let bag_rows: Vec<usize> = (0..draws.len()).filter(|&row| draws[row] > 0).collect();
    let columns = sample.rows.ncols();
    let seen = params.features.count(columns);
    let mut features = rand::seq::index::sample(&mut rng, columns, seen).into_vec();
    features.sort_unstable();

    let rows = sample
        .rows
        .select(Axis(0), &bag_rows)
        .select(Axis(1), &features);
    let classes: Array1<usize> = bag_rows.iter().map(|&row| sample.classes[row]).collect();
    let weights: Array1<f32> = bag_rows.iter().map(|&row| draws[row] as f32).collect();
    let bag = Dataset::new(rows, classes).with_weights(weights);
    let fitted = DecisionTree::params()
        .max_depth(Some(params.max_depth.unwrap_or(DEEPEST)))
        .min_weight_leaf(params.min_leaf as f32)
        .fit(&bag)
        .map_err(|error| TrainError::Internal(error.to_string()))?;

    let (nodes, n_leaves) = flatten(&fitted, &features);
    let mut counts = vec![vec![0; sample.n_classes]; n_leaves];
    for &row in &bag_rows {
        let leaf = leaf_of(&nodes, |feature| sample.rows[[row, feature]]);
        counts[leaf][sample.classes[row]] += u64::from(draws[row]);
    }
    // The fit sent every row the way `leaf_of` does, so no leaf can be empty. One that is would silently cost probability.
    if counts.iter().any(|leaf| leaf.iter().all(|&n| n == 0)) {
        return Err(TrainError::Internal(format!(
            "tree {index} has an empty leaf"
        )));
    }
    Ok(Tree { nodes, counts })
}

/// linfa's boxes as an array in level order, so that siblings are neighbours; and the number of leaves.
///
/// linfa fits with `x <= split` and predicts with `x < split`; the first is what the training rows followed. `features` maps a
/// tree's columns to the table's.
fn flatten(tree: &DecisionTree<f32, usize>, features: &[usize]) -> (Vec<TreeNode>, usize) {
    let mut queue = VecDeque::from([tree.root_node()]);
    let (mut nodes, mut n_leaves, mut next) = (Vec::new(), 0, 1);
    while let Some(node) = queue.pop_front() {
        let children = node.children();
        // A node that linfa marks as a leaf may keep a child; it is one all the same.
        let (false, [Some(left), Some(right)]) = (node.is_leaf(), children.as_slice()) else {
            nodes.push(TreeNode::Leaf { values: n_leaves });
            n_leaves += 1;
            continue;
        };
        let (feature, threshold, _) = node.split();
        nodes.push(TreeNode::Split {
            feature: features[feature] as u32,
            test: Test::Le,
            threshold: f64::from(threshold),
            yes: next,
            no: next + 1,
            missing_yes: false,
        });
        next += 2;
        queue.extend([left.as_ref(), right.as_ref()]);
    }
    (nodes, n_leaves as usize)
}

/// The leaf of a flattened tree that a row of features ends in.
fn leaf_of(nodes: &[TreeNode], feature_of: impl Fn(usize) -> f32) -> usize {
    let mut at = 0;
    loop {
        match nodes[at] {
            TreeNode::Leaf { values } => return values as usize,
            TreeNode::Split {
                feature,
                threshold,
                yes,
                no,
                ..
            } => {
                let left = f64::from(feature_of(feature as usize)) <= threshold;
                at = if left { yes } else { no } as usize;
            }
            // linfa has no missing values.
            TreeNode::Categories { no, .. } => at = no as usize,
        }
    }
}

#[cfg(test)]
mod tests;
