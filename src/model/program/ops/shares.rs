use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::{input::Precision, model::program::registers::Inputs};

/// A row divided by its length, every step of it rounded to 32 bits. One register for each that is read, most of which are 0.
///
/// Source: `NormalizeL1` and `NormalizeL2` in onnxruntime's `core/providers/cpu/ml/normalizer.cc`.
#[derive(Clone, Debug)]
pub struct Shares {
    pub reads: Vec<Reg>,
    /// Whether it is the root of the share of the square, with the sign of the number.
    pub squares: bool,
}

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    inputs: Inputs,
    squares: bool,
}

impl Operation for Shares {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(Ready {
            inputs: Inputs::new(&self.reads, registers)?,
            squares: self.squares,
        }))
    }

    fn is_sparse(&self) -> bool {
        true
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let round = |x| Precision::F32.round(x);
        for row in 0..tile.rows() {
            let entries = &mut scratch.entries;
            self.inputs.gather(tile, row, entries);
            let size = |x: f64| if self.squares { round(x * x) } else { x.abs() };
            let length = round(entries.iter().map(|(_, x)| size(*x)).sum());
            for (at, x) in entries.iter() {
                out.push(
                    *at,
                    match (length == 0.0, self.squares) {
                        (true, _) => *x,
                        (_, true) => round(round(size(*x) / length).sqrt()).copysign(*x),
                        (_, false) => round(*x / length),
                    },
                );
            }
            out.end_row();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Program;
    use super::*;
    use std::sync::Arc;

    fn divided(squares: bool, row: &[f64]) -> Vec<f64> {
        let width = row.len() as Reg;
        let reads = (0..width).collect();
        let last: Vec<Reg> = (width..2 * width).collect();
        let shares = Arc::new(Shares { reads, squares });
        let (program, _) = Program::new(row.len(), &[shares], &last, false).unwrap();
        let (mut values, mut scratch) = (Vec::new(), Scratch::default());
        program.run(row, &mut values, &mut scratch);
        values.split_off(row.len())
    }

    #[test]
    fn a_row_is_divided_by_its_length_and_one_of_nothing_stays() {
        let third = f64::from(1.0_f32 / 3.0);
        assert_eq!(
            divided(false, &[1.0, 0.0, -2.0]),
            [third, 0.0, -2.0 * third]
        );
        // The root of a rounded share: 0.6 and 0.8 to the last bit of 32.
        let shares = [9.0_f32 / 25.0, 16.0 / 25.0].map(|share| f64::from(share.sqrt()));
        assert_eq!(
            divided(true, &[3.0, 0.0, -4.0]),
            [shares[0], 0.0, -shares[1]]
        );
        for squares in [false, true] {
            assert_eq!(divided(squares, &[0.0, 0.0]), [0.0, 0.0]);
        }
    }
}
