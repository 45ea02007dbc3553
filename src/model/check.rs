//! The checks: every claim of an [`ir`](super::ir) model that the kernel relies on. What passes can be laid out without a further look.

use super::ir::{ForestIr, Labels, Output, Test, TreeNode};

/// Why an IR is not a model.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidModel(pub(crate) String);

macro_rules! invalid {
    ($($arg:tt)*) => { return Err($crate::model::check::InvalidModel(format!($($arg)*))) };
}
pub(super) use invalid;

/// A tree that passed the checks: what laying it out needs to know.
pub(super) struct Shape {
    /// The IR's numbers of its leaves, in the order they are met.
    pub(super) leaves: Vec<u32>,
    /// Comparisons on the longest way down.
    pub(super) depth: u32,
    /// The index in the IR, for messages and for a stable order.
    pub(super) tree: usize,
}

/// Checks a forest; the shapes of its trees, in the IR's order.
pub(super) fn check_forest(forest: &ForestIr) -> Result<Vec<Shape>, InvalidModel> {
    if forest.n_features == 0 || forest.width == 0 || forest.trees.is_empty() {
        invalid!(
            "the forest has {} trees over {} features with {} outputs; it needs at least one of each",
            forest.trees.len(),
            forest.n_features,
            forest.width
        );
    }
    if let Some(bad) = forest.leaves.iter().find(|x| !x.is_finite()) {
        invalid!("a leaf holds {bad}, which is not a finite number");
    }
    check_targets(forest)?;
    (0..forest.trees.len())
        .map(|tree| Walk { forest, tree }.check())
        .collect()
}

fn check_targets(forest: &ForestIr) -> Result<(), InvalidModel> {
    let (trees, targets) = (forest.trees.len(), forest.targets.len());
    if targets != 0 && targets != trees {
        invalid!("the forest names the outputs of {targets} trees, but has {trees}");
    }
    if let Some(target) = forest.targets.iter().find(|t| **t as usize >= forest.width) {
        invalid!("a tree adds to output {target} of {}", forest.width);
    }
    if u32::try_from(forest.leaves.len()).is_err() {
        invalid!("the forest has more than {} leaf values", u32::MAX);
    }
    Ok(())
}

/// The walk through one tree, from its root: every index in range, every node reached at most once.
struct Walk<'a> {
    forest: &'a ForestIr,
    tree: usize,
}

impl Walk<'_> {
    fn check(&self) -> Result<Shape, InvalidModel> {
        let tree = self.tree;
        let nodes = &self.forest.trees[tree];
        let mut seen = vec![false; nodes.len()];
        let mut shape = Shape {
            leaves: Vec::new(),
            depth: 0,
            tree,
        };
        let mut todo = vec![(0u32, 0u32)];
        while let Some((at, depth)) = todo.pop() {
            let Some(node) = nodes.get(at as usize) else {
                invalid!(
                    "tree {tree} points at node {at}, but has only {} nodes",
                    nodes.len()
                );
            };
            if std::mem::replace(&mut seen[at as usize], true) {
                invalid!("tree {tree} reaches node {at} twice: a cycle or a shared branch");
            }
            shape.depth = shape.depth.max(depth);
            let (yes, no, levels) = match *node {
                TreeNode::Leaf { values } => {
                    self.leaf(at, values)?;
                    shape.leaves.push(values);
                    continue;
                }
                TreeNode::Split {
                    feature,
                    threshold,
                    test,
                    yes,
                    no,
                    ..
                } => {
                    self.split(at, feature, threshold)?;
                    // An equality takes two comparisons, hence two levels.
                    let equality = matches!(test, Test::Eq | Test::Ne);
                    (yes, no, 1 + u32::from(equality))
                }
                TreeNode::Categories {
                    feature,
                    set,
                    yes,
                    no,
                    ..
                } => {
                    self.categories(at, feature, set)?;
                    (yes, no, 1)
                }
            };
            todo.push((no, depth + levels));
            todo.push((yes, depth + levels));
        }
        Ok(shape)
    }

    fn leaf(&self, at: u32, values: u32) -> Result<(), InvalidModel> {
        let forest = self.forest;
        let width = if forest.targets.is_empty() {
            forest.width
        } else {
            1
        };
        if (values as usize + 1) * width > forest.leaves.len() {
            invalid!(
                "tree {}, node {at}: leaf vector {values} of {} does not exist",
                self.tree,
                forest.leaves.len() / width
            );
        }
        Ok(())
    }

    fn split(&self, at: u32, feature: u32, threshold: f64) -> Result<(), InvalidModel> {
        self.feature(at, feature)?;
        if threshold.is_nan() {
            invalid!("tree {}, node {at} has the threshold NaN", self.tree);
        }
        Ok(())
    }

    fn categories(&self, at: u32, feature: u32, set: u32) -> Result<(), InvalidModel> {
        self.feature(at, feature)?;
        let sets = self.forest.categories.len();
        if set as usize >= sets {
            invalid!(
                "tree {}, node {at}: set of categories {set} of {sets} does not exist",
                self.tree
            );
        }
        Ok(())
    }

    fn feature(&self, at: u32, feature: u32) -> Result<(), InvalidModel> {
        if feature as usize >= self.forest.n_features {
            invalid!(
                "tree {}, node {at} splits on feature {feature} of {}",
                self.tree,
                self.forest.n_features
            );
        }
        Ok(())
    }
}

/// Whether `width` raw scores are what `output` takes.
pub(super) fn check_output(output: &Output, width: usize) -> Result<(), InvalidModel> {
    let expected = match output {
        Output::Classes { labels, .. } => labels.len(),
        Output::Binary { labels, .. } if labels.len() == 2 => 1,
        Output::Binary { labels, .. } => {
            invalid!("a binary decision needs 2 classes, not {}", labels.len())
        }
        Output::Regression { .. } => width,
        Output::Anomaly { .. } | Output::Cluster { .. } | Output::Targets(_) => {
            invalid!("raw scores are said to be those of no classifier and no regressor")
        }
    };
    if width != expected {
        invalid!("the leaves hold {width} numbers each, the classes need {expected}");
    }
    Ok(())
}

/// The place of the last class of each target, if `scores` numbers and the places of `winners` classes are what `output` takes where
/// nothing is to be made of them any more.
pub(super) fn check_answer(
    output: &Output,
    has_probabilities: bool,
    scores: usize,
    winners: usize,
) -> Result<Vec<u32>, InvalidModel> {
    let choices = output.choices();
    if winners != choices.len() || choices.iter().any(Labels::is_empty) {
        invalid!(
            "the places of {winners} classes are answered, the targets are {}",
            choices.len()
        );
    }
    let classes: usize = choices.iter().map(Labels::len).sum();
    let fits = match output {
        Output::Regression { .. } => scores > 0,
        Output::Anomaly { labels } => labels.len() == 2 && (1..=2).contains(&scores),
        Output::Cluster { .. } => scores == classes || !has_probabilities,
        Output::Targets(_) => scores == if has_probabilities { classes } else { 0 },
        Output::Classes { .. } | Output::Binary { .. } => scores == classes,
    };
    if !fits {
        invalid!("there are {scores} scores for {classes} classes");
    }
    Ok(choices
        .iter()
        .map(|labels| labels.len() as u32 - 1)
        .collect())
}

/// Whether a threshold is a probability, and `output` has two of them.
pub(super) fn check_threshold(threshold: Option<f64>, output: &Output) -> Result<(), InvalidModel> {
    let Some(threshold) = threshold else {
        return Ok(());
    };
    let classes = output.labels().map_or(0, Labels::len);
    if !(0.0..=1.0).contains(&threshold) {
        invalid!("the threshold is {threshold}, which is no probability");
    }
    if classes != 2 {
        invalid!("a threshold needs 2 classes, not {classes}");
    }
    Ok(())
}
