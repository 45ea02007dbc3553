//! Trees alone and forests that average them.
//!
//! Source: `predict_proba` and `predict` in `sklearn/tree/_classes.py` and `sklearn/ensemble/_forest.py`: the `f64` mean of the
//! trees in their order; the first of the largest probabilities wins.

use super::{super::numpy, Part, corrupt, ensemble::Ensemble, labels::labels, trees::Forest};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{Aggregation, ForestIr, Link, Output},
};

/// Trees that answer together, and the columns of the row that each was given where they were not all.
#[derive(Debug)]
pub(super) struct Trees<'d> {
    pub(super) parts: Vec<Part<'d>>,
    pub(super) columns: Option<Vec<Vec<u32>>>,
}

/// The trees of an estimator that is made of trees alone: itself, or all of its own.
pub(super) fn trees_of(part: Part<'_>) -> Result<Option<Vec<Part<'_>>>, FormatError> {
    Ok(match (part.package(), part.class) {
        _ if is_tree(part) => Some(vec![part]),
        (
            "sklearn",
            "RandomForestClassifier"
            | "ExtraTreesClassifier"
            | "RandomForestRegressor"
            | "ExtraTreesRegressor",
        )
        | ("imblearn", "BalancedRandomForestClassifier") => Some(part.parts("estimators_")?),
        _ => None,
    })
}

/// Whether the part is one tree.
pub(super) fn is_tree(part: Part<'_>) -> bool {
    matches!(
        part.sklearn_class(),
        "DecisionTreeClassifier"
            | "ExtraTreeClassifier"
            | "DecisionTreeRegressor"
            | "ExtraTreeRegressor"
    )
}

/// A classifier whose probabilities are the means of those of its trees.
pub(super) fn classifier(
    part: Part<'_>,
    trees: &Trees<'_>,
    size: usize,
) -> Result<Ensemble, FormatError> {
    let labels = labels(part, "classes_")?;
    let width = labels.len();
    let forest = Forest::new(part.n_features()?, width, Precision::F32, size);
    Ok(Ensemble {
        forest: grow(part, trees, forest, (1, width), shares(trees))?,
        aggregation: Aggregation::Mean,
        base: Vec::new(),
        output: Output::Classes {
            labels,
            link: Link::Identity,
        },
    })
}

/// What makes probabilities of the numbers of a leaf. Before 1.4 they are counts, and the trees divide by their sum.
pub(super) fn shares(trees: &Trees<'_>) -> impl Fn(usize, &[f64], &mut Vec<f64>) + use<> {
    let counts = trees.parts.first().is_some_and(|tree| !tree.since(1, 4));
    move |_, numbers, leaves| {
        let total = if counts { numpy::sum(numbers) } else { 1.0 };
        let total = if total == 0.0 { 1.0 } else { total };
        leaves.extend(numbers.iter().map(|x| x / total));
    }
}

/// A regressor whose answer is the mean of those of its trees.
pub(super) fn regressor(
    part: Part<'_>,
    trees: &Trees<'_>,
    size: usize,
) -> Result<Ensemble, FormatError> {
    let told = trees.parts.first().copied().unwrap_or(part);
    let width = told.count("n_outputs_")?;
    let mut forest = Forest::new(part.n_features()?, width, Precision::F32, size);
    if width == 1 {
        forest.source.targets = vec![0; trees.parts.len()];
    }
    let leaf = |_: usize, numbers: &[f64], leaves: &mut Vec<f64>| leaves.extend_from_slice(numbers);
    Ok(Ensemble {
        forest: grow(part, trees, forest, (width, 1), leaf)?,
        aggregation: Aggregation::Mean,
        base: Vec::new(),
        output: Output::Regression {
            link: Link::Identity,
        },
    })
}

/// Fills a forest with trees, each of `(outputs, classes)`. `leaf` appends the numbers of a leaf, by the place of its tree and what the
/// tree has there.
pub(super) fn grow(
    part: Part<'_>,
    trees: &Trees<'_>,
    mut forest: Forest,
    (outputs, classes): (usize, usize),
    leaf: impl Fn(usize, &[f64], &mut Vec<f64>),
) -> Result<ForestIr, FormatError> {
    let mut handles_missing = true;
    forest.reserve(
        trees
            .parts
            .iter()
            .map(|tree| Ok(tree.tree()?.vectors().len())),
    )?;
    for (place, tree) in trees.parts.iter().enumerate() {
        let tree = tree.tree()?;
        if tree.outputs != outputs || tree.width != outputs * classes {
            return Err(corrupt!(
                "a tree of the {} has {} outputs with {} numbers, the model {outputs} with {}",
                part.class,
                tree.outputs,
                tree.width,
                outputs * classes
            ));
        }
        handles_missing &= tree.knows_missing;
        forest.source.handles_missing = tree.knows_missing;
        forest.push(&tree, |vector, leaves| leaf(place, vector, leaves))?;
        if let Some(columns) = &trees.columns {
            forest.give(&columns[place])?;
        }
    }
    forest.source.handles_missing = handles_missing && takes_missing(part, &trees.parts);
    Ok(forest.source)
}

/// Whether the estimator's own `predict` takes NaN: trees since 1.3 and bags, which leave it to them; forests since 1.4, random splits
/// since 1.6, and before 1.9 only for some criteria.
pub(super) fn takes_missing(part: Part<'_>, trees: &[Part<'_>]) -> bool {
    let Some(tree) = trees.first() else {
        return false;
    };
    let alone = part.id == tree.id || part.class.contains("Bagging");
    let extra = tree.class.starts_with("ExtraTree");
    let splitter = match tree.text("splitter") {
        Some("best") => !extra || !tree.since(1, 6),
        Some("random") => tree.since(1, 6),
        _ => false,
    };
    let criterion = tree.since(1, 9)
        || matches!(
            tree.text("criterion"),
            Some("gini" | "log_loss" | "entropy" | "squared_error" | "friedman_mse" | "poisson")
        );
    let monotonic = tree.get("monotonic_cst").is_some() && !tree.since(1, 9);
    tree.since(1, if alone { 3 } else { 4 }) && splitter && criterion && !monotonic
}
