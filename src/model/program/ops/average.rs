use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::check::invalid;

/// The mean of several estimators' scores, in their order: `y[j] = Σ members[i][j] weight[i] / Σ weight`. One register for each score of
/// a member.
///
/// Source: `numpy.average` over the first axis.
#[derive(Clone, Debug)]
pub struct Average {
    pub members: Vec<Vec<Reg>>,
    /// One for each member; none where all count the same.
    pub weights: Option<Vec<f64>>,
}

impl Operation for Average {
    fn reads(&self) -> Vec<Reg> {
        self.members.concat()
    }

    fn width(&self) -> usize {
        self.members.first().map_or(0, Vec::len)
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let width = self.width();
        if width == 0 || self.members.iter().any(|member| member.len() != width) {
            invalid!("an average needs members with the same number of scores");
        }
        if let Some(weights) = &self.weights {
            finite("the weights of an average", weights)?;
            if weights.len() != self.members.len() || weights.iter().sum::<f64>() == 0.0 {
                invalid!("an average needs one weight for each member, and a sum that is not 0");
            }
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Average {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let divisor = match &self.weights {
            Some(weights) => weights.iter().sum(),
            None => self.members.len() as f64,
        };
        for (j, out) in out.columns().enumerate() {
            out.fill(0.0);
            for (i, member) in self.members.iter().enumerate() {
                let column = tile.column(member[j]);
                match &self.weights {
                    Some(weights) => add(out, column.iter().map(|x| x * weights[i])),
                    None => add(out, column.iter().copied()),
                }
            }
            out.iter_mut().for_each(|y| *y /= divisor);
        }
    }
}

fn add(out: &mut [f64], column: impl Iterator<Item = f64>) {
    out.iter_mut().zip(column).for_each(|(y, x)| *y += x);
}
