use std::ops::Range;

use linfa::Float;

use ndarray_rand::rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::criterion::{Criterion, Entry};
use super::features::Features;
use super::sort::Sorter;
use super::RankedColumns;

/// What ends a branch, and what a split looks at
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_weight_split: f64,
    pub(crate) min_weight_leaf: f64,
    pub(crate) min_impurity_decrease: f64,
    pub(crate) max_features: Option<usize>,
    pub(crate) seed: u64,
}

impl Limits {
    fn features(&self, available: usize) -> Features {
        let per_split = self.max_features.unwrap_or(available).min(available);
        // All features are taken in their order, so that a plain tree has nothing random.
        let rng = (per_split < available).then(|| ChaCha8Rng::seed_from_u64(self.seed));
        Features::new(available, per_split, rng)
    }
}

/// A node of a fitted tree
#[derive(Debug, Clone)]
pub(crate) struct Node<F, A> {
    pub(crate) depth: usize,
    /// What the node says about its rows
    pub(crate) answer: A,
    /// `None` for a leaf
    pub(crate) split: Option<Split<F>>,
}

/// How a node sends its rows on: those with `x <= value` to the left
#[derive(Debug, Clone, Copy)]
pub(crate) struct Split<F> {
    pub(crate) feature: usize,
    pub(crate) value: F,
    pub(crate) impurity_decrease: F,
    /// Index of the right child; the left one follows its parent.
    pub(crate) right: usize,
}

/// A node that waits to be fitted
struct Waiting {
    rows: Range<usize>,
    depth: usize,
    /// The number of features that are known to be constant here
    n_constant: usize,
    /// The parent, if this is its right child
    right_of: Option<usize>,
}

/// A split that was found
struct Found {
    feature: usize,
    score: f64,
    /// The places of the two rows beside the cut
    low: usize,
    high: usize,
}

/// Fits a tree: the nodes with every parent before its children, left subtrees before right ones.
///
/// A node looks at its own rows only. They are a range of `rows`, which a split divides in two, each part in the order that it had. So
/// the rows of a level cost the same, however many nodes it has. Nothing recurses: a tree may be as deep as there are rows.
///
/// `answer` is asked what a node says, and told whether it is a leaf.
pub(crate) fn grow<F: Float, C: Criterion, A>(
    columns: &RankedColumns<'_, F>,
    mut rows: Vec<Entry<C::Target>>,
    limits: &Limits,
    criterion: &mut C,
    mut answer: impl FnMut(&C, bool) -> A,
    mut done: impl FnMut(usize),
) -> Vec<Node<F, A>> {
    let mut search = Search {
        columns,
        limits,
        sorter: Sorter::default(),
        features: limits.features(columns.ncols()),
    };
    let mut nodes: Vec<Node<F, A>> = Vec::new();
    let mut right_rows = Vec::new();
    let mut waiting = vec![Waiting {
        rows: 0..rows.len(),
        depth: 0,
        n_constant: 0,
        right_of: None,
    }];
    while let Some(next) = waiting.pop() {
        let at = nodes.len();
        if let Some(split) = next
            .right_of
            .and_then(|parent| nodes[parent].split.as_mut())
        {
            split.right = at;
        }
        let here = &mut rows[next.rows.clone()];
        criterion.enter(here);
        let (found, n_constant) = search.best(criterion, here, next.depth, next.n_constant);
        nodes.push(Node {
            depth: next.depth,
            answer: answer(criterion, found.is_none()),
            split: found.as_ref().map(|found| Split {
                feature: found.feature,
                value: columns.between(found.feature, here[found.low].row, here[found.high].row),
                impurity_decrease: F::cast(criterion.decrease(found.score)),
                right: 0,
            }),
        });
        let Some(found) = found else {
            done(here.len());
            continue;
        };
        let ranks = columns.ranks(found.feature);
        let last = ranks[here[found.low].row as usize];
        let n_left = partition(here, &mut right_rows, |entry| {
            ranks[entry.row as usize] <= last
        });
        let middle = next.rows.start + n_left;
        let depth = next.depth + 1;
        waiting.push(Waiting {
            rows: middle..next.rows.end,
            depth,
            n_constant,
            right_of: Some(at),
        });
        waiting.push(Waiting {
            rows: next.rows.start..middle,
            depth,
            n_constant,
            right_of: None,
        });
    }
    nodes
}

/// Looks for the best split of a node.
struct Search<'a, 'r, F> {
    columns: &'a RankedColumns<'r, F>,
    limits: &'a Limits,
    sorter: Sorter,
    features: Features,
}

impl<F: Float> Search<'_, '_, F> {
    /// The best split of the node that `criterion` has entered, if it may be split, and the number of features that are known to be
    /// constant. Of several equal splits, the first that is seen.
    fn best<C: Criterion>(
        &mut self,
        criterion: &mut C,
        rows: &[Entry<C::Target>],
        depth: usize,
        n_constant: usize,
    ) -> (Option<Found>, usize) {
        let limits = self.limits;
        if criterion.is_pure()
            || criterion.weight() < limits.min_weight_split
            || limits.max_depth.is_some_and(|most| depth >= most)
        {
            return (None, n_constant);
        }
        let (columns, sorter) = (self.columns, &mut self.sorter);
        let mut best: Option<Found> = None;
        let n_constant = self.features.each(n_constant, |feature| {
            let ranks = columns.ranks(feature);
            let Some(keys) = sorter.sort(rows.iter().map(|entry| ranks[entry.row as usize])) else {
                return false;
            };
            if let Some(cut) = criterion.cut(rows, keys, limits.min_weight_leaf) {
                if best.as_ref().is_none_or(|best| cut.score > best.score) {
                    best = Some(Found {
                        feature,
                        score: cut.score,
                        low: keys[cut.at - 1] as u32 as usize,
                        high: keys[cut.at] as u32 as usize,
                    });
                }
            }
            true
        });
        // The decrease of a split that only gets useful further down is zero, which rounding may turn into less. One epsilon is the
        // least that can be asked for, another one is left to rounding.
        let epsilon = F::epsilon().to_f64().unwrap_or(0.0);
        let least = limits.min_impurity_decrease - 2.0 * epsilon;
        let best = best.filter(|best| criterion.decrease(best.score) >= least);
        (best, n_constant)
    }
}

/// Moves the rows that go left to the front, and keeps the order on both sides. The number of rows on the left.
fn partition<T: Copy>(
    rows: &mut [Entry<T>],
    right: &mut Vec<Entry<T>>,
    goes_left: impl Fn(&Entry<T>) -> bool,
) -> usize {
    right.clear();
    let mut n_left = 0;
    for i in 0..rows.len() {
        let row = rows[i];
        if goes_left(&row) {
            rows[n_left] = row;
            n_left += 1;
        } else {
            right.push(row);
        }
    }
    rows[n_left..].copy_from_slice(right);
    n_left
}
