//! One row at a time down all trees, level by level.
//!
//! The node arrays are padded to a power of two and indices masked, so that the loop is free of bounds checks and of branches; the
//! checks and the layout have made sure that the masks never change an index.

use super::node::Node;

/// Every tree of a forest in one array of nodes.
#[derive(Debug)]
pub(in crate::model) struct Trees<N> {
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

/// What a row of zeros is to the trees: where zeros are missing values, it is not zeros.
#[derive(Debug)]
pub(in crate::model) struct Zeros {
    row: Vec<f64>,
    missing: bool,
}

impl Zeros {
    /// The row as the trees take it.
    pub(in crate::model) fn new(row: Vec<f64>) -> Self {
        let missing = row.iter().any(|x| x.is_nan());
        Self { row, missing }
    }
}

impl<N: Node> Trees<N> {
    pub(in crate::model) fn new(
        mut nodes: Vec<N>,
        roots: Vec<u32>,
        live: Vec<u32>,
        bits: Vec<u32>,
    ) -> Self {
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
    pub(in crate::model) fn descend(
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
        self.walk(keys, missing, at);
    }

    /// Begins a run of rows most of whose numbers are those of `zeros`.
    pub(in crate::model) fn begin(zeros: &Zeros, keys: &mut Vec<N::Key>) {
        keys.clear();
        keys.extend(zeros.row.iter().map(|x| N::key(*x)));
        keys.resize(zeros.row.len().next_power_of_two(), N::Key::default());
    }

    /// The same as [`Trees::descend`] for a row whose features are `zeros` but for those that are `dense`, which are the same ones in every
    /// row of a run, and others. What it costs does not depend on the number of features.
    pub(in crate::model) fn descend_sparse(
        &self,
        zeros: &Zeros,
        dense: impl Iterator<Item = (u32, f64)>,
        others: impl Iterator<Item = (u32, f64)> + Clone,
        keys: &mut [N::Key],
        at: &mut Vec<u32>,
    ) {
        let mut missing = zeros.missing;
        for (feature, x) in dense {
            missing |= x.is_nan();
            keys[feature as usize] = N::key(x);
        }
        others.clone().for_each(|(feature, x)| {
            missing |= x.is_nan();
            keys[feature as usize] = N::key(x);
        });
        self.walk(keys, missing, at);
        others
            .for_each(|(feature, _)| keys[feature as usize] = N::key(zeros.row[feature as usize]));
    }

    #[inline]
    fn walk(&self, keys: &[N::Key], missing: bool, at: &mut Vec<u32>) {
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

    /// What tells the number of a leaf from its place, as [`Trees::descend`] leaves it in `at`.
    #[inline]
    pub(in crate::model) fn leaf_numbers(&self) -> impl Fn(u32) -> usize + '_ {
        let mask = self.nodes.len() - 1;
        let nodes = &self.nodes[..=mask];
        move |at| nodes[at as usize & mask].leaf_number()
    }

    /// How many trees there are.
    pub(in crate::model) fn n_trees(&self) -> usize {
        self.roots.len()
    }

    /// Splits and leaves, without the padding.
    pub(in crate::model) fn n_nodes(&self) -> usize {
        self.len
    }

    /// Comparisons on the longest way down.
    pub(in crate::model) fn depth(&self) -> usize {
        self.live.len()
    }

    /// Bytes held.
    pub(in crate::model) fn bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice()) + size_of_val(self.bits.as_slice())
    }
}
