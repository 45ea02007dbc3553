//! The engine: all trees of a forest, level by level, for one row at a time.
//!
//! The node arrays are padded to a power of two and indices masked, so that the loop is free of bounds checks and of branches; the
//! builder has made sure that the masks never change an index.

use super::{
    leaves::LeafVectors,
    node::{Node, Small, Wide},
    per_tree::PerTree,
    source::{ForestSource, Precision},
};

/// Every tree of a model, ready to run.
#[derive(Debug)]
pub(super) struct Forest {
    trees: Layout,
    leaves: Leaves,
    width: usize,
    n_features: usize,
    precision: Precision,
}

#[derive(Debug)]
pub(super) enum Leaves {
    Vectors(LeafVectors),
    PerTree(PerTree),
}

#[derive(Debug)]
enum Layout {
    Small(Trees<Small>),
    Wide(Trees<Wide>),
}

#[derive(Debug)]
pub(super) struct Trees<N> {
    /// Padded to a power of two.
    nodes: Vec<N>,
    /// Without the padding.
    len: usize,
    roots: Vec<u32>,
    /// How many trees, deepest first, are still on their way at each level.
    live: Vec<u32>,
    /// Sets of categories; empty where no split needs them, and then rows take a loop that knows nothing of them.
    bits: Vec<u32>,
}

/// Buffers that a row needs, kept between rows.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    at: Vec<u32>,
    small: Vec<u32>,
    wide: Vec<u64>,
    fixed: Vec<u32>,
}

impl Forest {
    pub(super) fn small(trees: Trees<Small>, leaves: Leaves, source: &ForestSource) -> Self {
        Self::new(Layout::Small(trees), leaves, source)
    }

    pub(super) fn wide(trees: Trees<Wide>, leaves: Leaves, source: &ForestSource) -> Self {
        Self::new(Layout::Wide(trees), leaves, source)
    }

    fn new(trees: Layout, leaves: Leaves, source: &ForestSource) -> Self {
        let ForestSource {
            width,
            n_features,
            precision,
            ..
        } = *source;
        Self {
            trees,
            leaves,
            width,
            n_features,
            precision,
        }
    }

    /// Sums the leaves that `row` falls into. `row` has one number per feature, `sums` one per output.
    pub(super) fn sum(&self, row: &[f64], buffers: &mut Buffers, sums: &mut [f64]) {
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
                self.leaves.sum(trees, at, fixed, sums);
            }
            Layout::Wide(trees) => {
                match self.precision {
                    Precision::F32 => {
                        trees.descend(row.iter().map(|x| f64::from(*x as f32)), wide, at);
                    }
                    Precision::F64 => trees.descend(row.iter().copied(), wide, at),
                }
                self.leaves.sum(trees, at, fixed, sums);
            }
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn n_trees(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.roots.len(),
            Layout::Wide(trees) => trees.roots.len(),
        }
    }

    pub(super) fn n_nodes(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.len,
            Layout::Wide(trees) => trees.len,
        }
    }

    pub(super) fn depth(&self) -> usize {
        match &self.trees {
            Layout::Small(trees) => trees.live.len(),
            Layout::Wide(trees) => trees.live.len(),
        }
    }

    /// Bytes that nodes and leaves take.
    pub(super) fn bytes(&self) -> usize {
        let nodes = match &self.trees {
            Layout::Small(trees) => size_of_val(trees.nodes.as_slice()),
            Layout::Wide(trees) => {
                size_of_val(trees.nodes.as_slice()) + size_of_val(trees.bits.as_slice())
            }
        };
        let leaves = match &self.leaves {
            Leaves::Vectors(leaves) => leaves.bytes(),
            Leaves::PerTree(leaves) => leaves.bytes(),
        };
        nodes + leaves
    }
}

impl Leaves {
    fn sum<N: Node>(&self, trees: &Trees<N>, at: &[u32], fixed: &mut Vec<u32>, sums: &mut [f64]) {
        match self {
            Self::Vectors(leaves) => leaves.sum(trees, at, fixed, sums),
            Self::PerTree(leaves) => leaves.sum(|place| trees.leaf(at[place as usize]), sums),
        }
    }
}

impl<N: Node> Trees<N> {
    pub(super) fn new(mut nodes: Vec<N>, roots: Vec<u32>, live: Vec<u32>, bits: Vec<u32>) -> Self {
        let len = nodes.len();
        nodes.resize(len.next_power_of_two(), N::default());
        Self {
            nodes,
            len,
            roots,
            live,
            bits,
        }
    }

    /// Takes one row down every tree; `at` ends up holding a leaf of each.
    fn descend(
        &self,
        row: impl ExactSizeIterator<Item = f64>,
        keys: &mut Vec<N::Key>,
        at: &mut Vec<u32>,
    ) {
        let padded = row.len().next_power_of_two();
        let mut missing = false;
        keys.clear();
        keys.extend(row.map(|x| {
            missing |= x.is_nan();
            N::key(x)
        }));
        keys.resize(padded, N::Key::default());
        at.clear();
        at.extend_from_slice(&self.roots);
        if !self.bits.is_empty() {
            self.levels(keys, at, |node, x| node.step_categories(x, &self.bits));
        } else if missing {
            self.levels(keys, at, N::step_missing);
        } else {
            self.levels(keys, at, N::step);
        }
    }

    #[inline]
    fn levels(&self, keys: &[N::Key], at: &mut [u32], step: impl Fn(N, N::Key) -> u32) {
        let (node_mask, key_mask) = (self.nodes.len() - 1, keys.len() - 1);
        let (nodes, keys) = (&self.nodes[..=node_mask], &keys[..=key_mask]);
        for &live in &self.live {
            for at in &mut at[..live as usize] {
                let node = nodes[*at as usize & node_mask];
                *at += step(node, keys[node.feature(key_mask)]);
            }
        }
    }

    pub(super) fn leaves<'a>(&'a self, at: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
        let mask = self.nodes.len() - 1;
        let nodes = &self.nodes[..=mask];
        at.iter()
            .map(move |at| nodes[*at as usize & mask].leaf_number())
    }

    #[inline]
    pub(super) fn leaf(&self, at: u32) -> usize {
        self.nodes[at as usize & (self.nodes.len() - 1)].leaf_number()
    }
}
