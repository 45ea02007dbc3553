//! Decision trees that predict numbers
//!
use std::collections::VecDeque;

use linfa::dataset::AsSingleTargets;
use linfa::{
    error::{Error, Result},
    traits::*,
    DatasetBase, Float, ParamGuard,
};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::algorithm::{find_leaf, Answer};
use super::fit::{self, Limits, RankedColumns, Variance};
use super::{NodeIter, TreeNode};

#[cfg(feature = "serde")]
use serde_crate::{Deserialize, Serialize};

/// The checked hyperparameters of a [regression tree](DecisionTreeRegressor)
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(crate = "serde_crate")
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecisionTreeRegressorValidParams<F> {
    max_depth: Option<usize>,
    min_weight_split: f32,
    min_weight_leaf: f32,
    min_impurity_decrease: F,
    max_features: Option<usize>,
    seed: u64,
}

/// The set of hyperparameters that can be specified for fitting a
/// [regression tree](DecisionTreeRegressor).
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(crate = "serde_crate")
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecisionTreeRegressorParams<F>(DecisionTreeRegressorValidParams<F>);

impl<F: Float> DecisionTreeRegressorParams<F> {
    pub fn new() -> Self {
        Self(DecisionTreeRegressorValidParams {
            max_depth: None,
            min_weight_split: 2.0,
            min_weight_leaf: 1.0,
            min_impurity_decrease: F::zero(),
            max_features: None,
            seed: 0,
        })
    }

    /// Sets the optional limit to the depth of the decision tree
    pub fn max_depth(mut self, max_depth: Option<usize>) -> Self {
        self.0.max_depth = max_depth;
        self
    }

    /// Sets the minimum weight of samples required to split a node
    pub fn min_weight_split(mut self, min_weight_split: f32) -> Self {
        self.0.min_weight_split = min_weight_split;
        self
    }

    /// Sets the minimum weight of samples that a split has to place in each leaf
    pub fn min_weight_leaf(mut self, min_weight_leaf: f32) -> Self {
        self.0.min_weight_leaf = min_weight_leaf;
        self
    }

    /// Sets the minimum decrease in variance that a split needs to bring in order for it to be applied
    pub fn min_impurity_decrease(mut self, min_impurity_decrease: F) -> Self {
        self.0.min_impurity_decrease = min_impurity_decrease;
        self
    }

    /// Sets the number of features among which every split is chosen, as in
    /// [a classification tree](crate::DecisionTreeParams::max_features)
    pub fn max_features(mut self, max_features: Option<usize>) -> Self {
        self.0.max_features = max_features;
        self
    }

    /// Sets the seed of the random choice of features: the same seed gives the same tree
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl<F: Float> Default for DecisionTreeRegressorParams<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Float> ParamGuard for DecisionTreeRegressorParams<F> {
    type Checked = DecisionTreeRegressorValidParams<F>;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked> {
        if self.0.min_impurity_decrease < F::zero() {
            Err(Error::Parameters(format!(
                "Minimum impurity decrease should not be negative, but was {}",
                self.0.min_impurity_decrease
            )))
        } else if self.0.max_features == Some(0) {
            Err(Error::Parameters(
                "A split needs at least one feature".to_string(),
            ))
        } else {
            Ok(&self.0)
        }
    }

    fn check(self) -> Result<Self::Checked> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// A fitted decision tree model for regression.
///
/// It is fitted as a [classification tree](crate::DecisionTree) is, with the variance of the targets as the impurity. A leaf predicts
/// the weighted mean of the targets that reached it. It is not pruned.
///
/// ```rust
/// use linfa::prelude::*;
/// use linfa_trees::DecisionTreeRegressor;
///
/// let dataset = linfa_datasets::diabetes();
/// let tree = DecisionTreeRegressor::params().max_depth(Some(3)).fit(&dataset).unwrap();
/// assert!(tree.predict(&dataset).r2(&dataset).unwrap() > 0.5);
/// ```
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(crate = "serde_crate")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTreeRegressor<F: Float> {
    root_node: TreeNode<F, F>,
    num_features: usize,
}

impl<F: Float> Drop for DecisionTreeRegressor<F> {
    fn drop(&mut self) {
        self.root_node.take_apart();
    }
}

impl<F: Float> DecisionTreeRegressor<F> {
    /// Defaults are provided if the optional parameters are not specified:
    /// * `max_depth = None`
    /// * `min_weight_split = 2.0`
    /// * `min_weight_leaf = 1.0`
    /// * `min_impurity_decrease = 0.0`
    /// * `max_features = None`
    /// * `seed = 0`
    // Violates the convention that new should return a value of type `Self`
    #[allow(clippy::new_ret_no_self)]
    pub fn params() -> DecisionTreeRegressorParams<F> {
        DecisionTreeRegressorParams::new()
    }

    /// Create a node iterator in level-order (BFT)
    pub fn iter_nodes(&self) -> NodeIter<'_, F, F> {
        NodeIter::new(VecDeque::from(vec![&self.root_node]))
    }

    /// Return root node of the tree
    pub fn root_node(&self) -> &TreeNode<F, F> {
        &self.root_node
    }

    /// Return the number of features that the tree was fitted to
    pub fn num_features(&self) -> usize {
        self.num_features
    }

    /// Return max depth of the tree
    pub fn max_depth(&self) -> usize {
        let depths = self.iter_nodes().map(TreeNode::depth);
        depths.max().unwrap_or(0)
    }

    /// Return the number of leaves in this tree
    pub fn num_leaves(&self) -> usize {
        self.iter_nodes().filter(|node| node.is_leaf()).count()
    }
}

impl<F: Float, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix2>, Array1<F>>
    for DecisionTreeRegressor<F>
{
    /// Make predictions for each row of a matrix of features `x`.
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<F>) {
        assert_eq!(
            x.nrows(),
            y.len(),
            "The number of data points must match the number of output targets."
        );

        for (row, target) in x.rows().into_iter().zip(y.iter_mut()) {
            *target = find_leaf(&row, &self.root_node).answer();
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<F> {
        Array1::zeros(x.nrows())
    }
}

impl<F: Float, D, T> Fit<ArrayBase<D, Ix2>, T, Error> for DecisionTreeRegressorValidParams<F>
where
    D: Data<Elem = F>,
    T: AsSingleTargets<Elem = F>,
{
    type Object = DecisionTreeRegressor<F>;

    /// Fit a regression tree using `hyperparamters` on the dataset consisting of
    /// a matrix of features `x` and an array of numbers `y`.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object> {
        let columns =
            RankedColumns::new(dataset.records()).with_feature_names(dataset.feature_names());
        let targets: Vec<f64> = dataset
            .as_single_targets()
            .iter()
            .map(|target| target.to_f64().unwrap_or(f64::NAN))
            .collect();
        self.fit_ranked(&columns, &targets, dataset.weights(), |_| ())
    }
}

impl<F: Float> DecisionTreeRegressorValidParams<F> {
    /// Fit a regression tree to columns that are ranked already, as
    /// [for classification](crate::DecisionTreeValidParams::fit_ranked).
    ///
    /// ### Errors
    ///
    /// If no row has a weight above zero
    ///
    /// ### Panics
    ///
    /// If the numbers of rows differ
    ///
    pub fn fit_ranked(
        &self,
        columns: &RankedColumns<'_, F>,
        targets: &[f64],
        weights: Option<&[f32]>,
        done: impl FnMut(usize),
    ) -> Result<DecisionTreeRegressor<F>> {
        let rows = fit::entries(columns.nrows(), targets, weights)?;
        let limits = Limits {
            max_depth: self.max_depth,
            min_weight_split: f64::from(self.min_weight_split),
            min_weight_leaf: f64::from(self.min_weight_leaf),
            min_impurity_decrease: self.min_impurity_decrease.to_f64().unwrap_or(0.0),
            max_features: self.max_features,
            seed: self.seed,
        };
        let answer = |node: &Variance, _| Answer {
            prediction: F::cast(node.mean()),
            class_weights: Vec::new(),
        };
        let nodes = fit::grow(
            columns,
            rows,
            &limits,
            &mut Variance::default(),
            answer,
            done,
        );
        Ok(DecisionTreeRegressor {
            root_node: TreeNode::assemble(nodes, columns.feature_names()),
            num_features: columns.ncols(),
        })
    }
}
