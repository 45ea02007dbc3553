//! A block of rows down one tree after the other, so that a tree is fetched once for all of them.
//!
//! Sixteen rows go side by side: none waits for the memory of another. Their keys lie feature by feature, so that a lane is a constant
//! distance. Every index is a number of 16 bits into a window of as many nodes, which needs no check.

use super::{
    node::Node,
    trees::{Trees, WINDOW},
};
use std::hint::black_box;

/// Rows that go down side by side.
pub(in crate::model) const LANES: usize = 16;

/// A tree is looked at first where it has no more nodes than this for every row.
const MOST_NODES_A_ROW: usize = 64;

/// Levels between two looks whether all of them have arrived.
const LEVELS: u32 = 4;

/// Bytes of a line of the caches.
const LINE: usize = 64;

/// The keys of rows, in tiles of [`LANES`] rows, feature by feature.
#[derive(Debug, Default)]
pub(in crate::model) struct Block<K> {
    keys: Vec<[K; LANES]>,
    /// Features of a tile, padded to a power of two.
    padded: usize,
    rows: usize,
    missing: bool,
}

impl<K: Copy + Default> Block<K> {
    /// Forgets all rows; the next ones have so many features.
    pub(in crate::model) fn clear(&mut self, features: usize) {
        self.keys.clear();
        self.padded = features.next_power_of_two();
        self.rows = 0;
        self.missing = false;
    }

    /// Adds a row.
    #[inline]
    pub(in crate::model) fn push<N: Node<Key = K>>(&mut self, row: impl Iterator<Item = f64>) {
        let (tile, lane) = (self.rows / LANES, self.rows % LANES);
        let start = tile * self.padded;
        if lane == 0 {
            self.keys.resize(start + self.padded, [K::default(); LANES]);
        }
        for (keys, x) in self.keys[start..].iter_mut().zip(row) {
            self.missing |= x.is_nan();
            keys[lane] = N::key(x);
        }
        self.rows += 1;
    }

    /// How many rows it has.
    pub(in crate::model) fn rows(&self) -> usize {
        self.rows
    }
}

impl<N: Node> Trees<N> {
    /// Takes every row of a block down the tree at `place`; `numbers` ends up holding the numbers of their leaves, and something for
    /// what is missing in the last tile.
    pub(in crate::model) fn descend_block(
        &self,
        place: usize,
        block: &Block<N::Key>,
        numbers: &mut Vec<u32>,
    ) {
        numbers.resize(block.rows.next_multiple_of(LANES), 0);
        self.warm(place, block.rows);
        if !self.bits.is_empty() {
            let step = |node: N, x| node.step_categories(x, &self.bits);
            self.tiles(place, block, numbers, step);
        } else if block.missing {
            self.tiles(place, block, numbers, N::step_missing);
        } else {
            self.tiles(place, block, numbers, N::step);
        }
    }

    /// The nodes of the tree at `place`.
    fn tree(&self, place: usize) -> &[N::Word] {
        let end = self
            .roots
            .get(place + 1)
            .map_or(self.len, |root| *root as usize);
        &self.nodes[self.roots[place] as usize..end]
    }

    /// Looks at every line of a tree once: memory is fetched in order several times as fast as on the way down.
    fn warm(&self, place: usize, rows: usize) {
        let nodes = self.tree(place);
        if rows * MOST_NODES_A_ROW < nodes.len() {
            return;
        }
        for word in nodes.iter().step_by(LINE / size_of::<N::Word>()) {
            black_box(word);
        }
    }

    fn tiles(
        &self,
        place: usize,
        block: &Block<N::Key>,
        numbers: &mut [u32],
        step: impl Fn(N, N::Key) -> u32 + Copy,
    ) {
        let (root, depth) = (self.roots[place], self.depths[place]);
        let tiles = block.keys.chunks_exact(block.padded);
        let tiles = tiles.zip(numbers.as_chunks_mut::<LANES>().0);
        match self.nodes[root as usize..].first_chunk::<WINDOW>() {
            Some(nodes) if self.tree(place).len() <= WINDOW => {
                let node = |at: u16| N::unpack(nodes[usize::from(at)]);
                let go = |at: u16, node, x| at.wrapping_add(step(node, x) as u16);
                for (tile, numbers) in tiles {
                    descend(0, depth, tile, node, go, numbers);
                }
            }
            _ => {
                let mask = self.mask;
                let nodes = &self.nodes[..=mask];
                let node = |at: u32| N::unpack(nodes[at as usize & mask]);
                let go = |at: u32, node, x| at + step(node, x);
                for (tile, numbers) in tiles {
                    descend(root, depth, tile, node, go, numbers);
                }
            }
        }
    }
}

/// Where the rows of a tile end, from the node `start` on. `go` is where a step leads.
#[inline]
fn descend<N: Node, A: Copy>(
    start: A,
    depth: u32,
    tile: &[[N::Key; LANES]],
    node: impl Fn(A) -> N,
    go: impl Fn(A, N, N::Key) -> A,
    numbers: &mut [u32; LANES],
) {
    let mask = tile.len() - 1;
    let tile = &tile[..=mask];
    let mut at = [start; LANES];
    let mut left = depth;
    while left > 0 {
        let levels = left.min(LEVELS);
        for _ in 1..levels {
            for (lane, at) in at.iter_mut().enumerate() {
                let node = node(*at);
                *at = go(*at, node, tile[node.feature(mask)][lane]);
            }
        }
        let mut offsets = 0;
        for (lane, at) in at.iter_mut().enumerate() {
            let node = node(*at);
            offsets |= node.offset();
            *at = go(*at, node, tile[node.feature(mask)][lane]);
        }
        if offsets == 0 {
            break;
        }
        left -= levels;
    }
    for (number, at) in numbers.iter_mut().zip(at) {
        *number = node(at).leaf_number() as u32;
    }
}
