//! Trees alone and forests that average them.
//!
//! Source: `predict_proba` and `predict` in `sklearn/tree/_classes.py` and `sklearn/ensemble/_forest.py`: the `f64` mean of the
//! trees in their order; the first of the largest probabilities wins.

use super::{
    super::numpy,
    Part, corrupt,
    ensemble::Ensemble,
    labels::labels,
    trees::{Forest, Nodes},
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{Aggregation, Link, Output},
};

/// The trees of an estimator that is made of trees alone: itself, or all of its own.
pub(super) fn trees_of(part: Part<'_>) -> Result<Option<Vec<Part<'_>>>, FormatError> {
    Ok(match part.sklearn_class() {
        "DecisionTreeClassifier"
        | "ExtraTreeClassifier"
        | "DecisionTreeRegressor"
        | "ExtraTreeRegressor" => Some(vec![part]),
        "RandomForestClassifier"
        | "ExtraTreesClassifier"
        | "RandomForestRegressor"
        | "ExtraTreesRegressor" => Some(part.parts("estimators_")?),
        _ => None,
    })
}

/// A classifier whose probabilities are the means of those of its `trees`.
pub(super) fn classifier(
    part: Part<'_>,
    trees: &[Part<'_>],
    size: usize,
) -> Result<Ensemble, FormatError> {
    let labels = labels(part, "classes_")?;
    let width = labels.len();
    // Before 1.4 the leaves hold counts, and the trees divide by their sum.
    let counts = !part.since(1, 4);
    let mut forest = Forest::new(part.n_features()?, width, Precision::F32, size);
    let mut handles_missing = true;
    let mut distribution = Vec::new();
    for tree in trees {
        let nodes = Nodes::new(*tree)?;
        if nodes.outputs != 1 || nodes.width != width {
            return Err(corrupt!(
                "a tree of the {} knows {} classes, the model {width}",
                part.class,
                nodes.width
            ));
        }
        handles_missing &= nodes.knows_missing();
        forest.source.handles_missing = nodes.knows_missing();
        forest.push(&nodes, |i, leaves| {
            distribution.clear();
            distribution.extend(nodes.values(i));
            let total = if counts {
                numpy::sum(&distribution)
            } else {
                1.0
            };
            let total = if total == 0.0 { 1.0 } else { total };
            leaves.extend(distribution.iter().map(|x| x / total));
        })?;
    }
    forest.source.handles_missing = handles_missing && takes_missing(part, trees);
    Ok(Ensemble {
        forest: forest.source,
        aggregation: Aggregation::Mean,
        base: Vec::new(),
        output: Output::Classes {
            labels,
            link: Link::Identity,
        },
    })
}

/// A regressor whose answer is the mean of those of its `trees`.
pub(super) fn regressor(
    part: Part<'_>,
    trees: &[Part<'_>],
    size: usize,
) -> Result<Ensemble, FormatError> {
    let width = part.count("n_outputs_")?;
    let mut forest = Forest::new(part.n_features()?, width, Precision::F32, size);
    if width == 1 {
        forest.source.targets = vec![0; trees.len()];
    }
    let mut handles_missing = true;
    for tree in trees {
        let nodes = Nodes::new(*tree)?;
        if nodes.outputs != width || nodes.width != width {
            return Err(corrupt!(
                "a tree of the {} has {} outputs, the model {width}",
                part.class,
                nodes.width
            ));
        }
        handles_missing &= nodes.knows_missing();
        forest.source.handles_missing = nodes.knows_missing();
        forest.push(&nodes, |i, leaves| leaves.extend(nodes.values(i)))?;
    }
    forest.source.handles_missing = handles_missing && takes_missing(part, trees);
    Ok(Ensemble {
        forest: forest.source,
        aggregation: Aggregation::Mean,
        base: Vec::new(),
        output: Output::Regression {
            link: Link::Identity,
        },
    })
}

/// Whether the estimator's own `predict` takes NaN: trees since 1.3, forests since 1.4, random splits since 1.6, and before
/// 1.9 only for some criteria.
pub(super) fn takes_missing(part: Part<'_>, trees: &[Part<'_>]) -> bool {
    let Some(tree) = trees.first() else {
        return false;
    };
    let alone = part.id == tree.id;
    let extra = tree.class.starts_with("ExtraTree");
    let splitter = match tree.text("splitter") {
        Some("best") => !extra || !part.since(1, 6),
        Some("random") => part.since(1, 6),
        _ => false,
    };
    let criterion = part.since(1, 9)
        || matches!(
            tree.text("criterion"),
            Some("gini" | "log_loss" | "entropy" | "squared_error" | "friedman_mse" | "poisson")
        );
    let monotonic = tree.get("monotonic_cst").is_some() && !part.since(1, 9);
    part.since(1, if alone { 3 } else { 4 }) && splitter && criterion && !monotonic
}
