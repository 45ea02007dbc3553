use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{input::Precision, model::check::invalid};

/// The mean of several estimators' scores, in their order: `y[j] = Σ members[i][j] weight[i] / Σ weight`. One register for each score of
/// a member.
///
/// Source: `numpy.average` over the first axis.
#[derive(Clone, Debug)]
pub struct Average {
    pub members: Vec<Vec<Reg>>,
    /// One for each member; none where all count the same.
    pub weights: Option<Vec<f64>>,
    /// What every sum is rounded to.
    pub precision: Precision,
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
                let pairs = out.iter_mut().zip(column);
                match &self.weights {
                    Some(weights) => {
                        pairs.for_each(|(y, x)| *y += self.precision.round(x * weights[i]));
                    }
                    None => pairs.for_each(|(y, x)| *y += x),
                }
                // One operation on two f32 numbers in f64, then rounded, is the f32 operation itself.
                if self.precision == Precision::F32 {
                    out.iter_mut().for_each(|y| *y = self.precision.round(*y));
                }
            }
            out.iter_mut()
                .for_each(|y| *y = self.precision.round(*y / divisor));
        }
    }
}
