use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// The weight that each class gets from the estimators that name it. One register for each class.
///
/// Source: `numpy.bincount` in `VotingClassifier.predict`.
#[derive(Clone, Debug)]
pub struct Votes {
    /// Registers of places of classes.
    pub reads: Vec<Reg>,
    /// One for each register.
    pub weights: Vec<f64>,
    pub classes: usize,
}

impl Operation for Votes {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.classes
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        finite("the weights of votes", &self.weights)?;
        if self.weights.len() != self.reads.len() {
            invalid!("votes need one weight for each voter");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Votes {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        out.columns().for_each(|column| column.fill(0.0));
        for (read, weight) in self.reads.iter().zip(&self.weights) {
            for (row, class) in tile.column(*read).iter().enumerate() {
                if *class >= 0.0 && (*class as usize) < self.classes {
                    out.column(*class as usize)[row] += weight;
                }
            }
        }
    }
}
