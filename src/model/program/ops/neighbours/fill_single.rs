//! Missing values by the nearest rows that have them, as onnxruntime computes it.

use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, gather};
use crate::{
    input::Precision,
    model::{
        check::invalid,
        program::point::{Filling, Point, sum},
    },
};

/// Fills each missing value with the mean of its column over the nearest points that have a number there. Where the distance to none of these
/// is known, it is the mean over all points that have a number there. One register for each column.
///
/// Distances are computed in 32 bits, as squares less twice the products. For columns that are not scaled, rounding may leave little of a
/// distance, so that other points seem to be the nearest. Of points that are equally far, the first ones count.
///
/// Source: `operator_converters/nearest_neighbours.py` in skl2onnx, whose graph onnxruntime runs.
#[derive(Clone, Debug)]
pub struct FillInSingle {
    /// The columns, NaN where a value is missing.
    pub reads: Vec<Reg>,
    /// The points one after the other, NaN where they have nothing.
    pub points: Vec<f64>,
    /// How many of the nearest points a mean is taken over, at most.
    pub nearest: usize,
}

#[derive(Debug)]
struct Ready {
    reads: Vec<Reg>,
    nearest: usize,
    points: Vec<Point>,
    means: Vec<f32>,
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
        let points: Vec<_> = rows.map(Point::new).collect();
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
        let (rows, filling) = (&mut scratch.row, &mut scratch.filling);
        gather(tile, &self.reads, rows);
        for (at, row) in rows.chunks_exact(width).enumerate() {
            filling.distances.clear();
            for (column, x) in row.iter().enumerate() {
                let mut number = Precision::F32.round(*x);
                if x.is_nan() {
                    if filling.distances.is_empty() {
                        filling.row.set(row);
                        let far = |point: &Point| point.distance(&filling.row);
                        filling.distances.extend(self.points.iter().map(far));
                    }
                    number = self.near(column, filling).into();
                }
                out.column(column)[at] = number;
            }
        }
    }
}

impl Ready {
    /// The mean of a column in the points nearest to a row that have it.
    fn near(&self, column: usize, filling: &mut Filling) -> f32 {
        let Filling {
            distances, near, ..
        } = filling;
        near.clear();
        for (point, distance) in self.points.iter().zip(&*distances) {
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
