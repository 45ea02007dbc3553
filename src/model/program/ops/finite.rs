use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::{input::Precision, model::program::Why};

/// Refuses rows in which a number is not finite: what reads them next does not take such numbers. No registers.
#[derive(Clone, Debug)]
pub struct Finite {
    pub reads: Vec<Reg>,
    /// What they are rounded to first.
    pub precision: Precision,
    /// Whether NaN passes.
    pub missing: bool,
}

impl Operation for Finite {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        0
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Finite {
    fn run(&self, tile: &Tile<'_>, _: &mut Out<'_>, scratch: &mut Scratch) {
        let bad = |x: f64| {
            let x = self.precision.round(x);
            x.is_infinite() || (x.is_nan() && !self.missing)
        };
        for read in &self.reads {
            refuse(tile.column(*read), bad, scratch);
        }
    }
}

/// Refuses rows in which a number is negative; NaN passes. No registers.
///
/// Source: Box and Cox's power in scikit-learn's `PowerTransformer`, and `QuantileTransformer` of sparse matrices, which raise for the
/// whole of what they are given.
#[derive(Clone, Debug)]
pub struct Positive {
    pub reads: Vec<Reg>,
    /// Whether zero passes.
    pub zero: bool,
}

impl Operation for Positive {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        0
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Positive {
    fn run(&self, tile: &Tile<'_>, _: &mut Out<'_>, scratch: &mut Scratch) {
        for read in &self.reads {
            refuse(
                tile.column(*read),
                |x| x < 0.0 || (x == 0.0 && !self.zero),
                scratch,
            );
        }
    }
}

/// Refuses the first row whose number is bad, unless one before it is refused already.
fn refuse(column: &[f64], bad: impl Fn(f64) -> bool, scratch: &mut Scratch) {
    if let Some(row) = column.iter().position(|x| bad(*x)) {
        scratch.refuse(row, Why::NotFinite);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Program;
    use super::*;
    use std::sync::Arc;

    fn refused(operation: Arc<dyn Operation>, rows: &[f64]) -> Option<usize> {
        let (program, _) = Program::new(1, &[operation], &[0], false).unwrap();
        let (mut values, mut scratch) = (Vec::new(), Scratch::default());
        program.run(rows, &mut values, &mut scratch);
        scratch.refused.map(|(row, _)| row)
    }

    #[test]
    fn the_first_bad_row_is_told() {
        let finite = |precision, missing| {
            Arc::new(Finite {
                reads: vec![0],
                precision,
                missing,
            })
        };
        let rows = [1.0, f64::NAN, 1e300, f64::INFINITY];
        assert_eq!(refused(finite(Precision::F64, false), &rows), Some(1));
        assert_eq!(refused(finite(Precision::F32, true), &rows), Some(2));
        assert_eq!(refused(finite(Precision::F64, true), &rows), Some(3));
        let positive = Arc::new(Positive {
            reads: vec![0],
            zero: false,
        });
        assert_eq!(
            refused(positive.clone(), &[f64::NAN, 5e-324, -0.0, -1.0]),
            Some(2)
        );
        assert_eq!(refused(positive, &[1.0]), None);
    }
}
