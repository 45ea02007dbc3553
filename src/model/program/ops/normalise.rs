use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::pairwise_sum;

/// Numbers divided by their sum, as numpy takes it. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Normalise {
    pub reads: Vec<Reg>,
    /// Whether numbers whose sum is 0 all become the same share of 1; else they are divided by 1.
    pub uniform: bool,
}

impl Operation for Normalise {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Normalise {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        for row in 0..tile.rows() {
            let numbers = &mut scratch.row;
            numbers.clear();
            numbers.extend(self.reads.iter().map(|read| tile.column(*read)[row]));
            let sum = pairwise_sum(numbers);
            for (j, x) in numbers.iter().enumerate() {
                out.column(j)[row] = match sum {
                    0.0 if self.uniform => 1.0 / self.reads.len() as f64,
                    0.0 => *x,
                    sum => x / sum,
                };
            }
        }
    }
}
