//! Missing values by the nearest rows that have them.

use super::{
    super::kernels::{Blocks, LANES},
    Heap, InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, gather,
};
use crate::{
    input::Precision,
    model::{check::invalid, pairwise_sum},
};

/// Missing values as the mean of those that the nearest points have in their column; where no distance is known, of all that points have.
/// Distances are taken over what both have, as if it stood for the rest. One register for each column that is kept.
///
/// Of equally far points the first ones count, where scikit-learn's `argpartition` picks by chance.
///
/// Source: `sklearn/impute/_knn.py`, `nan_euclidean_distances` in `sklearn/metrics/pairwise.py`.
#[derive(Clone, Debug)]
pub struct FillByNeighbours {
    pub reads: Vec<Reg>,
    /// The points one after the other, NaN where they have nothing.
    pub points: Vec<f64>,
    pub nearest: usize,
    /// Whether a point counts by the inverse of its distance.
    pub by_distance: bool,
    /// The columns that are kept. One in which no point has anything becomes 0.
    pub kept: Vec<u32>,
    /// What the results are rounded to.
    pub precision: Precision,
}

#[derive(Debug)]
struct Ready {
    op: FillByNeighbours,
    blocks: Blocks,
    /// The mean of each column, if there is one.
    means: Vec<Option<f64>>,
}

impl Operation for FillByNeighbours {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.kept.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.reads.len();
        if width == 0 || !self.points.len().is_multiple_of(width) || self.nearest == 0 {
            invalid!("an imputer needs points of {width} numbers, and one neighbour or more");
        }
        if self.points.iter().any(|x| x.is_infinite()) {
            invalid!("a point of an imputer is infinite");
        }
        if self.kept.iter().any(|column| *column as usize >= width) {
            invalid!("an imputer keeps a column that there is not");
        }
        let mean = |column: usize| {
            let numbers = || self.points.iter().skip(column).step_by(width);
            let count = numbers().filter(|x| !x.is_nan()).count();
            let filled = numbers().map(|x| if x.is_nan() { 0.0 } else { *x });
            let sum = pairwise_sum(&filled.collect::<Vec<f64>>());
            (count > 0).then(|| sum / count as f64)
        };
        let means = (0..width).map(mean).collect();
        let mut op = self.clone();
        op.nearest = op.nearest.min(self.points.len() / width);
        Ok(Box::new(Ready {
            blocks: Blocks::new(&self.points, width),
            means,
            op,
        }))
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let width = self.op.reads.len();
        let Scratch {
            row: rows,
            sums: distances,
            prepared: heap,
            classes: points,
            ..
        } = scratch;
        gather(tile, &self.op.reads, rows);
        for (row, x) in rows.chunks_exact(width).enumerate() {
            distances.clear();
            for (j, column) in self.op.kept.iter().enumerate() {
                let column = *column as usize;
                let number = match self.means[column] {
                    None => 0.0,
                    Some(_) if !x[column].is_nan() => x[column],
                    Some(mean) => {
                        if distances.is_empty() {
                            self.distances(x, distances);
                        }
                        let near = self.near(column, distances, heap, points);
                        near.unwrap_or(mean)
                    }
                };
                out.column(j)[row] = self.op.precision.round(number);
            }
        }
    }
}

impl Ready {
    /// How far a row is from every point; NaN where they have nothing in common.
    fn distances(&self, row: &[f64], distances: &mut Vec<f64>) {
        for block in self.blocks.iter() {
            let (mut sums, mut counts) = ([0.0; LANES], [0.0; LANES]);
            for (numbers, x) in block.iter().zip(row) {
                for ((sum, count), y) in sums.iter_mut().zip(&mut counts).zip(numbers) {
                    let apart = x - y;
                    let known = f64::from(u8::from(!apart.is_nan()));
                    *count += known;
                    *sum += if apart.is_nan() { 0.0 } else { apart * apart };
                }
            }
            let width = row.len() as f64;
            distances.extend(sums.iter().zip(counts).map(|(sum, count)| {
                if count == 0.0 {
                    f64::NAN
                } else {
                    (sum / count * width).sqrt()
                }
            }));
        }
        distances.truncate(self.blocks.len());
    }

    /// The mean of a column in the points nearest to a row that have it.
    fn near(
        &self,
        column: usize,
        distances: &[f64],
        near: &mut Vec<f64>,
        points: &mut Vec<u32>,
    ) -> Option<f64> {
        let width = self.op.reads.len();
        near.clear();
        near.resize(self.op.nearest, f64::INFINITY);
        points.clear();
        points.resize(self.op.nearest, u32::MAX);
        let mut heap = Heap {
            distances: near,
            points,
        };
        for (at, distance) in distances.iter().enumerate() {
            if !self.op.points[at * width + column].is_nan() {
                heap.push(*distance, at as u32);
            }
        }
        heap.sort();
        let found = points
            .iter()
            .take_while(|point| **point != u32::MAX)
            .count();
        let here = self.op.by_distance && near[..found].iter().any(|x| (1.0 / x).is_infinite());
        let (mut sum, mut total) = (0.0, 0.0);
        for (distance, point) in near[..found].iter().zip(&*points) {
            let inverse = 1.0 / distance;
            let weight = match (self.op.by_distance, here) {
                (false, _) => 1.0,
                (true, false) => inverse,
                (true, true) => f64::from(u8::from(inverse.is_infinite())),
            };
            sum += self.op.points[*point as usize * width + column] * weight;
            total += weight;
        }
        (found > 0).then_some(sum / total)
    }
}
