//! The leaf weights: `class_*` of the classifier, `target_*` of the regressor.

use std::{borrow::Cow, collections::HashMap};

use super::{
    attributes::Numbers,
    corrupt,
    lists::Ints,
    node_arrays::{NodeArrays, Span},
    unsupported,
};
use crate::formats::FormatError;

/// The parallel arrays of weights, each for one node and one class or target.
pub(super) struct LeafWeights<'a> {
    pub(super) tree_ids: Cow<'a, Ints>,
    pub(super) node_ids: Cow<'a, Ints>,
    pub(super) ids: Cow<'a, Ints>,
    pub(super) values: Numbers<'a>,
}

/// Leaf vectors, and what onnxruntime derives from them.
pub(super) struct LeafVectors {
    pub(super) values: Vec<f64>,
    pub(super) all_positive: bool,
    /// Whether every class has a score for every row, or the winner cannot be a class without one.
    pub(super) every_class_scores: bool,
}

impl LeafWeights<'_> {
    /// Equal lengths and finite weights; places and ids are checked by [`Self::gather`].
    pub(super) fn check(&self, op: &str) -> Result<(), FormatError> {
        let count = self.ids.len();
        let lengths = [self.tree_ids.len(), self.node_ids.len(), self.values.len()];
        if lengths.iter().any(|&length| length != count) {
            return Err(corrupt!(
                "{op}: the arrays of leaf weights differ in length: {count} ids, {lengths:?} trees, nodes and weights"
            ));
        }
        if self.values.iter().any(|w| !w.is_finite()) {
            return Err(corrupt!("{op} has a leaf weight that is not finite"));
        }
        Ok(())
    }

    /// The weights of class 1 as those of the only column, where class 0 has the same with the other sign at every leaf: so does
    /// `CatBoost` write two classes, whose margins then stay each other's opposites to the last bit.
    pub(super) fn one_of_two(&self) -> Option<Self> {
        let pairs = self.ids.len() / 2;
        let same = |ids: &Ints, i: usize| ids.get(2 * i) == ids.get(2 * i + 1);
        let opposite = |i: usize| {
            let (zero, one) = (2 * i, 2 * i + 1);
            (self.ids.get(zero), self.ids.get(one)) == (Some(0), Some(1))
                && same(&self.tree_ids, i)
                && same(&self.node_ids, i)
                && self
                    .values
                    .get(zero)
                    .zip(self.values.get(one))
                    .is_some_and(|(a, b)| a + b == 0.0)
        };
        if self.ids.len() != 2 * pairs || !(0..pairs).all(opposite) {
            return None;
        }
        let second = |ids: &Ints| Cow::Owned(ids.iter().skip(1).step_by(2).collect());
        Some(Self {
            tree_ids: second(&self.tree_ids),
            node_ids: second(&self.node_ids),
            ids: Cow::Owned((0..pairs).map(|_| 0).collect()),
            values: Numbers::Stored(self.values.iter().skip(1).step_by(2).collect()),
        })
    }

    /// Gathers the weights of every leaf into a vector of `width` numbers, absent ones zero.
    pub(super) fn gather(
        &self,
        op: &str,
        width: usize,
        nodes: &NodeArrays<'_>,
        spans: &[Span],
        trees: &Slots<'_>,
        size: usize,
    ) -> Result<LeafVectors, FormatError> {
        let total = room_for(op, trees.count, width, size)?;
        let by_id: HashMap<i64, usize> = spans
            .iter()
            .enumerate()
            .filter_map(|(i, span)| Some((nodes.tree_ids.get(span.start)?, i)))
            .collect();
        // NaN marks a class for which the leaf lists nothing; listed weights are finite.
        let mut values = vec![f64::NAN; total];
        let mut last = (None, 0);
        for (i, value) in self.values.iter().enumerate() {
            let at = |array: &Ints| array.get(i).unwrap_or(-1);
            let (tree_id, node_id, id) = (at(&self.tree_ids), at(&self.node_ids), at(&self.ids));
            if last.0 != Some(tree_id) {
                let Some(&tree) = by_id.get(&tree_id) else {
                    return Err(corrupt!(
                        "{op}: a leaf weight belongs to tree {tree_id}, which is not there"
                    ));
                };
                last = (Some(tree_id), tree);
            }
            let place = spans
                .get(last.1)
                .and_then(|span| Some(span.start + span.place(node_id)? as usize));
            let Some(place) = place else {
                return Err(corrupt!(
                    "{op}: a leaf weight belongs to node {node_id} of tree {tree_id}, which is not there"
                ));
            };
            let Some(column) = usize::try_from(id).ok().filter(|&id| id < width) else {
                return Err(corrupt!(
                    "{op}: a leaf weight belongs to class or target {id} of {width}"
                ));
            };
            // Old converters list weights of branches too; onnxruntime skips them.
            let Some(leaf) = trees.leaf_of_node.get(place).copied().flatten() else {
                continue;
            };
            if let Some(slot) = values.get_mut(leaf as usize * width + column) {
                if slot.is_nan() {
                    *slot = value;
                } else if trees.first_weight_only {
                    return Err(unsupported!(
                        "{op}: a leaf lists two weights for its only target, of which onnxruntime takes one"
                    ));
                } else {
                    *slot += value;
                }
            }
        }
        Ok(LeafVectors {
            every_class_scores: complete(&mut values, width, trees),
            values,
            all_positive: self.values.iter().all(|w| w >= 0.0),
        })
    }
}

/// The numbers that `leaves` vectors of `width` hold, unless they are too many for a file of `size` bytes.
///
/// Many classes times many leaves of one class each: such a model is small as a file only.
pub(super) fn room_for(
    op: &str,
    leaves: usize,
    width: usize,
    size: usize,
) -> Result<usize, FormatError> {
    let total = leaves.saturating_mul(width);
    if total > size.saturating_mul(2).max(1 << 22) {
        return Err(unsupported!(
            "{op}: {leaves} leaves of {width} numbers are too much memory for a file of {size} bytes"
        ));
    }
    Ok(total)
}

/// Where the leaf vectors of a forest lie.
pub(super) struct Slots<'a> {
    /// The leaf vector of a node, by the place of the node in the arrays.
    pub(super) leaf_of_node: Vec<Option<u32>>,
    pub(super) count: usize,
    /// First and one past the last leaf vector of each tree.
    pub(super) ranges: &'a [(u32, u32)],
    pub(super) first_weight_only: bool,
}

impl<'a> Slots<'a> {
    /// Numbers the leaves as [`super::tree::tree`] does.
    pub(super) fn new(nodes: &NodeArrays<'_>, ranges: &'a [(u32, u32)]) -> Self {
        let mut count = 0;
        let number = |mode: &[u8]| {
            (mode == b"LEAF").then(|| {
                count += 1;
                count - 1
            })
        };
        Self {
            leaf_of_node: nodes.modes.iter().map(number).collect(),
            count: count as usize,
            ranges,
            first_weight_only: false,
        }
    }
}

/// Turns the marks into zeros and finds out whether a class could go without a score.
///
/// onnxruntime lets only those classes win that some reached leaf lists. That equals "the largest score wins" when
/// every class is listed by all leaves of some tree, or when no weight is negative and all leaves of some tree list a
/// positive one.
fn complete(values: &mut [f64], width: usize, trees: &Slots<'_>) -> bool {
    let mut covered = vec![false; width];
    let mut some_positive = false;
    let mut all_positive = true;
    for &(first, end) in trees.ranges {
        let range = first as usize * width..end as usize * width;
        let Some(tree) = values.get_mut(range) else {
            continue;
        };
        let mut listed = vec![true; width];
        let mut positive = !tree.is_empty();
        for leaf in tree.chunks_exact_mut(width.max(1)) {
            positive &= leaf.iter().any(|&w| w > 0.0);
            for (value, listed) in leaf.iter_mut().zip(&mut listed) {
                all_positive &= value.is_nan() || *value >= 0.0;
                if value.is_nan() {
                    *value = 0.0;
                    *listed = false;
                }
            }
        }
        some_positive |= positive;
        if !tree.is_empty() {
            for (covered, listed) in covered.iter_mut().zip(&listed) {
                *covered |= listed;
            }
        }
    }
    covered.iter().all(|&c| c) || (all_positive && some_positive)
}
