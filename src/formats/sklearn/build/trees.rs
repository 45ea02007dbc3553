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

    /// Makes room for the leaves of trees with so many leaves, so that they are not moved as they become more.
    pub(super) fn reserve(
        &mut self,
        trees: impl Iterator<Item = Result<usize, FormatError>>,
    ) -> Result<(), FormatError> {
        let most = self.room / size_of::<f64>();
        let mut numbers: usize = 0;
        for leaves in trees {
            let leaves = leaves?;
            numbers = numbers.saturating_add(leaves.saturating_mul(self.numbers_per_leaf()));
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

    /// Adds a tree; `leaf` appends the numbers of a leaf of it.
    pub(super) fn push(
        &mut self,
        tree: &Tree,
        mut leaf: impl FnMut(usize, &mut Vec<f64>),
    ) -> Result<(), FormatError> {
        self.spend(bytes(tree))?;
        let width = self.numbers_per_leaf();
        let leaves = &mut self.source.leaves;
        let first = leaves.len() / width;
        (0..tree.leaves()).for_each(|number| leaf(number, leaves));
        let nodes = tree.nodes(first as u32, self.source.handles_missing);
        self.source.trees.push(nodes.collect());
        Ok(())
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
