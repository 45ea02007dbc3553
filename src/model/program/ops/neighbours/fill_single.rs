//! Missing values by the nearest rows that have them, as onnxruntime computes it.

use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, gather};
use crate::{input::Precision, model::check::invalid};

/// Missing values as the mean of those that the nearest points have in their column; where no distance is known, of all that points have.
/// One register for each column.
///
/// Distances are squares less twice the products, in 32 bits: of columns that are not scaled little may be left of them, and other points
/// are the nearest then. Of equally far points the first ones count.
///
/// Source: `operator_converters/nearest_neighbours.py` in skl2onnx, whose graph onnxruntime runs.
#[derive(Clone, Debug)]
pub struct FillInSingle {
    pub reads: Vec<Reg>,
    /// The points one after the other, NaN where they have nothing.
    pub points: Vec<f64>,
    pub nearest: usize,
}

/// A point, ready to be compared with.
#[derive(Debug)]
struct Point {
    /// 0 where it has nothing.
    numbers: Box<[f32]>,
    squares: Box<[f32]>,
    /// 1 where it has nothing.
    gaps: Box<[f32]>,
    sum: f32,
}

#[derive(Debug)]
struct Ready {
    reads: Vec<Reg>,
    nearest: usize,
    points: Vec<Point>,
    means: Vec<f32>,
}

/// `a + x · y`, rounded once.
fn fused(a: f32, (x, y): (&f32, &f32)) -> f32 {
    (f64::from(a) + f64::from(*x) * f64::from(*y)) as f32
}

/// A sum, rounded once.
fn sum(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.map(f64::from).sum::<f64>() as f32
}

impl Point {
    fn new(numbers: impl Iterator<Item = f32> + Clone) -> Self {
        let filled = |x: f32| if x.is_nan() { 0.0 } else { x };
        let squares: Box<[f32]> = numbers.clone().map(|x| filled(x) * filled(x)).collect();
        Self {
            gaps: numbers
                .clone()
                .map(|x| f32::from(u8::from(x.is_nan())))
                .collect(),
            numbers: numbers.map(filled).collect(),
            sum: sum(squares.iter().copied()),
            squares,
        }
    }

    /// How far another point is; none where they have nothing in common.
    fn distance(&self, row: &Self) -> Option<f32> {
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).fold(0.0, fused);
        let twice = row.numbers.iter().map(|x| -2.0 * x);
        let products = twice.zip(&self.numbers);
        let products = products.fold(0.0, |sum, (x, y)| fused(sum, (&x, y)));
        let all = (products + row.sum) + self.sum;
        let shared = all - product(&row.squares, &self.gaps) - product(&row.gaps, &self.squares);
        let both = row.gaps.iter().zip(&self.gaps);
        let both = both.filter(|(a, b)| **a == 0.0 && **b == 0.0).count();
        let width = self.numbers.len() as f32;
        (both > 0).then(|| (shared.max(0.0) / both as f32 * width).sqrt())
    }
}

impl Operation for FillInSingle {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.reads.len();
        if width == 0 || !self.points.len().is_multiple_of(width) || self.nearest == 0 {
            invalid!("an imputer needs points of {width} numbers, and one neighbour or more");
        }
        let rows = self.points.chunks_exact(width);
        let points: Vec<_> = rows
            .map(|row| Point::new(row.iter().map(|x| *x as f32)))
            .collect();
        let mean = |column: usize| {
            let has = points.iter().filter(|point| point.gaps[column] == 0.0);
            sum(has.clone().map(|point| point.numbers[column])) / has.count().max(1) as f32
        };
        Ok(Box::new(Ready {
            reads: self.reads.clone(),
            nearest: self.nearest,
            means: (0..width).map(mean).collect(),
            points,
        }))
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let width = self.reads.len();
        let rows = &mut scratch.row;
        gather(tile, &self.reads, rows);
        let mut near = Vec::with_capacity(self.nearest.min(self.points.len()) + 1);
        let mut distances = Vec::new();
        for (at, row) in rows.chunks_exact(width).enumerate() {
            distances.clear();
            for (column, x) in row.iter().enumerate() {
                let mut number = Precision::F32.round(*x);
                if x.is_nan() {
                    if distances.is_empty() {
                        let row = Point::new(row.iter().map(|x| *x as f32));
                        distances.extend(self.points.iter().map(|point| point.distance(&row)));
                    }
                    number = self.near(column, &distances, &mut near).into();
                }
                out.column(column)[at] = number;
            }
        }
    }
}

impl Ready {
    /// The mean of a column in the points nearest to a row that have it.
    fn near(&self, column: usize, distances: &[Option<f32>], near: &mut Vec<(f32, f32)>) -> f32 {
        near.clear();
        for (point, distance) in self.points.iter().zip(distances) {
            let (0.0, Some(distance)) = (point.gaps[column], *distance) else {
                continue;
            };
            let place = near.partition_point(|(other, _)| *other <= distance);
            if place < self.nearest {
                near.insert(place, (distance, point.numbers[column]));
                near.truncate(self.nearest);
            }
        }
        if near.is_empty() {
            return self.means[column];
        }
        sum(near.iter().map(|(_, number)| *number)) / near.len() as f32
    }
}
