//! Gradient boosting on histograms.
//!
//! Source: `_raw_predict`, `predict` and `predict_proba` in `sklearn/ensemble/_hist_gradient_boosting/gradient_boosting.py`, the
//! walk in `_predictor.pyx`, `PREDICTOR_RECORD_DTYPE` in `common.pyx`: rows stay `f64`, NaN follows the node.

use super::super::array::Column;
use super::{
    Part,
    boosting::{HALF, binary, unknown_loss},
    categories::Categories,
    corrupt,
    ensemble::Ensemble,
    labels::labels,
    trees::Forest,
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{Aggregation, Link, Output, Test, TreeNode},
};

/// A `HistGradientBoostingClassifier`, read from a file of `size` bytes.
pub(super) fn classifier(part: Part<'_>, size: usize) -> Result<Ensemble, FormatError> {
    match part.text("loss") {
        Some("log_loss" | "auto" | "binary_crossentropy" | "categorical_crossentropy") => {}
        other => return Err(unknown_loss(&part, other)),
    }
    let labels = labels(part, "classes_")?;
    let outputs = if labels.len() == 2 { 1 } else { labels.len() };
    let raw_decides = part.since(1, 5);
    let output = match labels.len() {
        2 => binary(labels, if raw_decides { 0.0 } else { HALF }),
        _ => Output::Classes {
            labels,
            link: if raw_decides {
                Link::Softmax
            } else {
                Link::SoftmaxFirst
            },
        },
    };
    rounds(part, outputs, output, size)
}

/// A `HistGradientBoostingRegressor`, read from a file of `size` bytes.
pub(super) fn regressor(part: Part<'_>, size: usize) -> Result<Ensemble, FormatError> {
    let link = match part.text("loss") {
        Some(
            "squared_error"
            | "least_squares"
            | "absolute_error"
            | "least_absolute_deviation"
            | "quantile",
        ) => Link::Identity,
        Some("poisson" | "gamma") => Link::Exp,
        other => return Err(unknown_loss(&part, other)),
    };
    rounds(part, 1, Output::Regression { link }, size)
}

fn rounds(
    part: Part<'_>,
    outputs: usize,
    output: Output,
    size: usize,
) -> Result<Ensemble, FormatError> {
    part.too_old().map_or(Ok(()), Err)?;
    let base = part.array("_baseline_prediction")?.floats()?;
    if base.len() != outputs {
        return Err(corrupt!(
            "the {} starts with {} scores for {outputs} outputs",
            part.class,
            base.len()
        ));
    }
    let features = part.n_features()?;
    let categories = Categories::new(part, features)?;
    let mut forest = Forest::new(features, outputs, Precision::F64, size);
    forest.source.handles_missing = true;
    // Which category an infinite number is depends on the machine.
    forest.source.handles_infinite = part.get("is_categorical_").is_none();
    let rounds = part.attribute("_predictors")?;
    for round in part.arena.items(rounds).unwrap_or_default() {
        let trees = part.arena.items(*round).unwrap_or_default();
        if trees.len() != outputs {
            return Err(corrupt!(
                "a round of the {} has {} trees for {outputs} outputs",
                part.class,
                trees.len()
            ));
        }
        for (target, tree) in trees.iter().enumerate() {
            let tree = Part::new(part.arena, *tree).ok_or_else(|| {
                corrupt!("a tree of the {} is {}", part.class, part.arena.kind(*tree))
            })?;
            forest.source.targets.push(target as u32);
            push(&mut forest, &tree, &categories)?;
        }
    }
    Ok(Ensemble {
        forest: forest.source,
        aggregation: Aggregation::Sum,
        base,
        output,
    })
}

/// Adds the tree of a `TreePredictor`.
fn push(forest: &mut Forest, tree: &Part<'_>, categories: &Categories) -> Result<(), FormatError> {
    let nodes = tree.array("nodes")?;
    let len = nodes.len();
    forest.spend(len.saturating_mul(nodes.dtype.scalar.size))?;
    if u32::try_from(len).is_err() {
        return Err(corrupt!("a tree has {len} nodes"));
    }
    let field = |name: &str| nodes.field(name);
    let (is_leaf, value) = (field("is_leaf")?, field("value")?);
    let (left, right) = (field("left")?, field("right")?);
    let (feature, threshold) = (field("feature_idx")?, field("num_threshold")?);
    let missing = field("missing_go_to_left")?;
    let (is_category, set) = (field("is_categorical")?, field("bitset_idx")?);
    let index = |column: Column<'_>, i: usize| {
        u32::try_from(column.int(i))
            .map_err(|_| corrupt!("node {i} of a tree points at {}", column.int(i)))
    };
    let mut source = Vec::with_capacity(len);
    for i in 0..len {
        if is_leaf.int(i) != 0 {
            let values = forest.source.leaves.len() as u32;
            forest.source.leaves.push(value.float(i));
            source.push(TreeNode::Leaf { values });
            continue;
        }
        let (yes, no) = (index(left, i)?, index(right, i)?);
        let feature = categories.feature(index(feature, i)?);
        let missing_yes = missing.int(i) != 0;
        source.push(if is_category.int(i) == 0 {
            TreeNode::Split {
                feature,
                test: Test::Le,
                threshold: threshold.float(i),
                yes,
                no,
                missing_yes,
            }
        } else {
            let sets = &mut forest.source.categories;
            let number = sets.len() as u32;
            sets.push(categories.set(tree, feature, index(set, i)?, missing_yes)?);
            let words = sets.last().map_or(0, |set| set.words.len());
            forest.spend(words)?;
            TreeNode::Categories {
                feature,
                set: number,
                yes,
                no,
                missing_yes,
            }
        });
    }
    forest.source.trees.push(source);
    Ok(())
}
