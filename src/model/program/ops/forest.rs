use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::{
    check::invalid,
    estimators::{Scorer, Size},
    ir::ForestScores,
    program::registers::Inputs,
};

/// A forest over registers, ready to run.
#[derive(Debug)]
pub(in crate::model) struct Ready {
    inputs: Inputs,
    scorer: Scorer,
}

impl Ready {
    pub(in crate::model) fn new(
        scores: &ForestScores,
        registers: &Registers<'_>,
    ) -> Result<Self, InvalidModel> {
        let Some(reads) = &scores.reads else {
            invalid!("a forest does not say which columns it reads");
        };
        let inputs = Inputs::new(reads, registers)?;
        let scorer = Scorer::new(scores, reads.len())?;
        Ok(Self { inputs, scorer })
    }

    pub(in crate::model) fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The raw scores of every row of a tile, handed to `each` one after the other.
    pub(in crate::model) fn score(
        &self,
        tile: &Tile<'_>,
        scratch: &mut Scratch,
        mut each: impl FnMut(usize, &mut [f64]),
    ) {
        let Scratch {
            row,
            prepared,
            sums,
            buffers,
            ..
        } = scratch;
        let Inputs {
            dense,
            hot,
            stored,
            len,
            ..
        } = &self.inputs;
        sums.resize(self.scorer.width(), 0.0);
        if hot.is_empty() && stored.is_empty() {
            row.resize(*len, 0.0);
            for i in 0..tile.rows() {
                for (feature, register) in dense {
                    row[*feature as usize] = tile.column(*register)[i];
                }
                self.scorer.score(row, prepared, buffers, sums);
                each(i, sums);
            }
            return;
        }
        self.scorer.begin(buffers);
        for i in 0..tile.rows() {
            let dense = dense.iter();
            let dense = dense.map(|(feature, register)| (*feature, tile.column(*register)[i]));
            let ones = hot.iter();
            let ones = ones.filter_map(|hot| hot.feature(tile.column(hot.slot)[i]));
            let stored = stored.iter().flat_map(|stored| stored.entries(tile, i));
            let others = ones.map(|feature| (feature, 1.0)).chain(stored);
            self.scorer.score_sparse(dense, others, buffers, sums);
            each(i, sums);
        }
    }
}

/// The raw scores of a forest in the middle of a program. One register for each output.
impl Operation for ForestScores {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone().unwrap_or_default()
    }

    fn width(&self) -> usize {
        self.forest.width
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(Ready::new(self, registers)?))
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        self.score(tile, scratch, |row, sums| {
            for (j, sum) in sums.iter().enumerate() {
                out.column(j)[row] = *sum;
            }
        });
    }

    fn size(&self) -> Option<Size> {
        Some(self.scorer.forest().size())
    }
}
