//! Answers by the nearest of stored points.

mod answer;
mod fill;
mod fill_single;
mod heap;
mod measure;
mod outliers;
mod search;
#[cfg(test)]
mod tests;
mod tree;

use super::{
    InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, Vectors, finite, gather,
    kernels::Stored,
};
use crate::model::{check::invalid, program::Why};
pub use answer::Learned;
pub use fill::FillByNeighbours;
pub use fill_single::FillInSingle;
use heap::Heap;
pub use measure::Measure;
use search::Points;
use tree::Tree;
pub use tree::{Bounds, Nodes};

/// Which of the points count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Near {
    /// So many, the nearest ones.
    Nearest(usize),
    /// Those that are no farther away than this.
    Within(f64),
}

/// What the points near a row say of it: means or votes, in which each counts the same, or by how near it is.
///
/// Where several are equally far, those are taken that scikit-learn takes: the first ones that its tree comes to, or without a tree the
/// first ones of the fit.
///
/// Source: `sklearn/neighbors/{_classification,_regression,_base}.py`, `_binary_tree.pxi.tp` there.
#[derive(Clone, Debug)]
pub struct Neighbours {
    pub reads: Vec<Reg>,
    pub points: Vectors,
    pub metric: Measure,
    pub near: Near,
    /// Whether a point counts by the inverse of its distance.
    pub by_distance: bool,
    /// The tree that the points were sorted into; without one they are all looked at.
    pub nodes: Option<Nodes>,
    pub learned: Learned,
}

#[derive(Debug)]
struct Ready {
    reads: Vec<Reg>,
    points: Points,
    metric: Measure,
    near: Near,
    by_distance: bool,
    learned: Learned,
}

impl Operation for Neighbours {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.learned.width()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.reads.len();
        let stored = Stored::new(&self.points, width)?;
        let count = stored.len();
        self.metric.check()?;
        self.learned.check(count)?;
        match self.near {
            Near::Nearest(k) if k == 0 || k > count => {
                invalid!("{k} neighbours are wanted of {count} points");
            }
            Near::Within(radius) if !radius.is_finite() => {
                invalid!("neighbours are wanted within {radius}");
            }
            _ => {}
        }
        let points = match (stored, &self.nodes) {
            (Stored::Dense(blocks), Some(nodes)) => {
                Points::Tree(Tree::new(nodes, &blocks, self.metric)?)
            }
            (Stored::Dense(blocks), None) => Points::Dense(self.metric.prepared(&blocks)),
            (Stored::Sparse(sparse), None)
                if matches!(self.metric, Measure::Euclidean | Measure::Cosine) =>
            {
                Points::Sparse(sparse)
            }
            _ => invalid!("distances of this kind are not taken from sparse points"),
        };
        Ok(Box::new(Ready {
            reads: self.reads.clone(),
            points,
            metric: self.metric,
            near: self.near,
            by_distance: self.by_distance,
            learned: self.learned.clone(),
        }))
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        gather(tile, &self.reads, &mut scratch.row);
        let width = self.reads.len();
        match self.near {
            Near::Nearest(k) => {
                let Scratch {
                    row: rows,
                    sums: distances,
                    classes: points,
                    ..
                } = scratch;
                distances.clear();
                distances.resize(k * tile.rows(), f64::INFINITY);
                points.clear();
                points.resize(k * tile.rows(), 0);
                self.metric.prepare(rows, width);
                self.points
                    .nearest(self.metric, rows, width, k, distances, points);
                let mut found = std::mem::take(distances);
                let numbers = std::mem::take(points);
                for row in 0..tile.rows() {
                    let found = &mut found[row * k..][..k];
                    self.answer(row, found, &numbers[row * k..][..k], out, scratch);
                }
                (scratch.sums, scratch.classes) = (found, numbers);
            }
            Near::Within(radius) => {
                let rows = std::mem::take(&mut scratch.row);
                for row in 0..tile.rows() {
                    let mut found = std::mem::take(&mut scratch.sums);
                    let mut numbers = std::mem::take(&mut scratch.classes);
                    found.clear();
                    numbers.clear();
                    let x = &rows[row * width..][..width];
                    self.points
                        .within(self.metric, x, radius, &mut found, &mut numbers);
                    self.answer(row, &mut found, &numbers, out, scratch);
                    (scratch.sums, scratch.classes) = (found, numbers);
                }
                scratch.row = rows;
            }
        }
    }
}

impl Ready {
    /// Answers a row by the points that were found, whose reduced distances become their weights.
    fn answer(
        &self,
        row: usize,
        found: &mut [f64],
        points: &[u32],
        out: &mut Out<'_>,
        scratch: &mut Scratch,
    ) {
        if self.learned.of_distances() {
            found.iter_mut().for_each(|x| *x = self.metric.distance(*x));
        } else if self.by_distance {
            found
                .iter_mut()
                .for_each(|x| *x = 1.0 / self.metric.distance(*x));
            if found.iter().any(|x| x.is_infinite()) {
                // What is nowhere but here counts alone.
                found
                    .iter_mut()
                    .for_each(|x| *x = f64::from(u8::from(x.is_infinite())));
            }
            if !points.is_empty() && found.iter().all(|x| *x == 0.0) {
                scratch.refuse(row, Why::NotFinite);
            }
        } else {
            found.fill(1.0);
        }
        let weighed = (self.by_distance || self.learned.of_distances()).then_some(&*found);
        let nearest = matches!(self.near, Near::Nearest(_));
        self.learned
            .answer(row, points, weighed, nearest, out, scratch);
    }
}
