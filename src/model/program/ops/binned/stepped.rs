//! Trees whose nodes each ask a split of their own.
//!
//! Source: `CalcIndexesNonSymmetric` in CatBoost's `libs/model/cpu/evaluator_impl.cpp`.

use super::{
    bins::Place,
    description::{BinnedTrees, Step},
};
use crate::model::{
    check::{InvalidModel, invalid},
    estimators::Size,
};

/// Trees over bins, node by node.
#[derive(Debug)]
pub(super) struct Stepped {
    roots: Vec<u32>,
    nodes: Vec<Node>,
    leaves: Vec<f64>,
    width: usize,
    depth: usize,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    split: Place,
    no: u16,
    yes: u16,
    leaf: u32,
}

impl Stepped {
    pub(super) fn new(
        roots: &[u32],
        nodes: &[Step],
        model: &BinnedTrees,
        places: &[Place],
    ) -> Result<Self, InvalidModel> {
        let width = model.width;
        let ends = roots.iter().skip(1).copied();
        let ends = ends.chain([u32::try_from(nodes.len()).unwrap_or(u32::MAX)]);
        let mut all = Vec::with_capacity(nodes.len());
        // Comparisons on the longest way to a node.
        let mut depths = vec![0usize; nodes.len()];
        let mut depth = 0;
        for (tree, (root, end)) in roots.iter().zip(ends).enumerate() {
            let (root, end) = (*root as usize, end as usize);
            if root != all.len() || root >= end || end > nodes.len() {
                invalid!(
                    "tree {tree} has the nodes {root} to {end} of {}",
                    nodes.len()
                );
            }
            for at in root..end {
                let node = nodes[at];
                let Some(split) = places.get(node.split as usize) else {
                    // CatBoost names split 0 where there is none.
                    if node.no == 0 && node.yes == 0 && node.split == 0 {
                        all.push(leaf(node, model)?);
                        continue;
                    }
                    invalid!("tree {tree} asks split {} of {}", node.split, places.len());
                };
                for way in [node.no, node.yes].map(usize::from) {
                    if at + way >= end {
                        invalid!("tree {tree} points beyond its nodes");
                    }
                    depths[at + way] = depths[at + way].max(depths[at] + usize::from(way > 0));
                    depth = depth.max(depths[at] + usize::from(node.no != node.yes));
                }
                all.push(Node {
                    split: *split,
                    ..leaf(node, model)?
                });
            }
        }
        if all.len() != nodes.len() {
            invalid!(
                "{} of {} nodes belong to no tree",
                nodes.len() - all.len(),
                nodes.len()
            );
        }
        Ok(Self {
            roots: roots.to_vec(),
            nodes: all,
            leaves: model.leaves.clone(),
            width,
            depth,
        })
    }

    /// The sums of one row. `bins` are as many as a power of two, `stride` apart.
    pub(super) fn row(&self, bins: &[u8], sums: &mut [f64]) {
        let most = bins.len() - 1;
        for root in &self.roots {
            let mut at = *root as usize;
            let node = loop {
                let node = self.nodes[at];
                let yes = bins[node.split.byte() & most] >= node.split.least();
                let way = if yes { node.yes } else { node.no };
                if way == 0 {
                    break node;
                }
                at += usize::from(way);
            };
            let values = &self.leaves[node.leaf as usize * self.width..][..self.width];
            sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
        }
    }

    pub(super) fn size(&self) -> Size {
        Size {
            trees: self.roots.len(),
            nodes: self.nodes.len(),
            depth: self.depth,
            bytes: size_of_val(&self.nodes[..]) + 8 * self.leaves.len(),
        }
    }
}

/// A node without its split. Rows that stay at it need a leaf.
fn leaf(node: Step, model: &BinnedTrees) -> Result<Node, InvalidModel> {
    let stays = node.no == 0 || node.yes == 0;
    let leaves = model.leaves.len() / model.width;
    if stays && node.leaf as usize >= leaves {
        invalid!("a tree points at leaf {} of {leaves}", node.leaf);
    }
    Ok(Node {
        split: Place::default(),
        no: node.no,
        yes: node.yes,
        leaf: node.leaf,
    })
}
