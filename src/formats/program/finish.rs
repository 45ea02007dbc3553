//! From the board to a model.

use super::{
    Board,
    board::Drawn,
    columns::{self, Holds},
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{ForestModel, ModelIr, Output, Reg, Scores, Step, StepOp},
};
use std::sync::Arc;

impl Board {
    /// The model whose answers are in registers.
    pub(crate) fn finish(
        self,
        scores: Vec<Reg>,
        classes: impl IntoIterator<Item = Reg>,
        output: Output,
        has_probabilities: bool,
    ) -> ModelIr {
        let precision = self.precision(&scores);
        self.ir(
            Scores::Registers {
                scores,
                classes: classes.into_iter().collect(),
            },
            output,
            precision,
            has_probabilities,
        )
    }

    /// The model that ends in a forest over `reads`. Steps before it that only compute with all columns become its own.
    ///
    /// # Errors
    /// `Unsupported` where the forest would compute with words.
    pub(crate) fn finish_forest(
        mut self,
        reads: Vec<Reg>,
        forest: ForestModel,
    ) -> Result<ModelIr, FormatError> {
        self.features(&reads, &forest.forest)?;
        let (mut scores, _, output, output_precision) = forest.apart(None);
        match self.steps(&reads) {
            Some(before) => {
                if !before.is_empty() {
                    // A scaler takes doubles as they are; trees round their input first.
                    scores.input = before[0].precision;
                }
                // The boosters' own steps come after the scalers.
                scores.steps.splice(..0, before);
                self.drawn.clear();
            }
            None => scores.reads = Some(reads),
        }
        Ok(self.ir(
            Scores::Forest(Box::new(scores)),
            output,
            output_precision,
            true,
        ))
    }

    /// The whole board as steps over all columns, if it is no more than that.
    fn steps(&self, reads: &[Reg]) -> Option<Vec<Step>> {
        let width = self.columns.len();
        let numbers =
            |column: &columns::Draft| column.holds == Holds::Numbers && column.words.is_empty();
        let mut at = 0;
        let mut steps = Vec::new();
        for drawn in &self.drawn {
            let Drawn::Each(each) = drawn else {
                return None;
            };
            if !is_run(&each.reads, at, width) || each.op == StepOp::IsMissing {
                return None;
            }
            at = if steps.is_empty() { width } else { at + width };
            steps.push(Step {
                op: each.op,
                operand: each.operand.clone(),
                precision: each.precision,
            });
        }
        (self.columns.iter().all(numbers) && is_run(reads, at, width)).then_some(steps)
    }

    fn ir(
        self,
        scores: Scores,
        output: Output,
        output_precision: Precision,
        has_probabilities: bool,
    ) -> ModelIr {
        let program = self.drawn.into_iter().map(|drawn| match drawn {
            Drawn::Each(each) => Arc::new(each),
            Drawn::Other(operation) => operation,
        });
        ModelIr {
            program: program.collect(),
            schema: columns::schema(self.columns, self.named),
            scores,
            output,
            output_precision,
            has_probabilities,
            threshold: None,
        }
    }
}

/// Whether the registers are `width` in a row from `first` on.
fn is_run(reads: &[Reg], first: usize, width: usize) -> bool {
    reads.len() == width && (first..).zip(reads).all(|(at, read)| *read as usize == at)
}
