use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// The weight that each class gets from the estimators that name it, and what it gets from the others. One register for each class.
///
/// Source: `numpy.bincount` in `VotingClassifier.predict`; `decision_function` of `AdaBoostClassifier`.
#[derive(Clone, Debug)]
pub struct Votes {
    /// Registers of places of classes.
    pub reads: Vec<Reg>,
    /// One for each register.
    pub weights: Vec<f64>,
    /// What a voter adds to every class that it does not name: empty for nothing, or one for each register.
    pub against: Vec<f64>,
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
        finite("the weights of votes", &self.against)?;
        let voters = self.reads.len();
        if self.weights.len() != voters || ![0, voters].contains(&self.against.len()) {
            invalid!("votes need one weight for each voter");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Votes {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        out.columns().for_each(|column| column.fill(0.0));
        for (voter, read) in self.reads.iter().enumerate() {
            let (weight, against) = (self.weights[voter], self.against.get(voter));
            for (row, class) in tile.column(*read).iter().enumerate() {
                let named = (*class >= 0.0).then_some(*class as usize);
                if let Some(against) = against {
                    let others = (0..self.classes).filter(|class| Some(*class) != named);
                    others.for_each(|class| out.column(class)[row] += against);
                }
                if let Some(class) = named.filter(|class| *class < self.classes) {
                    out.column(class)[row] += weight;
                }
            }
        }
    }
}
