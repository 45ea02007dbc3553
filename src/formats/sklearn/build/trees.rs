//! Trees to a forest.

use super::{super::tree::Tree, corrupt};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestIr, TreeNode},
};

/// Bytes that a tree takes in its file at the least: children and thresholds, and what the nodes hold. What matters is that no array is
/// counted for nothing.
fn bytes(tree: &Tree) -> usize {
    tree.len() * 8 * (4 + tree.width)
}

/// A forest under construction, which takes no more memory than the file it comes from has bytes for.
pub(super) struct Forest {
    pub(super) source: ForestIr,
    room: usize,
}

impl Forest {
    /// `size` is the number of bytes of the file.
    pub(super) fn new(n_features: usize, width: usize, precision: Precision, size: usize) -> Self {
        Self {
            source: ForestIr {
                n_features,
                precision,
                width,
                trees: Vec::new(),
                leaves: Vec::new(),
                targets: Vec::new(),
                categories: Vec::new(),
                handles_missing: false,
                handles_infinite: false,
            },
            room: size,
        }
    }

    /// Makes room for the leaves of trees with so many vectors, so that they are not moved as they become more.
    pub(super) fn reserve(
        &mut self,
        trees: impl Iterator<Item = Result<usize, FormatError>>,
    ) -> Result<(), FormatError> {
        let most = self.room / size_of::<f64>();
        let mut numbers: usize = 0;
        for vectors in trees {
            numbers = numbers.saturating_add(vectors?.saturating_mul(self.numbers_per_leaf()));
            if numbers > most {
                // One tree stands for many, which `push` refuses.
                return Ok(());
            }
        }
        self.source.leaves.reserve(numbers);
        Ok(())
    }

    fn numbers_per_leaf(&self) -> usize {
        if self.source.targets.is_empty() {
            self.source.width
        } else {
            1
        }
    }

    /// Notes that `bytes` of arrays are used. Each array lies in the file once, so that the sum cannot exceed its size, unless one
    /// tree stands for many.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), FormatError> {
        let room = self.room.checked_sub(bytes);
        self.room = room.ok_or_else(|| corrupt!("the file names one tree many times over"))?;
        Ok(())
    }

    /// Adds a tree; `leaf` appends the numbers of leaves that hold a vector.
    pub(super) fn push(
        &mut self,
        tree: &Tree,
        mut leaf: impl FnMut(&[f64], &mut Vec<f64>),
    ) -> Result<(), FormatError> {
        self.spend(bytes(tree))?;
        let width = self.numbers_per_leaf();
        let leaves = &mut self.source.leaves;
        let first = leaves.len() / width;
        tree.vectors().for_each(|vector| leaf(vector, leaves));
        self.add(tree, |leaf| first as u32 + tree.holds(leaf));
        Ok(())
    }

    /// Adds a tree whose leaves are all numbers of their own.
    pub(super) fn push_each(
        &mut self,
        tree: &Tree,
        leaf: impl FnMut(usize) -> f64,
    ) -> Result<(), FormatError> {
        self.spend(bytes(tree))?;
        let first = self.source.leaves.len();
        self.source.leaves.extend((0..tree.leaves()).map(leaf));
        self.add(tree, |leaf| (first + leaf) as u32);
        Ok(())
    }

    fn add(&mut self, tree: &Tree, number: impl Fn(usize) -> u32) {
        let nodes = tree.nodes(self.source.handles_missing, number);
        self.source.trees.push(nodes.collect());
    }

    /// Makes the last tree, which was given some columns of the row, read the row itself.
    pub(super) fn give(&mut self, columns: &[u32]) -> Result<(), FormatError> {
        for node in self.source.trees.last_mut().into_iter().flatten() {
            if let TreeNode::Split { feature, .. } = node {
                let column = columns.get(*feature as usize).copied();
                *feature = column.ok_or_else(|| {
                    corrupt!("a tree splits on feature {feature} of {}", columns.len())
                })?;
            }
        }
        Ok(())
    }
}
