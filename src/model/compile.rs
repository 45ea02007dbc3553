//! Checked trees to the node arrays of the kernel: depth first, siblings adjacent.

use super::{
    check::Shape,
    ir::{ForestIr, Test, TreeNode},
    kernel::{Node, SetPlace, Trees},
};
use crate::input::Precision;

/// What the node arrays are made from.
#[derive(Clone, Copy)]
pub(super) struct Checked<'a> {
    pub(super) forest: &'a ForestIr,
    /// Deepest first.
    pub(super) shapes: &'a [Shape],
    /// Leaf numbers of the kernel, by those of the IR.
    pub(super) numbers: &'a [u32],
    pub(super) sets: &'a [SetPlace],
}

impl Checked<'_> {
    /// Lays the trees out one after the other; `None` if this layout of a node cannot say one of them. `bits` are the words of all sets.
    pub(super) fn compile<N: Node>(self, bits: Vec<u32>) -> Option<Trees<N>> {
        let Self { forest, shapes, .. } = self;
        let mut layout = Layout {
            nodes: Vec::with_capacity(forest.trees.iter().map(Vec::len).sum()),
            todo: Vec::new(),
            checked: self,
        };
        let mut roots = Vec::with_capacity(shapes.len());
        for shape in shapes {
            roots.push(layout.nodes.len() as u32);
            layout.tree(&forest.trees[shape.tree])?;
        }
        let depths = shapes.iter().map(|shape| shape.depth).collect();
        Some(Trees::new(&layout.nodes, roots, depths, bits))
    }
}

struct Layout<'a, N> {
    nodes: Vec<N>,
    /// Places of the tree at hand that are still to be filled.
    todo: Vec<Place>,
    checked: Checked<'a>,
}

/// A place in the node array that waits for its node.
#[derive(Clone, Copy)]
struct Place {
    /// Where it lies.
    at: usize,
    /// The node of the IR that belongs there.
    node: u32,
    /// A second place that is to look the same.
    twin: Option<usize>,
}

/// A comparison of the IR, and where its two ways lead.
struct Split {
    feature: u32,
    test: Test,
    threshold: f64,
    yes: u32,
    no: u32,
    missing_yes: bool,
}

impl<N: Node> Layout<'_, N> {
    fn tree(&mut self, nodes: &[TreeNode]) -> Option<()> {
        self.nodes.push(N::default());
        let root = self.nodes.len() - 1;
        self.later(root, 0, None);
        while let Some(place) = self.todo.pop() {
            let node = match nodes[place.node as usize] {
                TreeNode::Leaf { values } => N::leaf(self.checked.numbers[values as usize].into()),
                TreeNode::Categories {
                    feature,
                    set,
                    yes,
                    no,
                    missing_yes,
                } => {
                    let offset = self.children(place.at, no, yes)?;
                    let set = self.checked.sets[set as usize];
                    N::categories(set, feature, offset, missing_yes)?
                }
                TreeNode::Split {
                    feature,
                    test,
                    threshold,
                    yes,
                    no,
                    missing_yes,
                } => {
                    let split = Split {
                        feature,
                        test,
                        threshold,
                        yes,
                        no,
                        missing_yes,
                    };
                    self.split(place, &split)?
                }
            };
            self.put(place, node)?;
        }
        Some(())
    }

    /// Every comparison as `x <= key`.
    fn split(&mut self, place: Place, split: &Split) -> Option<N> {
        let &Split {
            feature,
            test,
            threshold,
            yes,
            no,
            missing_yes,
        } = split;
        let (left, right) = match test {
            Test::Le | Test::Lt => (yes, no),
            Test::Ge | Test::Gt => (no, yes),
            Test::Eq => return self.equality(place, split, (yes, no), missing_yes),
            Test::Ne => return self.equality(place, split, (no, yes), !missing_yes),
        };
        let key = match test {
            Test::Le | Test::Gt => self.key(threshold),
            _ => self.key_if_less(threshold),
        };
        let offset = self.children(place.at, left, right)?;
        let missing_right = missing_yes == (right == yes);
        Some(N::split(key, feature, offset, missing_right))
    }

    /// Two comparisons: `x <= below ? other : (x <= t ? equal : other)`.
    ///
    /// The second `other` is a copy of the first one's node, so that its children are shared and nothing grows. Where no number of
    /// this precision equals `t`, both bounds are one and `equal` is never reached.
    fn equality(
        &mut self,
        place: Place,
        split: &Split,
        (equal, other): (u32, u32),
        missing_equal: bool,
    ) -> Option<N> {
        let key = self.key(split.threshold);
        let below = self.key_if_less(split.threshold);
        let (pair, offset) = self.pair(place.at)?;
        let (second, second_offset) = self.pair(pair + 1)?;
        self.nodes[pair + 1] = N::split(key, split.feature, second_offset, !missing_equal);
        self.later(second, equal, None);
        self.later(pair, other, Some(second + 1));
        Some(N::split(below, split.feature, offset, missing_equal))
    }

    /// Makes room for two children, to be filled with the nodes `left` and `right` of the IR; how far behind `at` they lie.
    fn children(&mut self, at: usize, left: u32, right: u32) -> Option<u32> {
        let (pair, offset) = self.pair(at)?;
        self.later(pair + 1, right, None);
        self.later(pair, left, None);
        Some(offset)
    }

    fn later(&mut self, at: usize, node: u32, twin: Option<usize>) {
        self.todo.push(Place { at, node, twin });
    }

    /// Makes room for two siblings: where they lie, and how far behind `at`.
    fn pair(&mut self, at: usize) -> Option<(usize, u32)> {
        let pair = self.nodes.len();
        let offset = u32::try_from(pair - at)
            .ok()
            .filter(|offset| *offset <= N::MAX_OFFSET)?;
        u32::try_from(pair + 1).ok()?;
        self.nodes.extend([N::default(); 2]);
        Some((pair, offset))
    }

    fn put(&mut self, place: Place, node: N) -> Option<()> {
        self.nodes[place.at] = node;
        if let Some(twin) = place.twin {
            self.nodes[twin] = node.moved(u32::try_from(twin - place.at).ok()?);
        }
        Some(())
    }

    /// The largest number of the forest's precision that is `<= threshold`.
    fn round_down(&self, threshold: f64) -> f64 {
        if self.checked.forest.precision == Precision::F64 {
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
