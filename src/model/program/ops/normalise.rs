use super::{Columnwise, Out, Reg, Run, Scratch, Tile};
use crate::model::pairwise_sum;

/// Numbers divided by their sum, as numpy takes it. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Normalise {
    pub reads: Vec<Reg>,
    pub of_nothing: OfNothing,
}

/// What becomes of numbers whose sum is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfNothing {
    /// The same share of 1 for each.
    Equal,
    /// They stay as they are.
    Same,
    /// They are divided all the same, and are no numbers.
    NaN,
}

impl Columnwise for Normalise {
    fn inputs(&self) -> &[Reg] {
        &self.reads
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
                out.column(j)[row] = match self.of_nothing {
                    OfNothing::Equal if sum == 0.0 => 1.0 / self.reads.len() as f64,
                    OfNothing::Same if sum == 0.0 => *x,
                    _ => x / sum,
                };
            }
        }
    }
}
