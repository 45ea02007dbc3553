//! The nodes of one tree, and the repair of trees whose branches meet again.

use super::{
    chains::Sets,
    corrupt,
    node_arrays::{NodeArrays, Span, mode},
    unsupported,
};
use crate::{
    formats::FormatError,
    model::{Test, TreeNode},
};

/// Trees with a shared branch may grow by this factor when each parent gets a copy of its own.
pub(super) const MAX_GROWTH: usize = 8;

/// Reads one tree. `leaves` counts the leaf vectors so far; each leaf listed gets the next one.
pub(super) fn tree(
    op: &str,
    nodes: &NodeArrays<'_>,
    span: &Span,
    handles_missing: bool,
    leaves: &mut u32,
    sets: &mut Sets,
) -> Result<Vec<TreeNode>, FormatError> {
    let mut tree = Vec::with_capacity(span.end - span.start);
    let mut parents = vec![0_u32; span.end - span.start];
    for i in span.start..span.end {
        let (Some(name), Some(yes), Some(no)) =
            (nodes.modes.get(i), nodes.yes.get(i), nodes.no.get(i))
        else {
            return Err(corrupt!("{op}: the node arrays differ in length"));
        };
        let Some(test) = mode(name)? else {
            tree.push(TreeNode::Leaf { values: *leaves });
            *leaves += 1;
            continue;
        };
        let mut child = |id: i64| {
            let place = span.place(id).ok_or_else(|| {
                corrupt!(
                    "{op}: node {i} has the child {id}, which its tree does not list; the tree is cut off or damaged"
                )
            })?;
            if let Some(parents) = parents.get_mut(place as usize) {
                *parents = parents.saturating_add(1);
            }
            Ok::<_, FormatError>(place)
        };
        let (yes, no) = (child(yes)?, child(no)?);
        let feature = nodes.features.get(i).unwrap_or(-1);
        let Ok(feature) = u32::try_from(feature) else {
            return Err(corrupt!("{op}: node {i} tests feature {feature}"));
        };
        let tracks_yes = nodes.missing.get(i) == Some(1);
        tree.push(TreeNode::Split {
            feature,
            test,
            threshold: nodes.values.get(i).unwrap_or(f64::NAN),
            yes,
            no,
            // `NaN != t` holds, so a missing value passes that test without being tracked.
            missing_yes: handles_missing && (tracks_yes || test == Test::Ne),
        });
    }
    let mut parents = parents.into_iter();
    if parents.next() != Some(0) {
        return Err(corrupt!(
            "{op}: the first node of a tree is another node's child"
        ));
    }
    if parents.any(|count| count != 1) {
        sets.join(&mut tree);
        return unshare(op, &tree);
    }
    Ok(tree)
}

/// A tree that would grow beyond [`MAX_GROWTH`].
pub(super) fn too_shared(op: &str) -> FormatError {
    unsupported!("{op}: the branches of a tree meet again so often that it cannot be unfolded")
}

/// Copies what several parents share and drops what none reaches.
///
/// onnxruntime accepts such trees. What [`Sets::join`] has left of them is small.
fn unshare(op: &str, tree: &[TreeNode]) -> Result<Vec<TreeNode>, FormatError> {
    let limit = tree.len().saturating_mul(MAX_GROWTH);
    let Some(&root) = tree.first() else {
        return Err(corrupt!("{op} has an empty tree"));
    };
    let mut copy = vec![root];
    let mut at = 0;
    while let Some(&node) = copy.get(at) {
        if let TreeNode::Split { yes, no, .. } | TreeNode::Categories { yes, no, .. } = node {
            // A cycle never ends, and ends here.
            if copy.len() + 2 > limit {
                return Err(too_shared(op));
            }
            let place = copy.len() as u32;
            for child in [yes, no] {
                let Some(&child) = tree.get(child as usize) else {
                    return Err(corrupt!("{op}: a child lies outside its tree"));
                };
                copy.push(child);
            }
            if let Some(TreeNode::Split { yes, no, .. } | TreeNode::Categories { yes, no, .. }) =
                copy.get_mut(at)
            {
                (*yes, *no) = (place, place + 1);
            }
        }
        at += 1;
    }
    Ok(copy)
}
