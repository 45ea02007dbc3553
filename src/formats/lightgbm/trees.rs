//! The block of one tree → nodes, leaf values and sets of categories.
//!
//! Source: `NumericalDecision` and `CategoricalDecision` in LightGBM's `include/LightGBM/tree.h`, `kZeroThreshold` in its
//! `include/LightGBM/meta.h`.

use super::{FormatError, corrupt, text::Block, unsupported};
use crate::model::{CategorySet, ForestIr, Test, TreeNode, ops};

/// Numbers up to this far from zero are zero to LightGBM, whose constant is an `f32`.
const ZERO: f64 = 1e-35_f32 as f64;

/// The bits of `decision_type`.
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;

/// What a node takes for missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// Nothing: NaN is zero.
    None,
    /// Zero, and NaN with it.
    Zero,
    NaN,
}

/// How the nodes of each column treat zero, which all of them must agree on.
pub(super) struct Kinds {
    zero_is_missing: Vec<bool>,
    zero_is_a_number: Vec<bool>,
}

impl Kinds {
    pub(super) fn new(n_features: usize) -> Self {
        Self {
            zero_is_missing: vec![false; n_features],
            zero_is_a_number: vec![false; n_features],
        }
    }

    /// How close to zero a number is missing, by column; nothing where none is.
    ///
    /// LightGBM fixes what is missing in a column before training, so only a model trained in two ways can mix both.
    pub(super) fn zero_is_missing(&self) -> Result<Option<Vec<f64>>, FormatError> {
        let columns = self.zero_is_missing.iter().zip(&self.zero_is_a_number);
        if let Some(column) = columns.clone().position(|(a, b)| *a && *b) {
            return Err(unsupported!(
                "the LightGBM model takes zero in feature {column} for missing in some trees and for a number in others; \
                 train all of it with the same zero_as_missing"
            ));
        }
        if !self.zero_is_missing.contains(&true) {
            return Ok(None);
        }
        Ok(Some(
            columns
                .map(|(zero, _)| if *zero { ZERO } else { -1.0 })
                .collect(),
        ))
    }
}

/// The linear models in the leaves of a tree, and what is answered where a feature of theirs is missing; none if the leaves are numbers.
pub(super) fn models(block: &Block<'_>) -> Result<Option<Vec<ops::LeafModel>>, FormatError> {
    if block.get("is_linear").is_none_or(|linear| linear == "0") {
        return Ok(None);
    }
    let leaves: usize = block.number("num_leaves")?;
    let values: Vec<f64> = block.numbers("leaf_value", leaves)?;
    let constants: Vec<f64> = block.numbers("leaf_const", leaves)?;
    let counts: Vec<usize> = block.numbers("num_features", leaves)?;
    let count = counts
        .iter()
        .fold(0usize, |all, count| all.saturating_add(*count));
    let features: Vec<u32> = block.numbers("leaf_features", count)?;
    let weights: Vec<f64> = block.numbers("leaf_coeff", count)?;
    let mut terms = features.into_iter().zip(weights);
    let leaves = values.into_iter().zip(constants).zip(counts);
    let model = |((fallback, constant), count)| ops::LeafModel {
        constant,
        terms: terms.by_ref().take(count).collect(),
        fallback,
    };
    Ok(Some(leaves.map(model).collect()))
}

/// Appends tree `number`.
pub(super) fn append(
    block: &Block<'_>,
    number: usize,
    kinds: &mut Kinds,
    forest: &mut ForestIr,
) -> Result<(), FormatError> {
    let leaves: usize = block.number("num_leaves")?;
    let values: Vec<f64> = block.numbers("leaf_value", leaves)?;
    let Some(splits) = leaves.checked_sub(1) else {
        return Err(corrupt!(
            "tree {number} of the LightGBM model has no leaves"
        ));
    };
    let mut nodes = Vec::with_capacity(splits + leaves);
    if splits > 0 {
        let first_set = forest.categories.len();
        forest.categories.extend(sets(block, number)?);
        let splits = Splits::read(block, splits)?;
        for at in 0..splits.features.len() {
            if splits.features[at] as usize >= forest.n_features {
                return Err(corrupt!(
                    "tree {number} of the LightGBM model splits on feature {} of {}",
                    splits.features[at],
                    forest.n_features
                ));
            }
            nodes.push(splits.node(at, number, first_set, kinds)?);
        }
    }
    for value in values {
        nodes.push(TreeNode::Leaf {
            values: forest.leaves.len() as u32,
        });
        forest.leaves.push(value);
    }
    forest.trees.push(nodes);
    Ok(())
}

/// The arrays of a tree's splits, equally long.
struct Splits {
    features: Vec<u32>,
    thresholds: Vec<f64>,
    kinds: Vec<u8>,
    left: Vec<i32>,
    right: Vec<i32>,
}

impl Splits {
    fn read(block: &Block<'_>, count: usize) -> Result<Self, FormatError> {
        Ok(Self {
            features: block.numbers("split_feature", count)?,
            thresholds: block.numbers("threshold", count)?,
            kinds: block.numbers("decision_type", count)?,
            left: block.numbers("left_child", count)?,
            right: block.numbers("right_child", count)?,
        })
    }

    /// Where a child lies. A negative one is a leaf, whose bits are turned over; leaves come behind the splits.
    fn place(&self, child: i32) -> u32 {
        let splits = self.features.len();
        match u32::try_from(child) {
            Ok(split) if (split as usize) < splits => split,
            Ok(_) => u32::MAX,
            Err(_) => (splits as u32).saturating_add((!child).cast_unsigned()),
        }
    }

    /// Split `at` of tree `number`, whose sets of categories begin at `first_set`. Notes how it treats zero.
    fn node(
        &self,
        at: usize,
        number: usize,
        first_set: usize,
        kinds: &mut Kinds,
    ) -> Result<TreeNode, FormatError> {
        let (feature, threshold, kind) = (self.features[at], self.thresholds[at], self.kinds[at]);
        let (yes, no) = (self.place(self.left[at]), self.place(self.right[at]));
        if kind & CATEGORICAL != 0 {
            let set = first_set.saturating_add(threshold as usize);
            kinds.zero_is_a_number[feature as usize] = true;
            return Ok(TreeNode::Categories {
                feature,
                set: u32::try_from(set).unwrap_or(u32::MAX),
                yes,
                no,
                missing_yes: false,
            });
        }
        let missing = match kind >> 2 & 3 {
            0 => Missing::None,
            1 => Missing::Zero,
            2 => Missing::NaN,
            _ => {
                return Err(corrupt!(
                    "tree {number} of the LightGBM model has the decision type {kind}"
                ));
            }
        };
        match missing {
            Missing::Zero => kinds.zero_is_missing[feature as usize] = true,
            Missing::NaN => kinds.zero_is_a_number[feature as usize] = true,
            Missing::None => {}
        }
        let default_left = kind & DEFAULT_LEFT != 0;
        Ok(numerical(
            feature,
            threshold,
            missing,
            default_left,
            yes,
            no,
        ))
    }
}

fn numerical(
    feature: u32,
    threshold: f64,
    missing: Missing,
    default_left: bool,
    yes: u32,
    no: u32,
) -> TreeNode {
    let zero_left = 0.0 <= threshold;
    // A threshold this close to zero cannot cut through what is zero.
    let (test, threshold) = if threshold.abs() > ZERO || threshold.is_nan() {
        (Test::Le, threshold)
    } else if zero_left {
        (Test::Le, ZERO)
    } else {
        (Test::Lt, -ZERO)
    };
    TreeNode::Split {
        feature,
        test,
        threshold,
        yes,
        no,
        missing_yes: match missing {
            Missing::None => zero_left,
            Missing::Zero | Missing::NaN => default_left,
        },
    }
}

/// The sets of categories of a tree. Their members go left; what is missing, negative or unknown goes right.
fn sets(block: &Block<'_>, number: usize) -> Result<Vec<CategorySet>, FormatError> {
    let count: usize = match block.get("num_cat") {
        Some(_) => block.number("num_cat")?,
        None => 0,
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let bounds: Vec<usize> = block.numbers("cat_boundaries", count.saturating_add(1))?;
    let length = bounds.last().copied().unwrap_or_default();
    let words: Vec<u32> = block.numbers("cat_threshold", length)?;
    bounds
        .array_windows()
        .map(|[start, end]| {
            let Some(words) = words.get(*start..*end) else {
                return Err(corrupt!(
                    "tree {number} of the LightGBM model has categories from {start} to {end} of {length}"
                ));
            };
            Ok(CategorySet {
                words: words.to_vec(),
                // LightGBM cuts the digits off, so these are category 0.
                fraction_yes: words.first().is_some_and(|word| word & 1 == 1),
                ..CategorySet::default()
            })
        })
        .collect()
}
