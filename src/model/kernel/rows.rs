//! One row at a time down all trees, level by level.
//!
//! Trees are as deep as their longest way, and most rows arrive long before its end: below the first levels, trees that have arrived
//! leave the list now and then. The array of nodes is padded to a power of two and indices are masked, so that the loop needs no bounds checks
//! and no branches. The checks and the layout have made sure that a mask never changes an index.

use super::{node::Node, trees::Trees};

/// Levels that all trees go down before it is first looked which of them have arrived: a look costs as much as a level or two.
const FIRST_LEVELS: usize = 8;

/// Levels between two such looks.
const LEVELS: usize = 4;

/// Where the trees of one row are: kept from row to row.
#[derive(Debug, Default)]
pub(in crate::model) struct Places {
    /// By the place of the tree.
    pub(super) at: Vec<u32>,
    /// The trees that have not arrived.
    going: Vec<Going>,
    /// The leaves of small trees that are left.
    pub(super) left: Vec<u64>,
}

/// A tree on its way.
#[derive(Clone, Copy, Debug)]
struct Going {
    at: u32,
    place: u32,
}

impl Places {
    /// The node that each tree has ended in, as [`Trees::leaf_numbers`] takes it; the numbers themselves where they were looked up.
    pub(in crate::model) fn leaves(&self) -> &[u32] {
        &self.at
    }
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

    /// Numbers of a row.
    pub(in crate::model) fn len(&self) -> usize {
        self.row.len()
    }
}

impl<N: Node> Trees<N> {
    /// Takes one row down every tree; `places` ends up holding a leaf of each.
    pub(in crate::model) fn descend(
        &self,
        row: impl ExactSizeIterator<Item = f64>,
        keys: &mut Vec<N::Key>,
        places: &mut Places,
    ) {
        let padded = row.len().next_power_of_two();
        let mut missing = false;
        keys.clear();
        keys.extend(row.map(|x| {
            missing |= x.is_nan();
            N::key(x)
        }));
        keys.resize(padded, N::Key::default());
        self.walk(keys, missing, places);
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
        places: &mut Places,
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
        self.walk(keys, missing, places);
        others
            .for_each(|(feature, _)| keys[feature as usize] = N::key(zeros.row[feature as usize]));
    }

    #[inline]
    fn walk(&self, keys: &[N::Key], missing: bool, places: &mut Places) {
        places.at.clear();
        places.at.extend_from_slice(&self.roots);
        if !self.bits.is_empty() {
            let step = |node: N, x| node.step_categories(x, &self.bits);
            self.descend_with(keys, places, step);
        } else if missing {
            self.descend_with(keys, places, N::step_missing);
        } else {
            self.descend_with(keys, places, N::step);
        }
    }

    #[inline]
    fn descend_with(
        &self,
        keys: &[N::Key],
        Places { at, going, .. }: &mut Places,
        step: impl Fn(N, N::Key) -> u32,
    ) {
        let (node_mask, key_mask) = (self.mask, keys.len() - 1);
        let (nodes, keys) = (&self.nodes[..=node_mask], &keys[..=key_mask]);
        let node = |at: u32| N::unpack(nodes[at as usize & node_mask]);
        let go = |at: &mut u32| {
            let node = node(*at);
            *at += step(node, keys[node.feature(key_mask)]);
        };
        let first = match self.live.len() {
            // The list costs as much as a level or two.
            depth if depth <= FIRST_LEVELS + LEVELS => depth,
            _ => FIRST_LEVELS,
        };
        let (levels, below) = self.live.split_at(first);
        for live in levels {
            at[..*live as usize].iter_mut().for_each(&go);
        }
        let Some(live) = below.first() else {
            return;
        };
        going.clear();
        let trees = at[..*live as usize].iter().zip(0..);
        going.extend(trees.map(|(at, place)| Going { at: *at, place }));
        for levels in below.chunks(LEVELS) {
            keep_going(going, at, |at| node(at).offset() != 0);
            for _ in levels {
                going.iter_mut().for_each(|tree| go(&mut tree.at));
            }
        }
        keep_going(going, at, |_| false);
    }
}

/// Notes in `at` where the trees are, and takes those off the list that have arrived. Without a branch: which ones they are nobody foresees.
#[inline]
fn keep_going(going: &mut Vec<Going>, at: &mut [u32], is_going: impl Fn(u32) -> bool) {
    let mut kept = 0;
    for i in 0..going.len() {
        let tree = going[i];
        at[tree.place as usize] = tree.at;
        going[kept] = tree;
        kept += usize::from(is_going(tree.at));
    }
    going.truncate(kept);
}
