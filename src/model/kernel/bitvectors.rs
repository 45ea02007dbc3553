//! Small trees as bitvectors: no walk at all, and no work that depends on where a row goes.
//!
//! A bit stands for a leaf. A split that a number does not pass rules out the leaves on its left, and of those that no split of a tree rules
//! out, the leftmost is where the row ends: that is `QuickScorer` (Lucchese et al., SIGIR 2015). There a row visits the splits that it does not
//! pass. Here the thresholds of a column cut its numbers into intervals, and for each of them a line of the table says what is left of
//! every tree; a row takes one line for each column. So the table is large where many trees have many splits, and a row takes long where
//! many columns are looked at: [`Bitvectors::new`] leaves those forests to the walk.

use super::{node::Node, rows::Places, trees::Trees};

/// The most bytes of a table: what the second cache of a core has.
const MOST_BYTES: usize = 1 << 20;

/// The most leaves of a tree.
const MOST_LEAVES: usize = u64::BITS as usize;

// What a row costs, about, in instructions: a step down a tree; a column, a step of the search among its thresholds and a word of its line;
// and the leaf of a tree.
const STEP: usize = 11;
const COLUMN: usize = 60;
const SEARCH: usize = 10;
const WORD: usize = 3;
const LEAF: usize = 8;

/// The trees of a forest, if they are small.
#[derive(Debug)]
pub(in crate::model) struct Bitvectors<K> {
    columns: Vec<Column<K>>,
    /// Line after line: what is left of each tree.
    lines: Vec<u64>,
    /// Words of a line.
    words: usize,
    /// Bits of a tree: a whole part of a word.
    bits: u32,
    /// By tree, where its leaves begin among the `numbers`.
    begin: Vec<u32>,
    /// The numbers of the leaves of all trees, each from left to right.
    numbers: Vec<u32>,
}

/// A column that splits look at.
#[derive(Debug)]
struct Column<K> {
    feature: usize,
    /// In order, each once.
    thresholds: Vec<K>,
    /// Where the lines of the column begin; the last one is that of missing values.
    lines: usize,
}

/// A split of a tree, and the leaves on its left.
struct Split<K> {
    feature: usize,
    threshold: K,
    missing_right: bool,
    tree: usize,
    left: u64,
}

/// What the bitvectors of trees are made of.
struct Parts<K> {
    splits: Vec<Split<K>>,
    begin: Vec<u32>,
    numbers: Vec<u32>,
    /// Leaves of the largest tree.
    most: usize,
}

impl<K: Copy + Default + Ord> Bitvectors<K> {
    /// `None` where the walk is faster.
    pub(in crate::model) fn new<N: Node<Key = K>>(trees: &Trees<N>) -> Option<Self> {
        let Parts {
            mut splits,
            begin,
            numbers,
            most,
        } = Parts::of(trees)?;
        splits.sort_unstable_by_key(|split| (split.feature, split.threshold));
        let bits = most.next_power_of_two().max(16);
        let words = (begin.len() * bits).div_ceil(u64::BITS as usize);
        let (mut lines, mut cost) = (0, begin.len() * LEAF);
        for splits in splits.chunk_by(|a, b| a.feature == b.feature) {
            let thresholds = splits.chunk_by(|a, b| a.threshold == b.threshold).count();
            lines += thresholds + 2;
            cost += COLUMN + (thresholds.ilog2() as usize + 1) * SEARCH + words * WORD;
        }
        let walk: usize = trees.live.iter().map(|live| *live as usize * STEP).sum();
        if lines * words * size_of::<u64>() > MOST_BYTES || cost > walk {
            return None;
        }
        let mut table = Self {
            columns: Vec::new(),
            lines: Vec::with_capacity(lines * words),
            words,
            bits: bits as u32,
            begin,
            numbers,
        };
        for splits in splits.chunk_by(|a, b| a.feature == b.feature) {
            table.column(splits);
        }
        Some(table)
    }

    /// Adds the lines of a column.
    fn column(&mut self, splits: &[Split<K>]) {
        let mut column = Column {
            feature: splits[0].feature,
            thresholds: Vec::new(),
            lines: self.lines.len(),
        };
        let bits = self.bits as usize;
        let cut = |line: &mut [u64], split: &Split<K>| {
            let bit = split.tree * bits;
            line[bit / 64] &= !(split.left << (bit % 64));
        };
        let mut line = vec![u64::MAX; self.words];
        self.lines.extend_from_slice(&line);
        for splits in splits.chunk_by(|a, b| a.threshold == b.threshold) {
            column.thresholds.push(splits[0].threshold);
            splits.iter().for_each(|split| cut(&mut line, split));
            self.lines.extend_from_slice(&line);
        }
        line.fill(u64::MAX);
        let missing = splits.iter().filter(|split| split.missing_right);
        missing.for_each(|split| cut(&mut line, split));
        self.lines.extend_from_slice(&line);
        self.columns.push(column);
    }

    /// The number of the leaf of each tree; `key` tells the key of a feature.
    #[inline]
    pub(in crate::model) fn look_up(&self, key: impl Fn(usize) -> K, places: &mut Places) {
        let Places { at, left, .. } = places;
        left.clear();
        left.resize(self.words, u64::MAX);
        for column in &self.columns {
            let key = key(column.feature);
            let passed = column.thresholds.partition_point(|t| *t < key);
            // No number has the key of NaN.
            let missing = column.thresholds.len() + 1;
            let line = if key == K::default() { missing } else { passed };
            let line = &self.lines[column.lines + line * self.words..][..self.words];
            left.iter_mut().zip(line).for_each(|(left, x)| *left &= x);
        }
        at.resize(self.begin.len(), 0);
        match self.bits {
            16 => self.leaves::<4>(left, at),
            32 => self.leaves::<2>(left, at),
            _ => self.leaves::<1>(left, at),
        }
    }

    /// The numbers of the leftmost leaves, where a word has so many trees.
    #[inline]
    fn leaves<const TREES: usize>(&self, left: &[u64], at: &mut [u32]) {
        let bits = u64::BITS / TREES as u32;
        let leaf = |word: u64, tree: usize, begin: u32| {
            // One leaf at least is left. The bit of the last one tells the compiler so.
            let word = word >> (tree as u32 * bits) | 1 << (bits - 1);
            self.numbers[(begin + word.trailing_zeros()) as usize]
        };
        let (at, rest) = at.as_chunks_mut::<TREES>();
        let (begin, begin_rest) = self.begin.as_chunks::<TREES>();
        for ((at, begin), word) in at.iter_mut().zip(begin).zip(left) {
            for tree in 0..TREES {
                at[tree] = leaf(*word, tree, begin[tree]);
            }
        }
        for (tree, (at, begin)) in rest.iter_mut().zip(begin_rest).enumerate() {
            *at = leaf(left[left.len() - 1], tree, *begin);
        }
    }

    /// Bytes held.
    pub(in crate::model) fn bytes(&self) -> usize {
        let thresholds = self.columns.iter().map(|column| column.thresholds.len());
        size_of_val(self.lines.as_slice())
            + size_of_val(self.numbers.as_slice())
            + thresholds.sum::<usize>() * size_of::<K>()
    }
}

impl<K> Parts<K> {
    /// `None` where a tree has too many leaves, or splits by categories.
    fn of<N: Node<Key = K>>(trees: &Trees<N>) -> Option<Self> {
        if trees.depth() >= MOST_LEAVES || !trees.bits.is_empty() {
            return None;
        }
        let mut parts = Self {
            splits: Vec::new(),
            begin: Vec::new(),
            numbers: Vec::new(),
            most: 0,
        };
        for (tree, root) in trees.roots.iter().enumerate() {
            let begin = parts.numbers.len();
            parts.begin.push(begin as u32);
            parts.unfold(trees, tree, *root)?;
            parts.most = parts.most.max(parts.numbers.len() - begin);
        }
        Some(parts)
    }

    /// Takes in what is below a place, from left to right. No deeper than the tree, whose depth is bounded.
    fn unfold<N: Node<Key = K>>(&mut self, trees: &Trees<N>, tree: usize, at: u32) -> Option<()> {
        let node = trees.node(at);
        let leaves = |parts: &Self| parts.numbers.len() - parts.begin[tree] as usize;
        let before = leaves(self);
        if node.offset() == 0 {
            self.numbers.push(node.leaf_number() as u32);
            return (before < MOST_LEAVES).then_some(());
        }
        let left = at + node.offset();
        self.unfold(trees, tree, left)?;
        self.splits.push(Split {
            feature: node.feature(N::MAX_FEATURES - 1),
            threshold: node.threshold(),
            missing_right: node.missing_right(),
            tree,
            left: ones(leaves(self)) & !ones(before),
        });
        self.unfold(trees, tree, left + 1)
    }
}

/// So many of the lowest bits.
fn ones(n: usize) -> u64 {
    u64::MAX.checked_shr(u64::BITS - n as u32).unwrap_or(0)
}
