use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::{
    input::Precision,
    model::{
        check::check_output,
        ir::{Labels, Output},
        output::decide,
    },
};

/// Raw scores to what the library answers: a register for each score, and for a classifier one for the place of the winning class.
#[derive(Clone, Debug)]
pub struct Decide {
    pub reads: Vec<Reg>,
    pub output: Output,
    pub precision: Precision,
}

impl Decide {
    /// How many of its registers are scores.
    pub fn scores(&self) -> usize {
        self.output.labels().map_or(self.reads.len(), Labels::len)
    }
}

impl Operation for Decide {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.scores() + usize::from(self.output.labels().is_some())
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        check_output(&self.output, self.reads.len())?;
        Ok(Box::new(self.clone()))
    }
}

impl Run for Decide {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Scratch {
            sums,
            scores,
            classes,
            ..
        } = scratch;
        for row in 0..tile.rows() {
            sums.clear();
            sums.extend(self.reads.iter().map(|read| tile.column(*read)[row]));
            scores.clear();
            classes.clear();
            decide(&self.output, self.precision, sums, classes, scores);
            let class = classes.iter().map(|class| f64::from(*class));
            for (j, x) in scores.iter().copied().chain(class).enumerate() {
                out.column(j)[row] = x;
            }
        }
    }
}
