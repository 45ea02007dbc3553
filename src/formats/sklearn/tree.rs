//! One tree of scikit-learn, as a model needs it: a half of the bytes that its arrays take in a file, or less.
//!
//! Source: `sklearn/tree/_tree.pxd` (`Node`, `Tree.__getstate__`): a leaf has the children -1, a row goes left where
//! `f32(x) <= threshold`, NaN where `missing_go_to_left` says (since 1.3).

use super::{
    super::{FormatError, corrupt},
    array::{Array, Column},
};
use crate::model::{Distinct, Test, TreeNode};

/// Children are numbered in 32 bits.
const MAX_NODES: usize = u32::MAX as usize;

/// A node's record takes 56 bytes or 64, and so many on a machine of 32 bits. Smaller ones would make a large tree of a small file.
const MIN_RECORD: usize = 40;

/// The splits of a tree and what its leaves hold.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// Of each node whether it is a split, in the order of the file.
    is_split: Vec<bool>,
    /// In the order of their nodes, as the leaves are.
    splits: Vec<Split>,
    /// What leaves hold, `width` numbers each: many of a forest's leaves hold the same.
    vectors: Vec<f64>,
    /// Of each leaf which of these.
    holds: Vec<u32>,
    /// How many rows of the fit came to each leaf.
    samples: Vec<u32>,
    /// Numbers per leaf: outputs times classes.
    pub(super) width: usize,
    pub(super) outputs: usize,
    /// Whether the splits say where missing values go.
    pub(super) knows_missing: bool,
    /// What the rows of the fit weigh.
    pub(super) weight: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    pub(super) feature: u32,
    left: u32,
    right: u32,
    missing_left: bool,
    threshold: f64,
    /// By how much it makes its rows purer, times what they weigh.
    pub(super) gain: f64,
}

impl Tree {
    /// The tree of these arrays.
    pub(super) fn of(nodes: &Array<'_>, values: &Array<'_>) -> Result<Self, FormatError> {
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
        let (record, number) = (nodes.dtype.scalar.size, values.dtype.scalar.size);
        if record < MIN_RECORD || number < size_of::<f64>() {
            return Err(corrupt!(
                "the nodes of a tree take {record} bytes each, and its values {number}; no scikit-learn writes as few"
            ));
        }
        let records = Records::of(nodes)?;
        let mut tree = Self {
            is_split: (0..len).map(|i| records.left.int(i) != -1).collect(),
            splits: Vec::new(),
            vectors: Vec::new(),
            holds: Vec::new(),
            samples: Vec::new(),
            width,
            outputs,
            knows_missing: records.missing.is_some(),
            weight: records.weight.float(0),
        };
        tree.fill(&records, values.numbers()?)?;
        Ok(tree)
    }

    fn fill(&mut self, records: &Records<'_>, values: Column<'_>) -> Result<(), FormatError> {
        let splits = self.is_split.iter().filter(|split| **split).count();
        let leaves = self.len() - splits;
        self.splits.reserve_exact(splits);
        self.samples.reserve_exact(leaves);
        self.holds.reserve_exact(leaves);
        let mut vectors = Distinct::new(self.width, leaves / 2);
        for (i, is_split) in self.is_split.iter().enumerate() {
            if *is_split {
                self.splits.push(records.split(i)?);
            } else {
                self.samples
                    .push(number(i, "n_node_samples", records.samples)?);
                let numbers = i * self.width..(i + 1) * self.width;
                let vector = numbers.map(|at| values.float(at));
                self.holds.push(vectors.number(vector));
            }
        }
        self.vectors = vectors.into_values();
        Ok(())
    }

    /// The number of nodes.
    pub(super) fn len(&self) -> usize {
        self.is_split.len()
    }

    /// The number of leaves.
    pub(super) fn leaves(&self) -> usize {
        self.samples.len()
    }

    pub(super) fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// What the leaves hold, each vector once.
    pub(super) fn vectors(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.vectors.chunks_exact(self.width)
    }

    /// Which of the vectors a leaf holds; leaves are counted in the order of their nodes.
    pub(super) fn holds(&self, leaf: usize) -> u32 {
        self.holds[leaf]
    }

    /// How many rows of the fit came to a leaf.
    pub(super) fn samples(&self, leaf: usize) -> f64 {
        self.samples[leaf].into()
    }

    /// The nodes that are leaves.
    pub(super) fn leaf_nodes(&self) -> impl Iterator<Item = usize> {
        let nodes = self.is_split.iter().enumerate();
        nodes.filter(|(_, split)| !**split).map(|(i, _)| i)
    }

    /// How deep each node is; the root has the depth 1. Parents come before their children.
    pub(super) fn depths(&self) -> Vec<u32> {
        let mut depths = vec![1; self.len()];
        let nodes = self.is_split.iter().enumerate();
        let parents = nodes.filter(|(_, split)| **split).map(|(i, _)| i);
        for (i, split) in parents.zip(&self.splits) {
            for child in [split.left, split.right] {
                depths[child as usize] = depths[i] + 1;
            }
        }
        depths
    }

    /// The nodes as a forest has them that numbers their leaves so. `missing` is whether missing values may go left.
    pub(super) fn nodes(
        &self,
        missing: bool,
        number: impl Fn(usize) -> u32,
    ) -> impl Iterator<Item = TreeNode> {
        let mut leaves = 0..self.leaves();
        let mut splits = self.splits.iter();
        self.is_split.iter().map(move |is_split| {
            let split = is_split.then(|| splits.next()).flatten();
            match split {
                Some(split) => TreeNode::Split {
                    feature: split.feature,
                    test: Test::Le,
                    threshold: split.threshold,
                    yes: split.left,
                    no: split.right,
                    missing_yes: missing && split.missing_left,
                },
                None => TreeNode::Leaf {
                    values: leaves.next().map_or(u32::MAX, &number),
                },
            }
        })
    }
}

/// The fields of a tree's nodes.
struct Records<'d> {
    len: usize,
    left: Column<'d>,
    right: Column<'d>,
    feature: Column<'d>,
    threshold: Column<'d>,
    missing: Option<Column<'d>>,
    samples: Column<'d>,
    weight: Column<'d>,
    /// How impure each node is, times what its rows weigh.
    impurities: Vec<f64>,
}

impl<'d> Records<'d> {
    fn of(nodes: &Array<'d>) -> Result<Self, FormatError> {
        let len = nodes.len();
        let weight = nodes.field("weighted_n_node_samples")?;
        let impurity = nodes.field("impurity")?;
        Ok(Self {
            len,
            left: nodes.field("left_child")?,
            right: nodes.field("right_child")?,
            feature: nodes.field("feature")?,
            threshold: nodes.field("threshold")?,
            missing: nodes.column("missing_go_to_left"),
            samples: nodes.field("n_node_samples")?,
            weight,
            impurities: (0..len)
                .map(|i| weight.float(i) * impurity.float(i))
                .collect(),
        })
    }

    fn split(&self, i: usize) -> Result<Split, FormatError> {
        let (left, right) = (self.child(i, self.left)?, self.child(i, self.right)?);
        let impurity = |node: usize| self.impurities[node];
        Ok(Split {
            feature: number(i, "feature", self.feature)?,
            left,
            right,
            missing_left: self.missing.is_some_and(|column| column.int(i) != 0),
            threshold: self.threshold.float(i),
            gain: impurity(i) - impurity(left as usize) - impurity(right as usize),
        })
    }

    fn child(&self, i: usize, column: Column<'_>) -> Result<u32, FormatError> {
        let child = number(i, "child", column)?;
        if child as usize >= self.len {
            return Err(corrupt!(
                "node {i} of a tree points at node {child} of {}",
                self.len
            ));
        }
        Ok(child)
    }
}

/// A number of node `i`, which is called `what`.
fn number(i: usize, what: &str, column: Column<'_>) -> Result<u32, FormatError> {
    let number = column.int(i);
    u32::try_from(number).map_err(|_| corrupt!("node {i} of a tree has the {what} {number}"))
}

#[cfg(test)]
mod tests {
    use super::super::{
        array::Data,
        dtype::{Dtype, Field, Scalar},
    };
    use super::*;

    /// Nodes whose fields all lie upon each other, in records of `size` bytes.
    fn overlapping(count: usize, size: usize) -> Array<'static> {
        let names = [
            "left_child",
            "right_child",
            "feature",
            "threshold",
            "n_node_samples",
            "weighted_n_node_samples",
            "impurity",
        ];
        let field = |name: &&str| Field {
            name: (*name).to_owned(),
            scalar: Scalar::parse("i1").unwrap(),
            offset: 0,
        };
        let mut dtype = Dtype::plain(&format!("V{size}")).unwrap();
        dtype.fields = names.iter().map(field).collect();
        let bytes = vec![0xff; count * size].leak();
        Array::new(dtype, vec![count], false, Data::Bytes(bytes)).unwrap()
    }

    fn values(count: usize, dtype: &str) -> Array<'static> {
        let dtype = Dtype::plain(dtype).unwrap();
        let bytes = vec![0; count * dtype.scalar.size].leak();
        Array::new(dtype, vec![count, 1, 1], false, Data::Bytes(bytes)).unwrap()
    }

    #[test]
    fn nodes_and_values_that_take_fewer_bytes_than_any_tree_has_are_refused() {
        for (record, dtype) in [(1, "f8"), (39, "f8"), (56, "i1"), (56, "f4")] {
            let tree = Tree::of(&overlapping(9, record), &values(9, dtype));
            let text = tree.map(|tree| tree.len()).unwrap_err().to_string();
            assert!(text.contains("no scikit-learn writes"), "{text}");
        }
        // All of them leaves; how many rows came to them is what is wrong.
        let text = Tree::of(&overlapping(9, 40), &values(9, "f8"));
        let text = text.map(|tree| tree.len()).unwrap_err().to_string();
        assert!(text.contains("n_node_samples -1"), "{text}");
    }
}
