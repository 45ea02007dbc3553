use super::{Columnwise, Out, Reg, Run, Scratch, Tile};
use crate::input::Precision;

/// What the length of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// The sum of the sizes of its numbers.
    Sum,
    /// The root of the sum of their squares.
    Root,
    /// The largest of their sizes.
    Most,
}

/// A row divided by its length, but for one that is shorter than `least` or zero. One register for each that is read.
///
/// Source: `normalize` in scikit-learn's `preprocessing/_data.py`.
#[derive(Clone, Debug)]
pub struct Length {
    pub reads: Vec<Reg>,
    pub norm: Norm,
    pub least: f64,
    pub precision: Precision,
}

impl Columnwise for Length {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }
}

impl Run for Length {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for row in 0..tile.rows() {
            let numbers = || self.reads.iter().map(|read| tile.column(*read)[row]);
            let length = match self.norm {
                Norm::Sum => numbers().map(f64::abs).sum(),
                Norm::Root => numbers().map(|x| x * x).sum::<f64>().sqrt(),
                Norm::Most => numbers().map(f64::abs).fold(0.0, f64::max),
            };
            let length = self.precision.round(length);
            let divisor = if length < self.least || length == 0.0 {
                1.0
            } else {
                length
            };
            for (j, x) in numbers().enumerate() {
                out.column(j)[row] = self.precision.round(x / divisor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Program;
    use super::*;
    use std::sync::Arc;

    fn divided(norm: Norm, least: f64, row: &[f64]) -> Vec<f64> {
        let width = row.len() as Reg;
        let length = Length {
            reads: (0..width).collect(),
            norm,
            least,
            precision: Precision::F64,
        };
        let last: Vec<Reg> = (width..2 * width).collect();
        let (program, _) = Program::new(row.len(), &[Arc::new(length)], &last, false).unwrap();
        let (mut values, mut scratch) = (Vec::new(), Scratch::default());
        program.run(row, &mut values, &mut scratch);
        values.split_off(row.len())
    }

    #[test]
    fn a_row_of_nothing_stays() {
        assert_eq!(divided(Norm::Root, 0.0, &[3.0, -4.0]), [0.6, -0.8]);
        assert_eq!(divided(Norm::Sum, 0.0, &[3.0, -1.0]), [0.75, -0.25]);
        assert_eq!(divided(Norm::Most, 0.0, &[1.0, -4.0]), [0.25, -1.0]);
        assert_eq!(divided(Norm::Root, 0.0, &[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(divided(Norm::Sum, 1e-9, &[1e-12, 0.0]), [1e-12, 0.0]);
        assert_eq!(divided(Norm::Sum, 0.0, &[1e-12, 0.0]), [1.0, 0.0]);
    }
}
