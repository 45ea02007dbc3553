//! linfa's trees of boxes as arrays.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::model::{Test, TreeNode};

/// A leaf of linfa's, of class indices or numbers.
pub(super) type Leaf<L> = linfa_trees::TreeNode<f32, L>;

/// One fitted tree.
pub(super) struct Tree<V> {
    /// `Leaf::values` is an index into `values`.
    nodes: Vec<TreeNode>,
    /// What leaves hold, each once.
    values: Vec<V>,
}

impl<V: Clone + Eq + Hash> Tree<V> {
    /// The nodes in level order, so that siblings are neighbours.
    pub(super) fn flatten<L: Clone>(root: &Leaf<L>, value: impl Fn(&Leaf<L>) -> V) -> Self {
        let mut queue = VecDeque::from([root]);
        let (mut nodes, mut shelf, mut next) = (Vec::new(), Shelf::default(), 1);
        while let Some(node) = queue.pop_front() {
            let [Some(left), Some(right)] = node.children()[..] else {
                let values = shelf.place(value(node));
                nodes.push(TreeNode::Leaf { values });
                continue;
            };
            let (feature, threshold, _) = node.split();
            nodes.push(TreeNode::Split {
                feature: feature as u32,
                test: Test::Le,
                threshold: f64::from(threshold),
                yes: next,
                no: next + 1,
                missing_yes: false,
            });
            next += 2;
            queue.extend([left.as_ref(), right.as_ref()]);
        }
        let values = shelf.values;
        Self { nodes, values }
    }
}

/// The trees of a forest, whose leaves are indices into one list of values, each of which is there once.
pub(super) fn gather<V: Clone + Eq + Hash>(trees: Vec<Tree<V>>) -> (Vec<Vec<TreeNode>>, Vec<V>) {
    let mut shelf = Shelf::default();
    let mut renumber = |tree: Tree<V>| {
        let places: Vec<u32> = tree.values.into_iter().map(|v| shelf.place(v)).collect();
        let mut nodes = tree.nodes;
        for node in &mut nodes {
            if let TreeNode::Leaf { values } = node {
                *values = places[*values as usize];
            }
        }
        nodes
    };
    let nodes = trees.into_iter().map(&mut renumber).collect();
    (nodes, shelf.values)
}

/// Distinct values in the order in which they came.
struct Shelf<V> {
    places: HashMap<V, u32>,
    values: Vec<V>,
}

impl<V> Default for Shelf<V> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<V: Clone + Eq + Hash> Shelf<V> {
    fn place(&mut self, value: V) -> u32 {
        let next = self.values.len() as u32;
        *self.places.entry(value).or_insert_with_key(|value| {
            self.values.push(value.clone());
            next
        })
    }
}
