//! How far a row is from points.

use super::{
    super::kernels::{Blocks, LANES, dots, squared_distances},
    InvalidModel,
};
use crate::model::check::invalid;

/// How far two points are from each other.
///
/// Source: `sklearn/metrics/_dist_metrics.pyx.tp`. Distances are compared in a reduced form, without the root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    Euclidean,
    Manhattan,
    Chebyshev,
    /// `(Σ |x - y|^p)^(1/p)`
    Minkowski(f64),
    /// One less the cosine of the angle between them.
    Cosine,
}

impl Measure {
    pub(super) fn check(self) -> Result<(), InvalidModel> {
        match self {
            Self::Minkowski(p) if !(p.is_finite() && p > 0.0) => {
                invalid!("distances are taken by the power {p}")
            }
            _ => Ok(()),
        }
    }

    /// The distance, from its reduced form.
    pub(super) fn distance(self, reduced: f64) -> f64 {
        match self {
            Self::Euclidean => reduced.sqrt(),
            Self::Minkowski(p) => reduced.powf(1.0 / p),
            Self::Manhattan | Self::Chebyshev | Self::Cosine => reduced,
        }
    }

    /// The reduced form of a distance.
    pub(super) fn reduced(self, distance: f64) -> f64 {
        match self {
            Self::Euclidean => distance * distance,
            Self::Minkowski(p) => distance.powf(p),
            Self::Manhattan | Self::Chebyshev | Self::Cosine => distance,
        }
    }

    /// What a difference in one place adds to the reduced distance so far.
    #[inline]
    pub(super) fn add(self, so_far: f64, apart: f64) -> f64 {
        match self {
            Self::Euclidean => so_far + apart * apart,
            Self::Manhattan | Self::Cosine => so_far + apart.abs(),
            Self::Chebyshev => so_far.max(apart.abs()),
            Self::Minkowski(p) => so_far + apart.abs().powf(p),
        }
    }

    /// The reduced distances of a row from the points of a block.
    #[inline]
    pub(super) fn of_block(self, block: &[[f64; LANES]], row: &[f64]) -> [f64; LANES] {
        match self {
            Self::Euclidean => squared_distances(block, row),
            Self::Cosine => dots(block, row).map(|dot| (1.0 - dot).clamp(0.0, 2.0)),
            Self::Manhattan => sums(block, row, |sum, apart| sum + apart.abs()),
            Self::Chebyshev => sums(block, row, |sum, apart| sum.max(apart.abs())),
            Self::Minkowski(p) => sums(block, row, |sum, apart| sum + apart.abs().powf(p)),
        }
    }

    /// The points as they are compared: for cosines of length one.
    pub(super) fn prepared(self, blocks: &Blocks) -> Blocks {
        if self != Self::Cosine {
            return blocks.clone();
        }
        let mut points = blocks.vectors();
        self.prepare(&mut points, blocks.width());
        Blocks::new(&points, blocks.width())
    }

    /// Makes rows of points what is compared.
    pub(super) fn prepare(self, rows: &mut [f64], width: usize) {
        if self != Self::Cosine {
            return;
        }
        for row in rows.chunks_exact_mut(width.max(1)) {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 0.0 {
                row.iter_mut().for_each(|x| *x /= length);
            }
        }
    }
}

#[inline]
fn sums(block: &[[f64; LANES]], row: &[f64], add: impl Fn(f64, f64) -> f64) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (numbers, x) in block.iter().zip(row) {
        for (sum, y) in sums.iter_mut().zip(numbers) {
            *sum = add(*sum, x - y);
        }
    }
    sums
}
