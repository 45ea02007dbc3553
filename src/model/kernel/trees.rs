//! Every tree of a forest in one array of nodes.

use super::node::Node;

/// As many nodes as 16 bits can tell apart: what the walks look at as a whole, so that no index needs a check.
pub(super) const WINDOW: usize = 1 << 16;

/// Every tree of a forest, deepest first.
#[derive(Debug)]
pub(in crate::model) struct Trees<N: Node> {
    /// Padded so that there is a whole [`WINDOW`] behind every root, and every place that `mask` leaves. The padding is asked for as zeros and
    /// not written to: most systems give it no memory, unless the allocator has used the memory before.
    pub(super) nodes: Vec<N::Word>,
    /// One less than a power of two, and no less than the place of any node.
    pub(super) mask: usize,
    /// Without the padding.
    pub(super) len: usize,
    pub(super) roots: Vec<u32>,
    /// Comparisons on the longest way down each tree.
    pub(super) depths: Vec<u32>,
    /// How many trees are still on their way at each level.
    pub(super) live: Vec<u32>,
    /// Sets of categories; empty where no split needs them, and then rows take a loop that knows nothing of them.
    pub(super) bits: Vec<u32>,
}

impl<N: Node> Trees<N> {
    /// `roots` are the places of the trees among the `nodes`, `depths` the lengths of their longest ways, deepest first.
    pub(in crate::model) fn new(
        nodes: &[N],
        roots: Vec<u32>,
        depths: Vec<u32>,
        bits: Vec<u32>,
    ) -> Self {
        let last = roots.last().map_or(0, |root| *root as usize);
        let masked = nodes.len().next_power_of_two();
        let padded = masked.max(last + WINDOW);
        let mut words = vec![N::Word::default(); padded];
        for (word, node) in words.iter_mut().zip(nodes) {
            *word = node.pack();
        }
        let deepest = depths.first().map_or(0, |depth| *depth);
        let live = |level| depths.partition_point(|depth| *depth > level) as u32;
        Self {
            nodes: words,
            mask: masked - 1,
            len: nodes.len(),
            live: (0..deepest).map(live).collect(),
            roots,
            depths,
            bits,
        }
    }

    pub(super) fn node(&self, at: u32) -> N {
        N::unpack(self.nodes[at as usize])
    }

    /// What tells the number of a leaf from its place.
    #[inline]
    pub(in crate::model) fn leaf_numbers(&self) -> impl Fn(u32) -> usize + '_ {
        let mask = self.mask;
        let nodes = &self.nodes[..=mask];
        move |at| N::unpack(nodes[at as usize & mask]).leaf_number()
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

    /// Bytes held, without the padding.
    pub(in crate::model) fn bytes(&self) -> usize {
        self.len * size_of::<N::Word>() + size_of_val(self.bits.as_slice())
    }
}
