//! The node arrays of one tree → nodes, leaf values and sets of categories.
//!
//! Source: `RegTree` in XGBoost's `include/xgboost/tree_model.h`, and `Decision` in `src/common/categorical.h`.

use super::{FormatError, corrupt, document, unsupported};
use crate::model::{CategorySet, ForestIr, Test, TreeNode};

/// XGBoost takes larger numbers for no category.
const MAX_CATEGORY: i32 = 1 << 24;

/// What the leaves of a tree that may be dropped out count.
#[derive(Clone, Copy)]
pub(super) struct Dropout {
    pub(super) weight: f32,
    /// The margin that is added to a leaf and taken away again before the leaf is weighed, which costs it its last bits:
    /// `inplace_predict` does so, and the scikit-learn classes with it, where `Booster.predict` does not.
    pub(super) margin: f32,
}

impl Dropout {
    fn apply(self, leaf: f32) -> f32 {
        (leaf + self.margin - self.margin) * self.weight
    }
}

/// Appends tree number `number`. `words` is how long sets of categories may still be.
pub(super) fn append(
    tree: &document::Tree,
    number: usize,
    dropout: Option<Dropout>,
    words: &mut usize,
    forest: &mut ForestIr,
) -> Result<(), FormatError> {
    check(tree, number)?;
    let size = tree.leaf_size()?;
    if size
        != if forest.targets.is_empty() {
            forest.width
        } else {
            1
        }
    {
        return Err(corrupt!(
            "tree {number} has {size} numbers per leaf, for {} outputs",
            forest.width
        ));
    }
    let first_set = sets(tree, number, words, forest)?;
    let mut nodes = Vec::with_capacity(tree.left_children.len());
    for (at, &left) in tree.left_children.iter().enumerate() {
        if left == -1 {
            nodes.push(TreeNode::Leaf {
                values: (forest.leaves.len() / size) as u32,
            });
            let apply = |leaf: f32| dropout.map_or(leaf, |dropout| dropout.apply(leaf));
            let numbers = leaf(tree, number, at, size)?.iter();
            let numbers = numbers.map(|document::Number(leaf)| f64::from(apply(*leaf)));
            forest.leaves.extend(numbers);
        } else {
            nodes.push(split(tree, number, at, first_set)?);
        }
    }
    forest.trees.push(nodes);
    Ok(())
}

/// The numbers of the leaf at node `at`.
///
/// Source: `MultiTargetTree` in XGBoost's `src/tree/multi_target_tree_model.cc`.
fn leaf(
    tree: &document::Tree,
    number: usize,
    at: usize,
    size: usize,
) -> Result<&[document::Number], FormatError> {
    let (numbers, place) = match size {
        1 => (&tree.split_conditions, at),
        _ if tree.leaf_weights.is_empty() => (&tree.base_weights, at),
        // A negative place is none.
        _ => (
            &tree.leaf_weights,
            usize::try_from(tree.right_children[at]).unwrap_or(usize::MAX),
        ),
    };
    let first = place.saturating_mul(size);
    numbers
        .get(first..first.saturating_add(size))
        .ok_or_else(|| corrupt!("tree {number}, node {at} is a leaf without numbers"))
}

/// Whether the arrays of a tree are equally long, and one number belongs to each leaf.
fn check(tree: &document::Tree, number: usize) -> Result<(), FormatError> {
    let count = tree.left_children.len();
    let lengths = [
        ("right_children", tree.right_children.len()),
        ("split_indices", tree.split_indices.len()),
        ("split_conditions", tree.split_conditions.len()),
        ("default_left", tree.default_left.len()),
    ];
    for (name, length) in lengths {
        if length != count {
            return Err(corrupt!(
                "tree {number}: {name} has {length} entries for {count} nodes"
            ));
        }
    }
    if !tree.split_type.is_empty() && tree.split_type.len() != count {
        return Err(corrupt!(
            "tree {number}: split_type has {} entries for {count} nodes",
            tree.split_type.len()
        ));
    }
    Ok(())
}

/// The split `at` of a tree whose arrays are equally long.
fn split(
    tree: &document::Tree,
    number: usize,
    at: usize,
    first_set: u32,
) -> Result<TreeNode, FormatError> {
    let (left, right) = (tree.left_children[at], tree.right_children[at]);
    let (Ok(left), Ok(right)) = (u32::try_from(left), u32::try_from(right)) else {
        return Err(corrupt!(
            "tree {number}, node {at} has the children {left} and {right}"
        ));
    };
    let (feature, default_left) = (tree.split_indices[at], tree.default_left[at].0);
    match tree.split_type.get(at) {
        None | Some(0) => Ok(TreeNode::Split {
            feature,
            test: Test::Lt,
            threshold: tree.split_conditions[at].0.into(),
            yes: left,
            no: right,
            missing_yes: default_left,
        }),
        Some(1) => match tree.categories_nodes.binary_search(&(at as u32)) {
            // The categories listed go right; the others, and whatever is no category, go left.
            Ok(set) => Ok(TreeNode::Categories {
                feature,
                set: first_set + set as u32,
                yes: right,
                no: left,
                missing_yes: !default_left,
            }),
            Err(_) => Err(corrupt!(
                "tree {number}, node {at} splits by categories, but has none"
            )),
        },
        Some(other) => Err(unsupported!(
            "tree {number}, node {at} splits in a way that this server does not know ({other})"
        )),
    }
}

/// Appends the sets of categories of a tree, in the order of `categories_nodes`; returns the number of the first.
fn sets(
    tree: &document::Tree,
    number: usize,
    words: &mut usize,
    forest: &mut ForestIr,
) -> Result<u32, FormatError> {
    let count = tree.categories_nodes.len();
    if tree.categories_segments.len() != count || tree.categories_sizes.len() != count {
        return Err(corrupt!(
            "tree {number}: the arrays of categories differ in length"
        ));
    }
    let listed: u64 = tree
        .categories_sizes
        .iter()
        .fold(0, |all, size| all.saturating_add(*size));
    if listed > tree.categories.len() as u64 {
        return Err(corrupt!(
            "tree {number} has {} categories for splits that list {listed}",
            tree.categories.len()
        ));
    }
    if !tree.categories_nodes.is_sorted() {
        return Err(corrupt!(
            "tree {number}: the nodes that split by categories are not in order"
        ));
    }
    let first = forest.categories.len() as u32;
    for (&start, &size) in tree.categories_segments.iter().zip(&tree.categories_sizes) {
        let (start, size) = (start as usize, size as usize);
        let listed = tree.categories.get(start..start.saturating_add(size));
        let Some(listed) = listed else {
            return Err(corrupt!(
                "tree {number}: the categories {start} to {} do not exist",
                start.saturating_add(size)
            ));
        };
        forest.categories.push(set(listed, number, words)?);
    }
    Ok(first)
}

fn set(listed: &[i32], number: usize, words: &mut usize) -> Result<CategorySet, FormatError> {
    let most = listed.iter().copied().max().unwrap_or_default();
    if listed.iter().any(|c| !(0..MAX_CATEGORY).contains(c)) {
        return Err(corrupt!(
            "tree {number} lists a category that is negative or above {MAX_CATEGORY}"
        ));
    }
    let length = most as usize / 32 + 1;
    *words = words.checked_sub(length).ok_or_else(|| {
        unsupported!(
            "the categories of the XGBoost model go up to {most}, too far for sets; give the categories consecutive codes"
        )
    })?;
    let mut set = CategorySet {
        words: vec![0; length],
        ..CategorySet::default()
    };
    for &category in listed {
        if let Some(word) = set.words.get_mut(category as usize / 32) {
            *word |= 1 << (category % 32);
        }
    }
    Ok(set)
}
