//! Looking for the points near a row.

use super::{
    super::kernels::{Blocks, LANES, SparseVectors},
    Heap, Measure, Tree,
};

/// Blocks of points that are compared with every row of a tile before the next ones are: what stays near the processor.
const NEAR_BY: usize = 64;

/// Points, as they are looked for.
#[derive(Debug)]
pub(super) enum Points {
    Dense(Blocks),
    Sparse(SparseVectors),
    Tree(Tree),
}

impl Points {
    /// The `k` points nearest to each of `rows`, the nearest one first, with their reduced distances.
    pub(super) fn nearest(
        &self,
        metric: Measure,
        rows: &[f64],
        width: usize,
        k: usize,
        distances: &mut [f64],
        points: &mut [u32],
    ) {
        let mut each = |visit: &mut dyn FnMut(&[f64], Heap<'_>)| {
            let heaps = distances
                .chunks_exact_mut(k)
                .zip(points.chunks_exact_mut(k));
            for (row, (distances, points)) in rows.chunks_exact(width.max(1)).zip(heaps) {
                visit(row, Heap { distances, points });
            }
        };
        match self {
            Self::Tree(tree) => each(&mut |row, mut heap| tree.nearest(row, &mut heap)),
            Self::Sparse(sparse) => each(&mut |row, mut heap| {
                visit_sparse(sparse, metric, row, |distance, point| {
                    heap.push(distance, point);
                });
            }),
            Self::Dense(blocks) => {
                let all: usize = blocks.len().div_ceil(LANES);
                for first in (0..all).step_by(NEAR_BY) {
                    each(&mut |row, mut heap| {
                        for (at, block) in blocks.iter().enumerate().skip(first).take(NEAR_BY) {
                            let count = LANES.min(blocks.len() - at * LANES);
                            let found = metric.of_block(block, row);
                            heap.push_all(&found[..count], |lane| (at * LANES + lane) as u32);
                        }
                    });
                }
            }
        }
        each(&mut |_, mut heap| heap.sort());
    }

    /// The points no farther from a row than `radius`, with their reduced distances.
    pub(super) fn within(
        &self,
        metric: Measure,
        row: &[f64],
        radius: f64,
        distances: &mut Vec<f64>,
        points: &mut Vec<u32>,
    ) {
        let most = metric.reduced(radius);
        let mut take = |distance: f64, point: u32| {
            if distance <= most {
                distances.push(distance);
                points.push(point);
            }
        };
        match self {
            Self::Tree(tree) => tree.within(row, most, &mut take),
            Self::Sparse(sparse) => visit_sparse(sparse, metric, row, take),
            Self::Dense(blocks) => {
                for (at, block) in blocks.iter().enumerate() {
                    let count = LANES.min(blocks.len() - at * LANES);
                    let found = metric.of_block(block, row);
                    for (lane, distance) in found[..count].iter().enumerate() {
                        take(*distance, (at * LANES + lane) as u32);
                    }
                }
            }
        }
    }
}

fn visit_sparse(
    sparse: &SparseVectors,
    metric: Measure,
    row: &[f64],
    mut visit: impl FnMut(f64, u32),
) {
    let length = row.iter().map(|x| x * x).sum();
    for at in 0..sparse.len() {
        let (dot, distance) = sparse.dot_and_distance(at, row, length);
        let distance = if metric == Measure::Cosine {
            let of = sparse.length(at).sqrt();
            // Of nothing there is no direction. The row is of length one.
            let cosine = if of > 0.0 { dot / of } else { 0.0 };
            (1.0 - cosine).clamp(0.0, 2.0)
        } else {
            distance
        };
        visit(distance, at as u32);
    }
}
