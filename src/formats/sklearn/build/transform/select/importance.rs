//! How important an estimator finds each of its columns.
//!
//! Source: `_get_feature_importances` in `sklearn/feature_selection/_base.py`, `feature_importances_` in `sklearn/tree/_classes.py` and
//! `sklearn/ensemble/{_forest,_gb}.py`, and `compute_feature_importances` in `sklearn/tree/_tree.pyx`.

use super::{
    super::super::{forests, lightgbm, xgboost},
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
        let tree = tree.tree()?;
        // A node takes 56 bytes of the file.
        let cost = tree.len().saturating_mul(56).saturating_add(self.width);
        let room = self.room.checked_sub(cost);
        self.room = room.ok_or_else(|| corrupt!("the file names one tree many times over"))?;
        if tree.len() <= 1 {
            return Ok(None);
        }
        let mut importances = vec![0.0; self.width];
        for split in tree.splits() {
            let importance = importances.get_mut(split.feature as usize);
            let importance = importance.ok_or_else(|| {
                corrupt!(
                    "a tree splits on feature {} of {}",
                    split.feature,
                    self.width
                )
            })?;
            *importance += split.gain;
        }
        importances.iter_mut().for_each(|x| *x /= tree.weight);
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
