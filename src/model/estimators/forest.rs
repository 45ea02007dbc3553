//! A forest: descend → leaf numbers → sum.

use crate::{
    input::Precision,
    model::{
        check::{InvalidModel, Shape, check_forest, invalid},
        compile::Checked,
        ir::ForestIr,
        kernel::{Node, Small, Trees, Wide, lay_out},
        leaves::{Leaves, SumRule, TreeLeaves},
    },
};

/// Every tree of a model, ready to run.
#[derive(Debug)]
pub(in crate::model) struct Forest {
    trees: Layout,
    leaves: Leaves,
    width: usize,
    n_features: usize,
    precision: Precision,
}

/// The trees in one of the two layouts of a node.
#[derive(Debug)]
enum Layout {
    Small(Trees<Small>),
    Wide(Trees<Wide>),
}

/// Buffers that a row needs, kept between rows.
#[derive(Debug, Default)]
pub(in crate::model) struct Buffers {
    at: Vec<u32>,
    small: Vec<u32>,
    wide: Vec<u64>,
    fixed: Vec<u32>,
}

impl Forest {
    /// Checks `forest` and lays it out for the kernel.
    pub(in crate::model) fn new(
        forest: &ForestIr,
        rule: &SumRule<'_>,
    ) -> Result<Self, InvalidModel> {
        let mut shapes = check_forest(forest)?;
        // The kernel walks all trees level by level: with the deepest first, the ones still on their way are a prefix.
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.depth));
        let trees: Vec<TreeLeaves> = shapes.iter_mut().map(leaves_of).collect();
        let (leaves, numbers) = Leaves::store(forest, &trees, rule);
        drop(trees);
        Ok(Self {
            trees: lay_out_trees(forest, &shapes, &numbers)?,
            leaves,
            width: forest.width,
            n_features: forest.n_features,
            precision: forest.precision,
        })
    }

    /// Sums the leaves that `row` falls into. `row` has one number per feature, `sums` one per output.
    pub(in crate::model) fn sum(&self, row: &[f64], buffers: &mut Buffers, sums: &mut [f64]) {
        debug_assert_eq!(row.len(), self.n_features);
        let Buffers {
            at,
            small,
            wide,
            fixed,
        } = buffers;
        match &self.trees {
            Layout::Small(trees) => {
                trees.descend(row.iter().copied(), small, at);
                self.leaves.sum(at, trees.leaf_numbers(), fixed, sums);
            }
            Layout::Wide(trees) => {
                match self.precision {
                    Precision::F32 => {
                        trees.descend(row.iter().map(|x| f64::from(*x as f32)), wide, at);
                    }
                    Precision::F64 => trees.descend(row.iter().copied(), wide, at),
                }
                self.leaves.sum(at, trees.leaf_numbers(), fixed, sums);
            }
        }
    }

    /// Numbers per row in `sums`.
    pub(in crate::model) fn width(&self) -> usize {
        self.width
    }

    pub(in crate::model) fn n_trees(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.n_trees(),
            Layout::Wide(trees) => trees.n_trees(),
        }
    }

    /// Nodes as laid out: splits and leaves of all trees.
    pub(in crate::model) fn n_nodes(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.n_nodes(),
            Layout::Wide(trees) => trees.n_nodes(),
        }
    }

    /// Comparisons on the longest way through a tree.
    pub(in crate::model) fn depth(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.depth(),
            Layout::Wide(trees) => trees.depth(),
        }
    }

    /// Bytes that nodes and leaves take.
    pub(in crate::model) fn bytes(&self) -> usize {
        let nodes = match &self.trees {
            Layout::Small(trees) => trees.bytes(),
            Layout::Wide(trees) => trees.bytes(),
        };
        nodes + self.leaves.bytes()
    }
}

/// The leaves go to their store and are not needed for the layout.
fn leaves_of(shape: &mut Shape) -> TreeLeaves {
    TreeLeaves {
        tree: shape.tree,
        leaves: std::mem::take(&mut shape.leaves),
    }
}

/// The small layout where it can say the forest, else the wide one.
fn lay_out_trees(
    forest: &ForestIr,
    shapes: &[Shape],
    numbers: &[u32],
) -> Result<Layout, InvalidModel> {
    let Some((bits, sets)) = lay_out(&forest.categories) else {
        invalid!("the sets of categories are more than this server can number");
    };
    let distinct = numbers
        .iter()
        .filter(|n| **n != u32::MAX)
        .max()
        .map_or(0, |n| u64::from(*n) + 1);
    let checked = Checked {
        forest,
        shapes,
        numbers,
        sets: &sets,
    };
    let fits = forest.precision == Precision::F32
        && forest.n_features <= Small::MAX_FEATURES
        && distinct <= Small::MAX_LEAVES;
    if fits && let Some(trees) = checked.compile(Vec::new()) {
        return Ok(Layout::Small(trees));
    }
    if forest.n_features > Wide::MAX_FEATURES {
        invalid!(
            "the model has {} features; this server takes up to {}",
            forest.n_features,
            Wide::MAX_FEATURES
        );
    }
    match checked.compile(bits) {
        Some(trees) => Ok(Layout::Wide(trees)),
        None => invalid!("the forest has more than {} nodes", Wide::MAX_OFFSET),
    }
}
