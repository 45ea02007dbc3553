//! Trees whose leaves hold a number for each output.

use super::{FormatError, corrupt, document::GbtreeModel, unsupported};
use crate::model::{ForestIr, TreeNode};

/// Takes from trees that are such the outputs that they are said to add to. The model has `width` outputs, and `count` of its trees
/// predict. A claim of many outputs costs a file nothing, so there has to be a tree or a number for each.
pub(super) fn note(
    model: &mut GbtreeModel,
    width: usize,
    count: usize,
    drops_out: bool,
) -> Result<(), FormatError> {
    let mut vectors = false;
    for tree in &model.trees {
        vectors |= tree.leaf_size()? > 1;
    }
    if width > count && !(vectors && model.holds_numbers(width)) {
        return Err(corrupt!(
            "the XGBoost model has {count} trees for {width} outputs"
        ));
    }
    if vectors && drops_out {
        return Err(unsupported!(
            "the XGBoost model drops out trees of several outputs; train it with booster=\"gbtree\""
        ));
    }
    if vectors {
        model.tree_info.clear();
    }
    Ok(())
}

/// Adds the margins to the leaves of the first tree, where they are such, for the sums begin with them.
pub(super) fn begin_with(margins: &mut Vec<f64>, forest: &mut ForestIr) {
    if !forest.targets.is_empty() {
        return;
    }
    let width = forest.width;
    let first = forest.trees.first().into_iter().flatten();
    let leaves = first.filter(|node| matches!(node, TreeNode::Leaf { .. }));
    let leaves = leaves.count();
    for leaf in forest.leaves.chunks_exact_mut(width).take(leaves) {
        for (x, margin) in leaf.iter_mut().zip(&*margins) {
            *x = f64::from((*x + margin) as f32);
        }
    }
    margins.clear();
}
