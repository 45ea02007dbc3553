use super::{
    InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite,
    normal::normal_quantile,
};
use crate::{input::Precision, model::check::invalid};

/// A share so near to 0 or 1 counts as that, where it becomes a number of the normal distribution.
const NEAR: f64 = 1e-7;

/// Numbers as the share of the fit that lies below them, or as the number of which the normal distribution has that share below it. One
/// register for each that is read; a missing value stays one.
///
/// Source: `QuantileTransformer` in scikit-learn's `preprocessing/_data.py`.
#[derive(Clone, Debug)]
pub struct Quantiles {
    pub reads: Vec<Reg>,
    /// For each register its quantiles, in rising order.
    pub quantiles: Vec<Vec<f64>>,
    /// The shares that they stand for.
    pub references: Vec<f64>,
    pub normal: bool,
    /// Whether a zero stays one: it is none of the numbers that a sparse matrix holds.
    pub keeps_zero: bool,
    pub precision: Precision,
}

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    description: Quantiles,
    lines: Vec<Lines>,
}

/// A column's quantiles from below and, with the other sign, from above: the share of a value that is several quantiles is the mean.
#[derive(Debug)]
struct Lines {
    up: Line,
    down: Line,
}

/// Points in rising order.
#[derive(Debug)]
struct Line {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Operation for Quantiles {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        finite("a quantile", &self.references)?;
        if self.quantiles.len() != self.reads.len() || !self.references.is_sorted() {
            invalid!("there are quantiles of other columns than are read");
        }
        let mut lines = Vec::with_capacity(self.reads.len());
        for quantiles in &self.quantiles {
            finite("a quantile", quantiles)?;
            if quantiles.is_empty()
                || quantiles.len() != self.references.len()
                || !quantiles.is_sorted()
            {
                invalid!("the quantiles of a column are not in rising order");
            }
            let negative = |numbers: &[f64]| numbers.iter().rev().map(|x| -x).collect();
            lines.push(Lines {
                up: Line {
                    x: quantiles.clone(),
                    y: self.references.clone(),
                },
                down: Line {
                    x: negative(quantiles),
                    y: negative(&self.references),
                },
            });
        }
        Ok(Box::new(Ready {
            description: self.clone(),
            lines,
        }))
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let about = &self.description;
        for ((read, lines), out) in about.reads.iter().zip(&self.lines).zip(out.columns()) {
            for (y, x) in out.iter_mut().zip(tile.column(*read)) {
                let x = about.precision.round(*x);
                *y = if x.is_nan() || (about.keeps_zero && x == 0.0) {
                    x
                } else {
                    about.of(lines, x)
                };
            }
        }
    }
}

impl Quantiles {
    fn of(&self, lines: &Lines, x: f64) -> f64 {
        let (first, last) = (lines.up.x[0], lines.up.x[lines.up.x.len() - 1]);
        let round = |x| self.precision.round(x);
        let (below, above) = if self.normal {
            let near = round(NEAR);
            (round(x - near) < first, round(x + near) > last)
        } else {
            (x - first == 0.0, x - last == 0.0)
        };
        let share = match (below, above) {
            (true, _) => 0.0,
            (_, true) => 1.0,
            _ => round(0.5 * (lines.up.at(x) - lines.down.at(-x))),
        };
        if self.normal {
            round(normal_quantile(share))
        } else {
            share
        }
    }
}

impl Line {
    /// As `numpy.interp`: level before the first and behind the last point; of equal ones the last counts.
    fn at(&self, x: f64) -> f64 {
        let last = self.x.len() - 1;
        let Some(low) = self.x.partition_point(|point| *point <= x).checked_sub(1) else {
            return self.y[0];
        };
        if low == last || self.x[low] >= x {
            return self.y[low];
        }
        let slope = (self.y[low + 1] - self.y[low]) / (self.x[low + 1] - self.x[low]);
        slope * (x - self.x[low]) + self.y[low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_several_quantiles_has_the_mean_of_their_shares() {
        let quantiles = Quantiles {
            reads: vec![0],
            quantiles: vec![vec![1.0, 2.0, 2.0, 2.0, 5.0]],
            references: vec![0.0, 0.25, 0.5, 0.75, 1.0],
            normal: false,
            keeps_zero: false,
            precision: Precision::F64,
        };
        let up = Line {
            x: quantiles.quantiles[0].clone(),
            y: quantiles.references.clone(),
        };
        let down = Line {
            x: vec![-5.0, -2.0, -2.0, -2.0, -1.0],
            y: vec![-1.0, -0.75, -0.5, -0.25, -0.0],
        };
        let lines = Lines { up, down };
        let of = |x| quantiles.of(&lines, x);
        let shares = [0.0, 1.0, 1.5, 2.0, 5.0, 9.0].map(of).to_vec();
        assert_eq!(shares, [0.0, 0.0, 0.125, 0.5, 1.0, 1.0]);
    }
}
