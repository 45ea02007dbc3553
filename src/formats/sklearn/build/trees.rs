//! Arrays of nodes to trees.
//!
//! Source: `sklearn/tree/_tree.pxd` (`Node`, `Tree.__getstate__`): a leaf has the children -1, a row goes left where
//! `f32(x) <= threshold`, NaN where `missing_go_to_left` says (since 1.3).

use super::{
    super::array::{Array, Column},
    Part, corrupt,
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestIr, Test, TreeNode},
};

/// Children are numbered in 32 bits.
const MAX_NODES: usize = u32::MAX as usize;

/// The arrays of one `sklearn.tree._tree.Tree`.
pub(super) struct Nodes<'d> {
    pub(super) len: usize,
    left: Column<'d>,
    right: Column<'d>,
    feature: Column<'d>,
    threshold: Column<'d>,
    missing: Option<Column<'d>>,
    values: Column<'d>,
    /// Numbers per node: outputs times classes.
    pub(super) width: usize,
    pub(super) outputs: usize,
}

impl<'d> Nodes<'d> {
    pub(super) fn new(tree: Part<'d>) -> Result<Self, FormatError> {
        let tree = tree.part("tree_")?;
        let (nodes, values) = (tree.array("nodes")?, tree.array("values")?);
        let len = nodes.len();
        let &[count, outputs, classes] = values.shape.as_slice() else {
            return Err(corrupt!(
                "the values of a tree have the shape {:?}",
                values.shape
            ));
        };
        let width = outputs.checked_mul(classes).filter(|width| *width > 0);
        let (Some(width), true, 1..=MAX_NODES) = (width, count == len, len) else {
            return Err(corrupt!(
                "a tree has {len} nodes and values of the shape {:?}",
                values.shape
            ));
        };
        Ok(Self {
            len,
            left: column(&nodes, "left_child")?,
            right: column(&nodes, "right_child")?,
            feature: column(&nodes, "feature")?,
            threshold: column(&nodes, "threshold")?,
            missing: nodes.column("missing_go_to_left"),
            values: values.numbers()?,
            width,
            outputs,
        })
    }

    /// How deep each node is; the root has the depth 1. Parents come before their children.
    pub(super) fn depths(&self) -> Vec<u32> {
        let mut depths = vec![1; self.len];
        for i in 0..self.len {
            for child in [self.left.int(i), self.right.int(i)] {
                let child = usize::try_from(child).ok();
                if let Some(child) = child.filter(|child| *child < self.len) {
                    depths[child] = depths[i] + 1;
                }
            }
        }
        depths
    }

    /// How many rows of the fit came to each node of a tree.
    pub(super) fn samples(&self, tree: Part<'_>) -> Result<Vec<f64>, FormatError> {
        let nodes = tree.part("tree_")?.array("nodes")?;
        let samples = column(&nodes, "n_node_samples")?;
        Ok((0..self.len).map(|i| samples.float(i)).collect())
    }

    /// Whether the nodes say where missing values go.
    pub(super) fn knows_missing(&self) -> bool {
        self.missing.is_some()
    }

    /// The numbers of node `i`.
    pub(super) fn values(&self, i: usize) -> impl Iterator<Item = f64> + '_ {
        (i * self.width..(i + 1) * self.width).map(|at| self.values.float(at))
    }

    fn bytes(&self) -> usize {
        // Children and thresholds at the least; what matters is that no array is counted for nothing.
        self.len * 8 * (4 + self.width)
    }

    fn node(
        &self,
        i: usize,
        leaf: &mut impl FnMut(usize) -> u32,
        missing: bool,
    ) -> Result<TreeNode, FormatError> {
        let left = self.left.int(i);
        if left == -1 {
            return Ok(TreeNode::Leaf { values: leaf(i) });
        }
        let index = |number: i64, what: &str| {
            u32::try_from(number)
                .map_err(|_| corrupt!("node {i} of a tree has the {what} {number}"))
        };
        Ok(TreeNode::Split {
            feature: index(self.feature.int(i), "feature")?,
            test: Test::Le,
            threshold: self.threshold.float(i),
            yes: index(left, "left child")?,
            no: index(self.right.int(i), "right child")?,
            missing_yes: missing && self.missing.is_some_and(|column| column.int(i) != 0),
        })
    }
}

/// A field of the records of all nodes, which must be there.
pub(super) fn column<'d>(nodes: &Array<'d>, name: &str) -> Result<Column<'d>, FormatError> {
    nodes.column(name).ok_or_else(|| {
        corrupt!(
            "the nodes of a tree have no `{name}`, but are {}",
            nodes.dtype
        )
    })
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

    /// Makes room for the leaves of trees with so many nodes, so that they are not moved as they become more.
    pub(super) fn reserve(
        &mut self,
        trees: impl Iterator<Item = Result<usize, FormatError>>,
    ) -> Result<(), FormatError> {
        let most = self.room / size_of::<f64>();
        let mut numbers: usize = 0;
        for nodes in trees {
            let leaves = nodes?.div_ceil(2);
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

    /// Adds a tree; `leaf` appends the numbers of a leaf, by the index of its node.
    pub(super) fn push(
        &mut self,
        nodes: &Nodes<'_>,
        mut leaf: impl FnMut(usize, &mut Vec<f64>),
    ) -> Result<(), FormatError> {
        self.spend(nodes.bytes())?;
        let mut tree = Vec::with_capacity(nodes.len);
        let width = self.numbers_per_leaf();
        let leaves = &mut self.source.leaves;
        let mut number = |i: usize| {
            let number = leaves.len() / width;
            leaf(i, leaves);
            number as u32
        };
        for i in 0..nodes.len {
            tree.push(nodes.node(i, &mut number, self.source.handles_missing)?);
        }
        self.source.trees.push(tree);
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
