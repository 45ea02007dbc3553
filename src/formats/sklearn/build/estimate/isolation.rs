//! Isolation forests: how deep a row falls before it is alone.
//!
//! Source: `_compute_score_samples` and `_average_path_length` in `sklearn/ensemble/_iforest.py`. A leaf counts with its depth and with the
//! mean depth that its rows would fall further.

use super::{Estimate, ForestModel, FormatError, Id, Part, Reader, Reg, corrupt, numpy, ops};
use crate::{
    formats::sklearn::build::{ensemble::Ensemble, trees::Forest},
    input::Precision,
    model::{Aggregation, ForestIr, Link, Output, TreeNode},
};

/// The columns that each tree was given.
const FEATURES: &str = "estimators_features_";
/// Since 1.3 the file has the depths that it was fitted with, node by node, whose logarithms are numpy's.
const DEPTHS: &str = "_average_path_length_per_tree";
/// What numpy calls `euler_gamma`.
const EULER: f64 = 0.577_215_664_901_532_9;

impl Reader {
    /// The score of a row, and whether it is below that of the anomalies among the rows of the fit.
    pub(super) fn isolation_forest(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let mut forest = depths(part, self.size)?;
        if self.sparse {
            missing_is_large(&mut forest.forest);
        }
        self.board.features(reads, &forest.forest)?;
        if !forest.forest.handles_infinite {
            self.board.refuse_infinite(reads, Precision::F32);
        }
        let trees = forest.forest.trees.len() as f64;
        let (scores, ..) = forest.apart(Some(reads.to_vec()));
        let read = self.board.draw(scores, [])?[0];
        let isolation = ops::Isolation {
            read,
            usual: trees * further(part.number("max_samples_")?),
            offset: part.number("offset_")?,
        };
        let answers = self.board.draw(isolation, [])?;
        Ok(Estimate::Anomaly {
            normal: answers[0],
            decision: answers[1],
            score: answers[2],
        })
    }
}

/// In a sparse matrix a missing value is compared as any other, and below nothing.
fn missing_is_large(forest: &mut ForestIr) {
    for node in forest.trees.iter_mut().flatten() {
        if let TreeNode::Split { missing_yes, .. } = node {
            *missing_yes = false;
        }
    }
}

/// The forest whose sum is that of the leaves' depths.
fn depths(part: Part<'_>, size: usize) -> Result<ForestModel, FormatError> {
    let trees = part.parts("estimators_")?;
    let features = items(part, FEATURES)?;
    let known = match part.get(DEPTHS) {
        Some(_) => Some(items(part, DEPTHS)?),
        None => None,
    };
    if features.len() != trees.len() || known.is_some_and(|known| known.len() != trees.len()) {
        return Err(corrupt!(
            "the {} has {} trees, but not the columns and the depths of each",
            part.class,
            trees.len()
        ));
    }
    let mut forest = Forest::new(part.n_features()?, 1, Precision::F32, size);
    forest.source.targets = vec![0; trees.len()];
    // Since 1.6 rows are not looked at.
    forest.source.handles_missing = part.since(1, 6);
    forest.source.handles_infinite = part.since(1, 6);
    for (at, tree) in trees.iter().enumerate() {
        let tree = tree.tree()?;
        let depths = tree.depths();
        let nodes: Vec<usize> = tree.leaf_nodes().collect();
        let known = known.map(|known| numbers(part, DEPTHS, known[at]));
        let known = known.transpose()?;
        if known
            .as_ref()
            .is_some_and(|known| known.len() != tree.len())
        {
            return Err(corrupt!(
                "a tree of the {} lacks the depths of its leaves",
                part.class
            ));
        }
        forest.push_each(&tree, |leaf| {
            let node = nodes[leaf];
            let known = known.as_ref().map(|known| known[node]);
            let further = known.unwrap_or_else(|| further(tree.samples(leaf)));
            f64::from(depths[node]) + further - 1.0
        })?;
        let tree = forest.source.trees.last_mut().expect("the tree just added");
        let columns = numbers(part, FEATURES, features[at])?;
        of_columns(tree, &columns).ok_or_else(|| {
            corrupt!(
                "a tree of the {} reads a column that it was not given",
                part.class
            )
        })?;
    }
    let ensemble = Ensemble {
        forest: forest.source,
        aggregation: Aggregation::Sum,
        base: Vec::new(),
        output: Output::Regression {
            link: Link::Identity,
        },
    };
    Ok(ensemble.model())
}

/// The mean depth that `samples` rows fall before each is alone.
fn further(samples: f64) -> f64 {
    if samples <= 1.0 {
        0.0
    } else if samples <= 2.0 {
        1.0
    } else {
        2.0 * ((samples - 1.0).ln() + EULER) - 2.0 * (samples - 1.0) / samples
    }
}

/// Makes the features of a tree columns of the forest: the tree saw only `columns`.
fn of_columns(tree: &mut [TreeNode], columns: &[f64]) -> Option<()> {
    for node in tree {
        if let TreeNode::Split { feature, .. } = node {
            *feature = *columns.get(*feature as usize)? as u32;
        }
    }
    Some(())
}

/// The things in a list.
fn items<'d>(part: Part<'d>, name: &str) -> Result<&'d [Id], FormatError> {
    let items = part.arena.items(part.attribute(name)?);
    items.ok_or_else(|| corrupt!("`{name}` of the {} is no list", part.class))
}

fn numbers(part: Part<'_>, name: &str, id: Id) -> Result<Vec<f64>, FormatError> {
    match numpy::array(part.arena, id)? {
        Some(array) => array.floats(),
        None => Err(corrupt!("`{name}` of the {} holds no arrays", part.class)),
    }
}
