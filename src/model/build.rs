//! The checks: from a source that may lie to a forest whose kernel may trust every index.

use super::{
    categories::{SetPlace, lay_out},
    forest::{Forest, Leaves, Trees},
    leaves::RawLeaves,
    node::{Node, Small, Wide},
    per_tree::PerTree,
    source::{ForestSource, Precision, Test, TreeNode},
};

/// Why a source is not a model.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidModel(pub(crate) String);

macro_rules! invalid {
    ($($arg:tt)*) => { return Err($crate::model::build::InvalidModel(format!($($arg)*))) };
}
pub(super) use invalid;

/// A source tree that passed the checks: what compiling it needs to know.
struct Shape {
    /// Source numbers of its leaves, in the order they are met.
    leaves: Vec<u32>,
    depth: u32,
    /// The index in the source, for messages and for a stable order.
    tree: usize,
}

/// How the leaves of a forest are added up.
pub(super) struct Sums<'a> {
    /// The leaf vectors are class distributions, to be added in fixed point if they really are.
    pub(super) shares: bool,
    pub(super) divisor: f64,
    /// What the sums of a forest with targets begin with; empty for zeros.
    pub(super) base: &'a [f64],
    /// What they are taken in.
    pub(super) precision: Precision,
}

/// Checks `source` and lays it out for the kernel.
pub(super) fn build(source: &ForestSource, sums: &Sums<'_>) -> Result<Forest, InvalidModel> {
    if source.n_features == 0 || source.width == 0 || source.trees.is_empty() {
        invalid!(
            "the forest has {} trees over {} features with {} outputs; it needs at least one of each",
            source.trees.len(),
            source.n_features,
            source.width
        );
    }
    if let Some(bad) = source.leaves.iter().find(|x| !x.is_finite()) {
        invalid!("a leaf holds {bad}, which is not a finite number");
    }
    check_targets(source)?;
    let Some((bits, sets)) = lay_out(&source.categories) else {
        invalid!("the sets of categories are more than this server can number");
    };
    let mut shapes = Vec::with_capacity(source.trees.len());
    for tree in 0..source.trees.len() {
        shapes.push(check_tree(source, tree)?);
    }
    // The kernel walks all trees level by level: with the deepest first, the ones still on their way are a prefix.
    shapes.sort_by_key(|shape| std::cmp::Reverse(shape.depth));
    let (leaves, numbers) = leaves(source, &mut shapes, sums);
    let distinct = numbers
        .iter()
        .filter(|n| **n != u32::MAX)
        .max()
        .map_or(0, |n| u64::from(*n) + 1);
    let all = Compiled {
        source,
        shapes: &shapes,
        numbers: &numbers,
        sets: &sets,
    };
    let fits = source.precision == Precision::F32
        && source.n_features <= Small::MAX_FEATURES
        && distinct <= Small::MAX_LEAVES;
    if fits && let Some(trees) = all.compile::<Small>(Vec::new()) {
        return Ok(Forest::small(trees, leaves, source));
    }
    if source.n_features > Wide::MAX_FEATURES {
        invalid!(
            "the model has {} features; this server takes up to {}",
            source.n_features,
            Wide::MAX_FEATURES
        );
    }
    match all.compile::<Wide>(bits) {
        Some(trees) => Ok(Forest::wide(trees, leaves, source)),
        None => invalid!("the forest has more than {} nodes", Wide::MAX_OFFSET),
    }
}

/// The leaves as the kernel adds them, and the number that each leaf of the source has there.
fn leaves(source: &ForestSource, shapes: &mut [Shape], sums: &Sums<'_>) -> (Leaves, Vec<u32>) {
    if !source.targets.is_empty() {
        let places = shapes.iter().map(|shape| shape.tree);
        let numbers = (0..source.leaves.len() as u32).collect();
        return (Leaves::PerTree(PerTree::new(source, places, sums)), numbers);
    }
    let mut order = vec![0; shapes.len()];
    for (place, shape) in shapes.iter().enumerate() {
        order[shape.tree] = place as u32;
    }
    let trees: Vec<Vec<u32>> = shapes
        .iter_mut()
        .map(|shape| std::mem::take(&mut shape.leaves))
        .collect();
    let raw = RawLeaves {
        width: source.width,
        values: &source.leaves,
        trees: &trees,
    };
    let (vectors, numbers) = raw.store(sums, order);
    (Leaves::Vectors(vectors), numbers)
}

fn check_targets(source: &ForestSource) -> Result<(), InvalidModel> {
    let (trees, targets) = (source.trees.len(), source.targets.len());
    if targets != 0 && targets != trees {
        invalid!("the forest names the outputs of {targets} trees, but has {trees}");
    }
    if let Some(target) = source.targets.iter().find(|t| **t as usize >= source.width) {
        invalid!("a tree adds to output {target} of {}", source.width);
    }
    if u32::try_from(source.leaves.len()).is_err() {
        invalid!("the forest has more than {} leaf values", u32::MAX);
    }
    Ok(())
}

/// Walks one tree: every index in range, every node reached at most once.
fn check_tree(source: &ForestSource, tree: usize) -> Result<Shape, InvalidModel> {
    let nodes = &source.trees[tree];
    let mut seen = vec![false; nodes.len()];
    let mut shape = Shape {
        leaves: Vec::new(),
        depth: 0,
        tree,
    };
    let leaf_width = if source.targets.is_empty() {
        source.width
    } else {
        1
    };
    let check_feature = |feature: u32, at: u32| {
        if feature as usize >= source.n_features {
            invalid!(
                "tree {tree}, node {at} splits on feature {feature} of {}",
                source.n_features
            );
        }
        Ok(())
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
        match *node {
            TreeNode::Leaf { values } => {
                if (values as usize + 1) * leaf_width > source.leaves.len() {
                    let leaves = source.leaves.len() / leaf_width;
                    invalid!(
                        "tree {tree}, node {at}: leaf vector {values} of {leaves} does not exist"
                    );
                }
                shape.leaves.push(values);
            }
            TreeNode::Split {
                feature,
                threshold,
                test,
                yes,
                no,
                ..
            } => {
                check_feature(feature, at)?;
                if threshold.is_nan() {
                    invalid!("tree {tree}, node {at} has the threshold NaN");
                }
                // An equality takes two comparisons, hence two levels.
                let levels = if matches!(test, Test::Eq | Test::Ne) {
                    2
                } else {
                    1
                };
                todo.push((no, depth + levels));
                todo.push((yes, depth + levels));
            }
            TreeNode::Categories {
                feature,
                set,
                yes,
                no,
                ..
            } => {
                check_feature(feature, at)?;
                if set as usize >= source.categories.len() {
                    let sets = source.categories.len();
                    invalid!(
                        "tree {tree}, node {at}: set of categories {set} of {sets} does not exist"
                    );
                }
                todo.push((no, depth + 1));
                todo.push((yes, depth + 1));
            }
        }
    }
    Ok(shape)
}

/// What the layouts are made from.
#[derive(Clone, Copy)]
struct Compiled<'a> {
    source: &'a ForestSource,
    shapes: &'a [Shape],
    /// Leaf numbers of the kernel, by those of the source.
    numbers: &'a [u32],
    sets: &'a [SetPlace],
}

impl Compiled<'_> {
    /// Lays the trees out one after the other, depth first with siblings adjacent; `None` if this layout cannot say a node.
    fn compile<N: Node>(self, bits: Vec<u32>) -> Option<Trees<N>> {
        let Self { source, shapes, .. } = self;
        let mut layout = Layout {
            nodes: Vec::new(),
            source,
            numbers: self.numbers,
            sets: self.sets,
        };
        let mut roots = Vec::with_capacity(shapes.len());
        for shape in shapes {
            roots.push(layout.nodes.len() as u32);
            layout.tree(&source.trees[shape.tree])?;
        }
        let deepest = shapes.first()?.depth;
        let live = (0..deepest)
            .map(|level| shapes.partition_point(|shape| shape.depth > level) as u32)
            .collect();
        Some(Trees::new(layout.nodes, roots, live, bits))
    }
}

struct Layout<'a, N> {
    nodes: Vec<N>,
    source: &'a ForestSource,
    numbers: &'a [u32],
    sets: &'a [SetPlace],
}

impl<N: Node> Layout<'_, N> {
    fn tree(&mut self, nodes: &[TreeNode]) -> Option<()> {
        self.nodes.push(N::default());
        let root = self.nodes.len() - 1;
        // Places to fill: where, from which source node, and a second place that is to look the same.
        let mut todo = vec![(root, 0u32, None)];
        while let Some((place, at, twin)) = todo.pop() {
            let node = match nodes[at as usize] {
                TreeNode::Leaf { values } => N::leaf(self.numbers[values as usize].into()),
                TreeNode::Categories {
                    feature,
                    set,
                    yes,
                    no,
                    missing_yes,
                } => {
                    let (pair, offset) = self.pair(place)?;
                    todo.push((pair + 1, yes, None));
                    todo.push((pair, no, None));
                    N::categories(self.sets[set as usize], feature, offset, missing_yes)?
                }
                TreeNode::Split {
                    feature,
                    test,
                    threshold,
                    yes,
                    no,
                    missing_yes,
                } => {
                    let key = self.key(threshold);
                    let below = self.key_if_less(threshold);
                    let (pair, offset) = self.pair(place)?;
                    let (left, right) = match test {
                        Test::Le | Test::Lt => (yes, no),
                        Test::Ge | Test::Gt => (no, yes),
                        Test::Eq | Test::Ne => {
                            let (equal, other, missing_equal) = if test == Test::Eq {
                                (yes, no, missing_yes)
                            } else {
                                (no, yes, !missing_yes)
                            };
                            // x <= below ? other : (x <= t ? equal : other). The second `other` is a copy of the first
                            // one's node, so that its children are shared and nothing grows. Where no number of this
                            // precision equals t, both bounds are one and `equal` is never reached.
                            let (second, second_offset) = self.pair(pair + 1)?;
                            self.nodes[pair + 1] =
                                N::split(key, feature, second_offset, !missing_equal);
                            todo.push((second, equal, None));
                            todo.push((pair, other, Some(second + 1)));
                            self.put(place, twin, N::split(below, feature, offset, missing_equal))?;
                            continue;
                        }
                    };
                    let inclusive = matches!(test, Test::Le | Test::Gt);
                    let missing_right = missing_yes == (right == yes);
                    todo.push((pair + 1, right, None));
                    todo.push((pair, left, None));
                    N::split(
                        if inclusive { key } else { below },
                        feature,
                        offset,
                        missing_right,
                    )
                }
            };
            self.put(place, twin, node)?;
        }
        Some(())
    }

    /// Makes room for two siblings: where they lie, and how far behind `place`.
    fn pair(&mut self, place: usize) -> Option<(usize, u32)> {
        let pair = self.nodes.len();
        let offset = u32::try_from(pair - place)
            .ok()
            .filter(|offset| *offset <= N::MAX_OFFSET)?;
        u32::try_from(pair + 1).ok()?;
        self.nodes.extend([N::default(); 2]);
        Some((pair, offset))
    }

    fn put(&mut self, place: usize, twin: Option<usize>, node: N) -> Option<()> {
        self.nodes[place] = node;
        if let Some(twin) = twin {
            self.nodes[twin] = node.moved(u32::try_from(twin - place).ok()?);
        }
        Some(())
    }

    /// The largest number of the forest's precision that is `<= threshold`.
    fn round_down(&self, threshold: f64) -> f64 {
        if self.source.precision == Precision::F64 {
            return threshold;
        }
        let near = threshold as f32;
        f64::from(if f64::from(near) > threshold {
            near.next_down()
        } else {
            near
        })
    }

    fn key(&self, threshold: f64) -> N::Key {
        N::key(self.round_down(threshold))
    }

    /// The key for `x < threshold`, written as `x <= key`.
    fn key_if_less(&self, threshold: f64) -> N::Key {
        let down = self.round_down(threshold);
        if down < threshold {
            N::key(down)
        } else {
            N::key_below(N::key(down))
        }
    }
}
