use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{input::Precision, model::check::invalid};

/// How far a row is from points. One register for each point.
#[derive(Clone, Debug)]
pub struct Distances {
    pub reads: Vec<Reg>,
    /// The coordinates of the first point, then those of the second, and so on.
    pub points: Vec<f64>,
    pub metric: Metric,
    /// What differences and distances are rounded to.
    pub precision: Precision,
}

/// What a distance is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    SquaredEuclidean,
    Euclidean,
    Manhattan,
    Chebyshev,
    /// The sum of powers of the sizes of the differences.
    Powers(f64),
}

impl Operation for Distances {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.points.len().checked_div(self.reads.len()).unwrap_or(0)
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        finite("a point", &self.points)?;
        if self.width() * self.reads.len() != self.points.len() {
            invalid!("the points have not as many coordinates as the row");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Distances {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let points = self.points.chunks_exact(self.reads.len().max(1));
        for (point, out) in points.zip(out.columns()) {
            out.fill(0.0);
            for (read, at) in self.reads.iter().zip(point) {
                for (y, x) in out.iter_mut().zip(tile.column(*read)) {
                    let d = self.precision.round(x - at).abs();
                    match self.metric {
                        Metric::SquaredEuclidean | Metric::Euclidean => *y += d * d,
                        Metric::Manhattan => *y += d,
                        Metric::Chebyshev => *y = y.max(d),
                        Metric::Powers(p) => *y += d.powf(p),
                    }
                }
            }
            if self.metric == Metric::Euclidean {
                out.iter_mut().for_each(|y| *y = y.sqrt());
            }
            if self.precision == Precision::F32 {
                out.iter_mut().for_each(|y| *y = self.precision.round(*y));
            }
        }
    }
}
