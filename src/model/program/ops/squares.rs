use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::check::invalid;

/// `y[j] = Σ x²` over group `j` of the registers. One register for each group.
#[derive(Clone, Debug)]
pub struct Squares {
    /// The first group, then the second, and so on.
    pub reads: Vec<Reg>,
    /// How many registers each group has.
    pub lengths: Vec<usize>,
}

impl Operation for Squares {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.lengths.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let sum = self
            .lengths
            .iter()
            .try_fold(0usize, |n, length| n.checked_add(*length));
        if sum != Some(self.reads.len()) {
            invalid!("sums of squares are of other numbers than are read");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Squares {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let mut reads = self.reads.iter();
        for (out, length) in out.columns().zip(&self.lengths) {
            out.fill(0.0);
            for read in reads.by_ref().take(*length) {
                let column = tile.column(*read);
                out.iter_mut().zip(column).for_each(|(y, x)| *y += x * x);
            }
        }
    }
}
