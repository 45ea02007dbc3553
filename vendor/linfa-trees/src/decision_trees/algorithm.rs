//! Linear decision trees
//!
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use linfa::dataset::AsSingleTargets;
use ndarray::{Array1, ArrayBase, Data, Ix1, Ix2};

use super::fit::{self, Classes, Entropy, Entry, Gini, Impurity, NumberedClasses, RankedColumns};
use super::NodeIter;
use super::Tikz;
use super::{DecisionTreeValidParams, SplitQuality};
use linfa::{dataset::Labels, error::Error, error::Result, traits::*, DatasetBase, Float, Label};

#[cfg(feature = "serde")]
use serde_crate::{Deserialize, Serialize};

#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(crate = "serde_crate")
)]
#[derive(Debug, Clone)]
/// A node in the decision tree
pub struct TreeNode<F, L> {
    feature_idx: usize,
    feature_name: String,
    split_value: F,
    impurity_decrease: F,
    left_child: Option<Box<TreeNode<F, L>>>,
    right_child: Option<Box<TreeNode<F, L>>>,
    leaf_node: bool,
    prediction: L,
    class_weights: Vec<(L, f32)>,
    depth: usize,
}

/// What a node says about its rows
pub(super) struct Answer<L> {
    pub(super) prediction: L,
    /// Empty in regression
    pub(super) class_weights: Vec<(L, f32)>,
}

impl<F: Float, L: Label> Hash for TreeNode<F, L> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let data: Vec<u64> = vec![self.feature_idx as u64, self.leaf_node as u64];
        data.hash(state);
    }
}

impl<F, L> Eq for TreeNode<F, L> {}

impl<F, L> PartialEq for TreeNode<F, L> {
    fn eq(&self, other: &Self) -> bool {
        self.feature_idx == other.feature_idx
    }
}

impl<F: Float, L: Clone> TreeNode<F, L> {
    /// Returns true if the node has no children
    pub fn is_leaf(&self) -> bool {
        self.leaf_node
    }

    /// Returns the depth of the node in the decision tree
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Returns `Some(prediction)` for leaf nodes and `None` for internal nodes.
    pub fn prediction(&self) -> Option<L> {
        if self.is_leaf() {
            Some(self.prediction.clone())
        } else {
            None
        }
    }

    /// What a leaf predicts
    pub(super) fn answer(&self) -> L {
        self.prediction.clone()
    }

    /// Returns the classes that reached a leaf in the training, in ascending order, with the sums of their weights.
    /// Their shares are what the leaf tells about the probabilities of the classes. Empty for internal nodes,
    /// and in regression.
    pub fn class_weights(&self) -> &[(L, f32)] {
        &self.class_weights
    }

    /// Returns both children, first left then right
    pub fn children(&self) -> Vec<&Option<Box<TreeNode<F, L>>>> {
        vec![&self.left_child, &self.right_child]
    }

    /// Return the split (feature index, value) and its impurity decrease
    pub fn split(&self) -> (usize, F, F) {
        (self.feature_idx, self.split_value, self.impurity_decrease)
    }

    /// Returns the name of the feature used in the split if the node is internal,
    /// `None` otherwise
    pub fn feature_name(&self) -> Option<&String> {
        if self.leaf_node {
            None
        } else {
            Some(&self.feature_name)
        }
    }

    /// Makes boxes of the nodes of a fitted tree, from the leaves up
    pub(super) fn assemble(nodes: Vec<fit::Node<F, Answer<L>>>, feature_names: &[String]) -> Self {
        let mut built: Vec<Option<Box<Self>>> = Vec::new();
        built.resize_with(nodes.len(), || None);
        let mut last = None;
        for (at, node) in nodes.into_iter().enumerate().rev() {
            let leaf = TreeNode {
                feature_idx: 0,
                feature_name: String::new(),
                split_value: F::zero(),
                impurity_decrease: F::zero(),
                left_child: None,
                right_child: None,
                leaf_node: true,
                prediction: node.answer.prediction,
                class_weights: node.answer.class_weights,
                depth: node.depth,
            };
            let node = match node.split {
                None => leaf,
                Some(split) => TreeNode {
                    feature_idx: split.feature,
                    feature_name: feature_names[split.feature].clone(),
                    split_value: split.value,
                    impurity_decrease: split.impurity_decrease,
                    left_child: built[at + 1].take(),
                    right_child: built[split.right].take(),
                    leaf_node: false,
                    class_weights: Vec::new(),
                    ..leaf
                },
            };
            if at == 0 {
                last = Some(node);
            } else {
                built[at] = Some(Box::new(node));
            }
        }
        last.expect("a tree has a root")
    }

    /// Drops the nodes below this one, one by one: a deep tree would overflow the stack
    pub(super) fn take_apart(&mut self) {
        let mut boxes: Vec<Box<Self>> = Vec::new();
        let children = |node: &mut Self| {
            node.left_child
                .take()
                .into_iter()
                .chain(node.right_child.take())
        };
        boxes.extend(children(self));
        while let Some(mut node) = boxes.pop() {
            boxes.extend(children(&mut node));
        }
    }
}

impl<F: Float, L: Label> TreeNode<F, L> {
    /// Prune tree after fitting it
    ///
    /// This removes parts of the tree which results in the same prediction for
    /// all sub-trees. This is called right after fit to ensure that the tree
    /// is small.
    fn prune(nodes: &mut [fit::Node<F, Answer<L>>]) {
        // Children come after their parents, so this goes from the leaves up.
        for at in (0..nodes.len()).rev() {
            let Some(split) = nodes[at].split else {
                continue;
            };
            let (left, right) = (&nodes[at + 1], &nodes[split.right]);
            if left.split.is_none()
                && right.split.is_none()
                && left.answer.prediction == right.answer.prediction
            {
                nodes[at].answer.prediction = left.answer.prediction.clone();
                nodes[at].split = None;
            }
        }
    }
}

/// A fitted decision tree model for classification.
///
/// ### Structure
/// A decision tree structure is a binary tree where:
/// * Each internal node specifies a decision, represented by a choice of a feature and a "split value" such that all observations for which
///   `feature <= split_value` is true fall in the left subtree, while the others fall in the right subtree.
///
/// * leaf nodes make predictions, and their prediction is the most popular label in the node
///
/// ### Algorithm
///
/// Starting with a single root node, decision trees are trained recursively by applying the following rule to every
/// node considered:
///
/// * Find the best split value for each feature of the observations belonging in the node;
/// * Select the feature (and its best split value) that maximizes the quality of the split;
/// * If the score of the split is sufficiently larger than the score of the unsplit node, then two child nodes are generated, the left one
///   containing all observations with `feature <= split value` and the right one containing the rest.
/// * If no suitable split is found, the node is marked as leaf and its prediction is set to be the most common label in the node;
///
/// The [quality score](SplitQuality) used can be specified in the [parameters](crate::DecisionTreeParams).
///
/// ### Predictions
///
/// To predict the label of a sample, the tree is traversed from the root to a leaf, choosing between left and right children according to
/// the values of the features of the sample. The final prediction for the sample is the prediction of the reached leaf.
///
/// ### Additional constraints
///
/// In order to avoid overfitting the training data, some additional constraints on the quality/quantity of splits can be added to the tree.
/// A description of these additional rules is provided in the [parameters](crate::DecisionTreeParams) page.
///
/// ### Example
///
/// Here is an example on how to train a decision tree from its parameters:
///
/// ```rust
///
/// use linfa_trees::DecisionTree;
/// use linfa::prelude::*;
/// use linfa_datasets;
///
/// // Load the dataset
/// let dataset = linfa_datasets::iris();
/// // Fit the tree
/// let tree = DecisionTree::params().fit(&dataset).unwrap();
/// // Get accuracy on training set
/// let accuracy = tree.predict(&dataset).confusion_matrix(&dataset).unwrap().accuracy();
///
/// assert!(accuracy > 0.9);
///
/// ```
///
#[cfg_attr(
    feature = "serde",
    derive(Serialize, Deserialize),
    serde(crate = "serde_crate")
)]
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTree<F: Float, L: Label> {
    root_node: TreeNode<F, L>,
    num_features: usize,
}

impl<F: Float, L: Label> Drop for DecisionTree<F, L> {
    fn drop(&mut self) {
        self.root_node.take_apart();
    }
}

impl<F: Float, L: Label + Default, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix2>, Array1<L>>
    for DecisionTree<F, L>
{
    /// Make predictions for each row of a matrix of features `x`.
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<L>) {
        assert_eq!(
            x.nrows(),
            y.len(),
            "The number of data points must match the number of output targets."
        );

        for (row, target) in x.rows().into_iter().zip(y.iter_mut()) {
            *target = find_leaf(&row, &self.root_node).answer();
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<L> {
        Array1::default(x.nrows())
    }
}

impl<F: Float, L: Label + std::fmt::Debug, D, T> Fit<ArrayBase<D, Ix2>, T, Error>
    for DecisionTreeValidParams<F, L>
where
    D: Data<Elem = F>,
    T: AsSingleTargets<Elem = L> + Labels<Elem = L>,
{
    type Object = DecisionTree<F, L>;

    /// Fit a decision tree using `hyperparamters` on the dataset consisting of
    /// a matrix of features `x` and an array of labels `y`.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object> {
        let columns =
            RankedColumns::new(dataset.records()).with_feature_names(dataset.feature_names());
        let classes = NumberedClasses::new(&dataset.as_single_targets());
        self.fit_ranked(&columns, &classes, dataset.weights(), |_| ())
    }
}

impl<F: Float, L: Label> DecisionTreeValidParams<F, L> {
    /// Fit a decision tree to columns that are ranked and classes that are numbered already: the trees of a
    /// forest can share both.
    ///
    /// ### Parameters
    ///
    /// * `columns`: the features
    /// * `classes`: the target of every row
    /// * `weights`: the weight of every row, 1 if there are none. Rows without weight are left out
    /// * `done`: is called with a number of rows whenever they have reached a leaf, all rows with weight in the end
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
        classes: &NumberedClasses<L>,
        weights: Option<&[f32]>,
        done: impl FnMut(usize),
    ) -> Result<DecisionTree<F, L>> {
        let rows = fit::entries(columns.nrows(), &classes.targets, weights)?;
        let mut nodes = match self.split_quality() {
            SplitQuality::Gini => self.grow::<Gini>(columns, rows, &classes.classes, done),
            SplitQuality::Entropy => self.grow::<Entropy>(columns, rows, &classes.classes, done),
        };
        if self.prune() {
            TreeNode::prune(&mut nodes);
        }
        Ok(DecisionTree {
            root_node: TreeNode::assemble(nodes, columns.feature_names()),
            num_features: columns.ncols(),
        })
    }

    fn grow<I: Impurity>(
        &self,
        columns: &RankedColumns<'_, F>,
        rows: Vec<Entry<u32>>,
        classes: &[L],
        done: impl FnMut(usize),
    ) -> Vec<fit::Node<F, Answer<L>>> {
        let mut criterion = Classes::<I>::new(classes.len());
        let named = |(class, weight)| (classes[class as usize].clone(), weight as f32);
        let prune = self.prune();
        let answer = |node: &Classes<I>, is_leaf: bool| {
            // An inner node answers only where pruning makes a leaf of it.
            if !is_leaf && !prune {
                return Answer {
                    prediction: classes[0].clone(),
                    class_weights: Vec::new(),
                };
            }
            let weights = node.weights();
            Answer {
                prediction: classes[modal_class(&weights)].clone(),
                class_weights: weights.into_iter().map(named).collect(),
            }
        };
        fit::grow(columns, rows, &self.limits(), &mut criterion, answer, done)
    }
}

impl<F: Float, L: Label> DecisionTree<F, L> {
    /// Create a node iterator in level-order (BFT)
    pub fn iter_nodes(&self) -> NodeIter<'_, F, L> {
        // queue of nodes yet to explore
        let queue = vec![&self.root_node];

        NodeIter::new(VecDeque::from(queue))
    }

    /// Return features_idx of this tree (BFT)
    pub fn features(&self) -> Vec<usize> {
        // vector of feature indexes to return
        let mut fitted_features = HashSet::new();

        for node in self.iter_nodes().filter(|node| !node.is_leaf()) {
            if !fitted_features.contains(&node.feature_idx) {
                fitted_features.insert(node.feature_idx);
            }
        }

        fitted_features.into_iter().collect::<Vec<_>>()
    }

    /// Return the mean impurity decrease for each feature
    pub fn mean_impurity_decrease(&self) -> Vec<F> {
        // total impurity decrease for each feature
        let mut impurity_decrease = vec![F::zero(); self.num_features];
        let mut num_nodes = vec![0; self.num_features];

        for node in self.iter_nodes().filter(|node| !node.leaf_node) {
            // add feature impurity decrease to list
            impurity_decrease[node.feature_idx] += node.impurity_decrease;
            num_nodes[node.feature_idx] += 1;
        }

        impurity_decrease
            .into_iter()
            .zip(num_nodes)
            .map(|(val, n)| if n == 0 { F::zero() } else { val / F::cast(n) })
            .collect()
    }

    /// Return the relative impurity decrease for each feature
    pub fn relative_impurity_decrease(&self) -> Vec<F> {
        let mean_impurity_decrease = self.mean_impurity_decrease();
        let sum = mean_impurity_decrease.iter().cloned().sum();

        mean_impurity_decrease
            .into_iter()
            .map(|x| x / sum)
            .collect()
    }

    /// Return the feature importance, i.e. the relative impurity decrease, for each feature
    pub fn feature_importance(&self) -> Vec<F> {
        self.relative_impurity_decrease()
    }

    /// Return root node of the tree
    pub fn root_node(&self) -> &TreeNode<F, L> {
        &self.root_node
    }

    /// Return max depth of the tree
    pub fn max_depth(&self) -> usize {
        self.iter_nodes()
            .fold(0, |max, node| usize::max(max, node.depth))
    }

    /// Return the number of leaves in this tree
    pub fn num_leaves(&self) -> usize {
        self.iter_nodes().filter(|node| node.is_leaf()).count()
    }

    /// Generates a [`Tikz`] structure to print the
    /// fitted tree in Tex using tikz and forest, with the following default parameters:
    ///
    /// * `legend=false`
    /// * `complete=true`
    ///
    pub fn export_to_tikz(&self) -> Tikz<'_, F, L> {
        Tikz::new(self)
    }
}

/// Find the leaf of a sample &x by walking down from the tree node `node`.
pub(super) fn find_leaf<'a, F: Float, L>(
    x: &ArrayBase<impl Data<Elem = F>, Ix1>,
    mut node: &'a TreeNode<F, L>,
) -> &'a TreeNode<F, L> {
    while let (Some(left), Some(right)) = (&node.left_child, &node.right_child) {
        node = if x[node.feature_idx] <= node.split_value {
            left
        } else {
            right
        };
    }
    node
}

/// Finds the most frequent of some classes, which come in ascending order. If two
/// classes have the same weight then the last class with that weight is returned.
fn modal_class(class_weights: &[(u32, f64)]) -> usize {
    let modal = class_weights
        .iter()
        .fold((0, f64::NEG_INFINITY), |best, &class| {
            if best.1 > class.1 {
                best
            } else {
                class
            }
        });
    modal.0 as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    use approx::assert_abs_diff_eq;
    use linfa::{error::Result, metrics::ToConfusionMatrix, Dataset, ParamGuard};
    use ndarray::{array, concatenate, s, Array, Array1, Array2, Axis};
    use rand::rngs::SmallRng;

    use crate::DecisionTreeParams;
    use ndarray_rand::{rand::SeedableRng, rand_distr::Uniform, RandomExt};

    #[test]
    fn autotraits() {
        fn has_autotraits<T: Send + Sync + Sized + Unpin>() {}
        has_autotraits::<DecisionTree<f64, bool>>();
        has_autotraits::<TreeNode<f64, bool>>();
        has_autotraits::<DecisionTreeValidParams<f64, bool>>();
        has_autotraits::<DecisionTreeParams<f64, bool>>();
        has_autotraits::<NodeIter<f64, bool>>();
        has_autotraits::<Tikz<f64, bool>>();
    }

    #[test]
    fn prediction_for_rows_example() {
        assert_eq!(modal_class(&[(0, 6.0), (1, 2.0)]), 0);
    }

    /// The impurity of a node that holds these weights of classes
    fn impurity<I: Impurity>(class_weights: &[f64]) -> f64 {
        let weight: f64 = class_weights.iter().sum();
        let terms = class_weights.iter().map(|&x| I::term(x)).sum();
        (I::side(weight, I::term(weight)) - I::side(weight, terms)) / weight
    }

    #[test]
    fn gini_impurity_example() {
        // Class 0 occurs 75% of the time
        // Class 1 occurs 25% of the time
        // Class 2 occurs 0% of the time
        // Gini impurity is 1 - 0.75*0.75 - 0.25*0.25 - 0*0 = 0.375
        assert_abs_diff_eq!(impurity::<Gini>(&[6.0, 2.0, 0.0]), 0.375, epsilon = 1e-5);
    }

    #[test]
    fn entropy_example() {
        // Class 0 occurs 75% of the time
        // Class 1 occurs 25% of the time
        // Class 2 occurs 0% of the time
        // Entropy is -0.75*log2(0.75) - 0.25*log2(0.25) - 0*log2(0) = 0.81127812
        assert_abs_diff_eq!(
            impurity::<Entropy>(&[6.0, 2.0, 0.0]),
            0.81127,
            epsilon = 1e-5
        );

        // If split is perfect then entropy is zero
        assert_abs_diff_eq!(impurity::<Entropy>(&[8.0, 0.0, 0.0]), 0.0, epsilon = 1e-5);
    }

    #[test]
    /// Leaves know their classes, and are kept apart if asked for
    fn class_weights_of_leaves() -> Result<()> {
        let data = array![[1.], [2.], [3.], [4.], [5.]];
        let dataset =
            Dataset::new(data, array![0, 0, 1, 0, 1]).with_weights(array![1., 2., 1., 4., 2.]);
        let params = DecisionTree::params().max_depth(Some(2));

        // 0 0 1 | 0 | 1
        let leaves = |tree: &DecisionTree<f64, usize>| -> Vec<Vec<(usize, f32)>> {
            let nodes = tree.iter_nodes().filter(|node| node.is_leaf());
            nodes.map(|node| node.class_weights().to_vec()).collect()
        };
        let kept = leaves(&params.prune(false).fit(&dataset)?);
        let expected = [vec![(1, 2.)], vec![(0, 3.), (1, 1.)], vec![(0, 4.)]];
        assert_eq!(kept, expected);

        let pruned = params.fit(&dataset)?;
        assert_eq!(leaves(&pruned), [vec![(0, 7.), (1, 1.)], vec![(1, 2.)]]);
        assert!(pruned.root_node().class_weights().is_empty());

        Ok(())
    }

    #[test]
    /// Single feature test
    ///
    /// Generate a dataset where a single feature perfectly correlates
    /// with the target while the remaining features are random gaussian
    /// noise and do not add any information.
    fn single_feature_random_noise_binary() -> Result<()> {
        // generate data with 9 white noise and a single correlated feature
        let mut data = Array::random((50, 10), Uniform::new(-4., 4.));
        data.slice_mut(s![.., 8]).assign(
            &(0..50)
                .map(|x| if x < 25 { 0.0 } else { 1.0 })
                .collect::<Array1<_>>(),
        );

        let targets = (0..50).map(|x| x < 25).collect::<Array1<_>>();
        let dataset = Dataset::new(data, targets);

        let model = DecisionTree::params().max_depth(Some(2)).fit(&dataset)?;

        // we should only use feature index 8 here
        assert_eq!(&model.features(), &[8]);

        let ground_truth = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];

        for (imp, truth) in model.feature_importance().iter().zip(&ground_truth) {
            assert_abs_diff_eq!(imp, truth, epsilon = 1e-15);
        }

        // check for perfect accuracy
        let cm = model
            .predict(dataset.records())
            .confusion_matrix(&dataset)?;
        assert_abs_diff_eq!(cm.accuracy(), 1.0, epsilon = 1e-15);

        Ok(())
    }

    #[test]
    /// Check that for random data the max depth is used
    fn check_max_depth() -> Result<()> {
        let mut rng = SmallRng::seed_from_u64(42);

        // create very sparse data
        let data = Array::random_using((50, 50), Uniform::new(-1., 1.), &mut rng);
        let targets = (0..50).collect::<Array1<usize>>();

        let dataset = Dataset::new(data, targets);

        // check that the provided depth is actually used
        for max_depth in &[1, 5, 10, 20] {
            let model = DecisionTree::params()
                .max_depth(Some(*max_depth))
                .min_impurity_decrease(1e-10f64)
                .min_weight_split(1e-10)
                .fit(&dataset)?;
            assert_eq!(model.max_depth(), *max_depth);
        }

        Ok(())
    }

    #[test]
    /// Small perfectly separable dataset test
    ///
    /// This dataset of three elements is perfectly using the second feature.
    fn perfectly_separable_small() -> Result<()> {
        let data = array![[1., 2., 3.], [1., 2., 4.], [1., 3., 3.5]];
        let targets = array![0, 0, 1];

        let dataset = Dataset::new(data.clone(), targets);
        let model = DecisionTree::params().max_depth(Some(1)).fit(&dataset)?;

        assert_eq!(model.predict(&data), array![0, 0, 1]);

        Ok(())
    }

    #[test]
    /// Small toy dataset from scikit-sklearn
    fn toy_dataset() -> Result<()> {
        let data = array![
            [0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 1.0, -14.0, 0.0, -4.0, 0.0, 0.0, 0.0, 0.0,],
            [0.0, 0.0, 5.0, 3.0, 0.0, -4.0, 0.0, 0.0, 1.0, -5.0, 0.2, 0.0, 4.0, 1.0,],
            [-1.0, -1.0, 0.0, 0.0, -4.5, 0.0, 0.0, 2.1, 1.0, 0.0, 0.0, -4.5, 0.0, 1.0,],
            [-1.0, -1.0, 0.0, -1.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 1.0,],
            [-1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,],
            [-1.0, -2.0, 0.0, 4.0, -3.0, 10.0, 4.0, 0.0, -3.2, 0.0, 4.0, 3.0, -4.0, 1.0,],
            [2.11, 0.0, -6.0, -0.5, 0.0, 11.0, 0.0, 0.0, -3.2, 6.0, 0.5, 0.0, -3.0, 1.0,],
            [2.11, 0.0, -6.0, -0.5, 0.0, 11.0, 0.0, 0.0, -3.2, 6.0, 0.0, 0.0, -2.0, 1.0,],
            [2.11, 8.0, -6.0, -0.5, 0.0, 11.0, 0.0, 0.0, -3.2, 6.0, 0.0, 0.0, -2.0, 1.0,],
            [2.11, 8.0, -6.0, -0.5, 0.0, 11.0, 0.0, 0.0, -3.2, 6.0, 0.5, 0.0, -1.0, 0.0,],
            [2.0, 8.0, 5.0, 1.0, 0.5, -4.0, 10.0, 0.0, 1.0, -5.0, 3.0, 0.0, 2.0, 0.0,],
            [2.0, 0.0, 1.0, 1.0, 1.0, -1.0, 1.0, 0.0, 0.0, -2.0, 3.0, 0.0, 1.0, 0.0,],
            [2.0, 0.0, 1.0, 2.0, 3.0, -1.0, 10.0, 2.0, 0.0, -1.0, 1.0, 2.0, 2.0, 0.0,],
            [1.0, 1.0, 0.0, 2.0, 2.0, -1.0, 1.0, 2.0, 0.0, -5.0, 1.0, 2.0, 3.0, 0.0,],
            [3.0, 1.0, 0.0, 3.0, 0.0, -4.0, 10.0, 0.0, 1.0, -5.0, 3.0, 0.0, 3.0, 1.0,],
            [2.11, 8.0, -6.0, -0.5, 0.0, 1.0, 0.0, 0.0, -3.2, 6.0, 0.5, 0.0, -3.0, 1.0,],
            [2.11, 8.0, -6.0, -0.5, 0.0, 1.0, 0.0, 0.0, -3.2, 6.0, 1.5, 1.0, -1.0, -1.0,],
            [2.11, 8.0, -6.0, -0.5, 0.0, 10.0, 0.0, 0.0, -3.2, 6.0, 0.5, 0.0, -1.0, -1.0,],
            [2.0, 0.0, 5.0, 1.0, 0.5, -2.0, 10.0, 0.0, 1.0, -5.0, 3.0, 1.0, 0.0, -1.0,],
            [2.0, 0.0, 1.0, 1.0, 1.0, -2.0, 1.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 1.0,],
            [2.0, 1.0, 1.0, 1.0, 2.0, -1.0, 10.0, 2.0, 0.0, -1.0, 0.0, 2.0, 1.0, 1.0,],
            [1.0, 1.0, 0.0, 0.0, 1.0, -3.0, 1.0, 2.0, 0.0, -5.0, 1.0, 2.0, 1.0, 1.0,],
            [3.0, 1.0, 0.0, 1.0, 0.0, -4.0, 1.0, 0.0, 1.0, -2.0, 0.0, 0.0, 1.0, 0.0,]
        ];

        let targets = array![1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0];

        let dataset = Dataset::new(data, targets);
        let model = DecisionTree::params().fit(&dataset)?;
        let prediction = model.predict(&dataset);

        let cm = prediction.confusion_matrix(&dataset)?;
        assert!(cm.accuracy() > 0.95);

        Ok(())
    }

    #[test]
    /// Multilabel classification
    fn multilabel_four_uniform() -> Result<()> {
        let mut data = concatenate(
            Axis(0),
            &[Array2::random((40, 2), Uniform::new(-1., 1.)).view()],
        )
        .unwrap();

        data.outer_iter_mut().enumerate().for_each(|(i, mut p)| {
            if i < 10 {
                p += &array![-2., -2.]
            } else if i < 20 {
                p += &array![-2., 2.];
            } else if i < 30 {
                p += &array![2., -2.];
            } else {
                p += &array![2., 2.];
            }
        });

        let targets = (0..40)
            .map(|x| match x {
                x if x < 10 => 0,
                x if x < 20 => 1,
                x if x < 30 => 2,
                _ => 3,
            })
            .collect::<Array1<_>>();

        let dataset = Dataset::new(data.clone(), targets);

        let model = DecisionTree::params().fit(&dataset)?;
        let prediction = model.predict(data);

        let cm = prediction.confusion_matrix(&dataset)?;
        assert!(cm.accuracy() > 0.99);

        Ok(())
    }

    #[test]
    #[should_panic]
    /// Check that a small or negative impurity decrease panics
    fn panic_min_impurity_decrease() {
        DecisionTree::<f64, bool>::params()
            .min_impurity_decrease(0.0)
            .check()
            .unwrap();
    }
}
