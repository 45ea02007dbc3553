//! scikit-learn's trees over points: searched as it does, so that of equally far points the same ones are found.

use super::{
    super::kernels::{Blocks, LANES},
    Heap, InvalidModel, Measure,
};
use crate::model::check::invalid;

/// A tree over points as its file has it. The children of node `i` are `2i + 1` and `2i + 2`.
///
/// Source: `BinaryTree` in scikit-learn's `neighbors/_binary_tree.pxi.tp`.
#[derive(Clone, Debug)]
pub struct Nodes {
    /// The points in the order of the leaves.
    pub order: Vec<u32>,
    /// Where the points of each node begin and end in that order, and whether it is a leaf.
    pub ranges: Vec<(usize, usize, bool)>,
    pub bounds: Bounds,
}

/// What is known of the points of a node.
#[derive(Clone, Debug)]
pub enum Bounds {
    /// For each node its least and its largest number in every column (`_kd_tree.pyx.tp`).
    Box { least: Vec<f64>, most: Vec<f64> },
    /// For each node a point, and how far from it the others are at most (`_ball_tree.pyx.tp`).
    Ball { centers: Vec<f64>, radii: Vec<f64> },
}

/// The same, checked. Nothing but the nodes from the first one down to leaves is looked at.
#[derive(Debug)]
pub(super) struct Tree {
    metric: Measure,
    bounds: Bounds,
    /// For a leaf its first block, and where its points begin and end in the order.
    leaves: Vec<Option<(usize, usize, usize)>>,
    order: Vec<u32>,
    /// The points of every leaf in blocks of their own.
    blocks: Blocks,
    width: usize,
}

impl Tree {
    pub(super) fn new(
        nodes: &Nodes,
        points: &Blocks,
        metric: Measure,
    ) -> Result<Self, InvalidModel> {
        let width = points.width();
        let count = nodes.ranges.len();
        let (a, b, each) = match &nodes.bounds {
            Bounds::Box { least, most } => (least, most, width),
            Bounds::Ball { centers, radii } => (centers, radii, 1),
        };
        let fits =
            Some(a.len()) == count.checked_mul(width) && Some(b.len()) == count.checked_mul(each);
        if !fits || a.iter().chain(b).any(|x| x.is_nan()) || metric == Measure::Cosine {
            invalid!("the bounds of a tree of neighbours do not fit its nodes");
        }
        let known = |point: &u32| (*point as usize) < points.len();
        if nodes.order.len() != points.len() || !nodes.order.iter().all(known) {
            invalid!("a tree of neighbours names other points than there are");
        }
        let mut tree = Self {
            metric,
            bounds: nodes.bounds.clone(),
            leaves: vec![None; count],
            order: nodes.order.clone(),
            blocks: Blocks::new(&[], width),
            width,
        };
        let vectors = points.vectors();
        let mut padded = Vec::new();
        let mut todo = vec![(0usize, 0usize, points.len())];
        while let Some((node, from, to)) = todo.pop() {
            let range = nodes.ranges.get(node);
            let Some((start, end, leaf)) =
                range.filter(|(start, end, _)| (*start, *end) == (from, to))
            else {
                invalid!("the nodes of a tree of neighbours do not share its points");
            };
            if *leaf {
                tree.leaves[node] =
                    Some((padded.len() / LANES.max(1) / width.max(1), *start, *end));
                for point in &nodes.order[*start..*end] {
                    padded.extend_from_slice(&vectors[*point as usize * width..][..width]);
                }
                let full = (end - start).div_ceil(LANES) * LANES;
                padded.resize(padded.len() + (full - (end - start)) * width, 0.0);
                continue;
            }
            let (left, right) = (2 * node + 1, 2 * node + 2);
            let Some((_, middle, _)) = nodes
                .ranges
                .get(left)
                .filter(|(_, middle, _)| *middle >= from && *middle <= to)
            else {
                invalid!("a node of a tree of neighbours has no children");
            };
            todo.push((right, *middle, to));
            todo.push((left, from, *middle));
        }
        tree.blocks = Blocks::new(&padded, width);
        Ok(tree)
    }

    /// How near a point of the node may be to a row, reduced.
    #[inline]
    fn least(&self, node: usize, row: &[f64]) -> f64 {
        match &self.bounds {
            Bounds::Box { least, most } => {
                let least = &least[node * self.width..][..self.width];
                let most = &most[node * self.width..][..self.width];
                let mut sum = 0.0;
                for ((x, least), most) in row.iter().zip(least).zip(most) {
                    let (below, above) = (least - x, x - most);
                    let apart = 0.5 * ((below + below.abs()) + (above + above.abs()));
                    sum = self.metric.add(sum, apart);
                }
                sum
            }
            Bounds::Ball { centers, radii } => {
                let center = &centers[node * self.width..][..self.width];
                let apart = row.iter().zip(center);
                let sum = apart.fold(0.0, |sum, (x, y)| self.metric.add(sum, x - y));
                self.metric
                    .reduced((self.metric.distance(sum) - radii[node]).max(0.0))
            }
        }
    }

    /// The points nearest to a row.
    pub(super) fn nearest(&self, row: &[f64], heap: &mut Heap<'_>) {
        self.visit(0, self.least(0, row), row, heap);
    }

    fn visit(&self, node: usize, least: f64, row: &[f64], heap: &mut Heap<'_>) {
        if least > heap.largest() {
            return;
        }
        if self.leaves[node].is_some() {
            self.leaf(node, row, |found, order| {
                heap.push_all(found, |lane| order[lane]);
            });
            return;
        }
        let (left, right) = (2 * node + 1, 2 * node + 2);
        let (a, b) = (self.least(left, row), self.least(right, row));
        let ways = if a <= b {
            [(left, a), (right, b)]
        } else {
            [(right, b), (left, a)]
        };
        for (child, least) in ways {
            self.visit(child, least, row, heap);
        }
    }

    /// The points within a reduced distance.
    pub(super) fn within(&self, row: &[f64], most: f64, take: &mut impl FnMut(f64, u32)) {
        let mut todo = [0usize; 64];
        let mut count = 1;
        while count > 0 {
            count -= 1;
            let node = todo[count];
            if self.least(node, row) > most {
                continue;
            }
            if self.leaves[node].is_some() {
                self.leaf(node, row, |found, order| {
                    for (distance, point) in found.iter().zip(order) {
                        take(*distance, *point);
                    }
                });
                continue;
            }
            // The numbers of nodes double on the way down, so that there are never more.
            todo[count] = 2 * node + 2;
            todo[count + 1] = 2 * node + 1;
            count += 2;
        }
    }

    /// The reduced distances of a row from the points of a leaf, block by block.
    #[inline]
    fn leaf(&self, node: usize, row: &[f64], mut visit: impl FnMut(&[f64], &[u32])) {
        let Some((first, start, end)) = self.leaves[node] else {
            return;
        };
        let order = &self.order[start..end];
        for (block, order) in self.blocks.from(first).zip(order.chunks(LANES)) {
            let found = self.metric.of_block(block, row);
            visit(&found[..order.len()], order);
        }
    }
}
