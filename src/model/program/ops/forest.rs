use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::{
    check::invalid,
    estimators::{Scorer, Size},
    ir::ForestScores,
};

/// The raw scores of a forest in the middle of a program. One register for each output.
impl Operation for ForestScores {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone().unwrap_or_default()
    }

    fn width(&self) -> usize {
        self.forest.width
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.reads.is_none() {
            invalid!("a forest does not say which columns it reads");
        }
        Ok(Box::new(Scorer::new(self, 0, registers)?))
    }

    fn reads_slots(&self) -> bool {
        ForestScores::reads_slots(self)
    }
}

impl Run for Scorer {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        self.score_tile(tile, scratch, |row, sums| {
            for (j, sum) in sums.iter().enumerate() {
                out.column(j)[row] = *sum;
            }
        });
    }

    fn size(&self) -> Option<Size> {
        Some(self.forest().size())
    }
}
