//! How important an estimator finds each of its columns.
//!
//! Source: `_get_feature_importances` in `sklearn/feature_selection/_base.py`, `feature_importances_` in `sklearn/tree/_classes.py` and
//! `sklearn/ensemble/{_forest,_gb}.py`, and `compute_feature_importances` in `sklearn/tree/_tree.pyx`.

use super::{
    super::super::{forests, lightgbm, trees::column, xgboost},
    FormatError, Part, corrupt, numpy, unsupported,
};
use crate::input::Precision;

/// One number for each column: the norm of the coefficients, or the importance itself. And the precision that Python has them in.
pub(super) fn of(
    estimator: Part<'_>,
    attribute: Option<&str>,
    norm: f64,
    size: usize,
) -> Result<(Vec<f64>, Precision), FormatError> {
    let coefficients = attribute.map_or(estimator.get("coef_").is_some(), |name| name == "coef_");
    if coefficients {
        return Ok((of_coefficients(estimator, norm)?, Precision::F64));
    }
    let (numbers, precision) = match estimator.package() {
        "lightgbm" => (lightgbm::importances(estimator)?, Precision::F64),
        "xgboost" => {
            let shares = xgboost::importances(estimator)?;
            (shares.into_iter().map(f64::from).collect(), Precision::F32)
        }
        _ => (of_trees(estimator, size)?, Precision::F64),
    };
    Ok((numbers.iter().map(|x| x.abs()).collect(), precision))
}

fn of_coefficients(estimator: Part<'_>, norm: f64) -> Result<Vec<f64>, FormatError> {
    let array = estimator.array("coef_")?;
    let numbers = array.floats()?;
    let width = match array.shape[..] {
        [_] => return Ok(numbers.iter().map(|x| x.abs()).collect()),
        [_, width] if width > 0 => width,
        _ => {
            return Err(corrupt!(
                "the coefficients of the {} have the shape {:?}",
                estimator.class,
                array.shape
            ));
        }
    };
    let mut result = vec![f64::NAN; width];
    for (column, result) in result.iter_mut().enumerate() {
        *result = along(numbers.iter().skip(column).step_by(width), norm);
    }
    Ok(result)
}

/// `numpy.linalg.norm` of a vector.
fn along<'a>(numbers: impl Iterator<Item = &'a f64>, order: f64) -> f64 {
    let sizes = numbers.map(|x| x.abs());
    match order {
        f64::INFINITY => sizes.fold(0.0, f64::max),
        f64::NEG_INFINITY => sizes.fold(f64::INFINITY, f64::min),
        0.0 => sizes.filter(|x| *x != 0.0).count() as f64,
        1.0 => sizes.sum(),
        2.0 => sizes.map(|x| x * x).sum::<f64>().sqrt(),
        _ => sizes.map(|x| x.powf(order)).sum::<f64>().powf(1.0 / order),
    }
}

/// `feature_importances_` of what is made of trees.
fn of_trees(estimator: Part<'_>, size: usize) -> Result<Vec<f64>, FormatError> {
    let width = estimator
        .count("n_features_in_")
        .or_else(|_| estimator.count("n_features_"))?;
    if width > crate::formats::MAX_FEATURES {
        return Err(corrupt!("the {} takes {width} columns", estimator.class));
    }
    let mut importances = Importances {
        width,
        room: size.saturating_mul(64).saturating_add(1 << 20),
    };
    match estimator.sklearn_class() {
        "DecisionTreeClassifier"
        | "DecisionTreeRegressor"
        | "ExtraTreeClassifier"
        | "ExtraTreeRegressor" => importances
            .of_tree(estimator, true)
            .map(|all| all.unwrap_or(vec![0.0; width])),
        "GradientBoostingClassifier" | "GradientBoostingRegressor" => {
            importances.mean(&estimator.parts("estimators_")?, false)
        }
        _ => match forests::trees_of(estimator)? {
            Some(trees) => importances.mean(&trees, true),
            None => Err(unsupported!(
                "the importance of columns to a {} is not in the file; select them before the model, by name",
                estimator.full_name()
            )),
        },
    }
}

struct Importances {
    width: usize,
    /// What is left to be computed for a file of its size; one that names a tree many times over asks for more.
    room: usize,
}

impl Importances {
    /// The mean over trees that split at all, so that its sum is 1.
    fn mean(&mut self, trees: &[Part<'_>], normalised: bool) -> Result<Vec<f64>, FormatError> {
        let mut sums = vec![0.0; self.width];
        let mut count = 0.0;
        for tree in trees {
            if let Some(importances) = self.of_tree(*tree, normalised)? {
                sums.iter_mut()
                    .zip(importances)
                    .for_each(|(sum, x)| *sum += x);
                count += 1.0;
            }
        }
        if count > 0.0 {
            sums.iter_mut().for_each(|sum| *sum /= count);
            let total = numpy::sum(&sums);
            sums.iter_mut().for_each(|sum| *sum /= total);
        }
        Ok(sums)
    }

    /// By how much the splits of each column make a tree's leaves purer; nothing for a tree without splits.
    fn of_tree(
        &mut self,
        tree: Part<'_>,
        normalised: bool,
    ) -> Result<Option<Vec<f64>>, FormatError> {
        let nodes = tree.part("tree_")?.array("nodes")?;
        let left = column(&nodes, "left_child")?;
        let right = column(&nodes, "right_child")?;
        let feature = column(&nodes, "feature")?;
        let impurity = column(&nodes, "impurity")?;
        let weight = column(&nodes, "weighted_n_node_samples")?;
        let count = nodes.len();
        // A node takes 56 bytes of the file.
        let cost = count.saturating_mul(56).saturating_add(self.width);
        let room = self.room.checked_sub(cost);
        self.room = room.ok_or_else(|| corrupt!("the file names one tree many times over"))?;
        if count <= 1 {
            return Ok(None);
        }
        let mut importances = vec![0.0; self.width];
        for node in 0..count {
            if left.int(node) == -1 {
                continue;
            }
            let child = |number: i64| usize::try_from(number).ok().filter(|child| *child < count);
            let feature = usize::try_from(feature.int(node)).ok();
            let children = child(left.int(node)).zip(child(right.int(node)));
            let (Some((left, right)), Some(importance)) = (
                children,
                feature.and_then(|feature| importances.get_mut(feature)),
            ) else {
                return Err(corrupt!(
                    "node {node} of a tree has children or a feature out of range"
                ));
            };
            let purity = |node: usize| weight.float(node) * impurity.float(node);
            *importance += purity(node) - purity(left) - purity(right);
        }
        let all = weight.float(0);
        importances.iter_mut().for_each(|x| *x /= all);
        if normalised {
            let total = numpy::sum(&importances);
            if total > 0.0 {
                importances.iter_mut().for_each(|x| *x /= total);
            }
        }
        Ok(Some(importances))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_are_those_of_numpy() {
        let norm = |order| along([3.0, -4.0, 0.0].iter(), order);
        assert_eq!((norm(1.0), norm(2.0), norm(0.0)), (7.0, 5.0, 2.0));
        assert_eq!((norm(f64::INFINITY), norm(f64::NEG_INFINITY)), (4.0, 0.0));
        assert!((norm(3.0) - 91f64.cbrt()).abs() < 1e-12);
    }
}
