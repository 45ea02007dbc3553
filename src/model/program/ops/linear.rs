use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::model::{check::invalid, program::registers::Inputs};

/// `y[j] = Σ x[i] weights[j][i] + intercept[j]`. One register for each intercept.
#[derive(Clone, Debug)]
pub struct Linear {
    pub reads: Vec<Reg>,
    /// The weights of the first output, then those of the second, and so on.
    pub weights: Vec<f64>,
    pub intercept: Vec<f64>,
}

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    inputs: Inputs,
    weights: Vec<f64>,
    intercept: Vec<f64>,
}

impl Operation for Linear {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.intercept.len()
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if Some(self.weights.len()) != self.reads.len().checked_mul(self.intercept.len()) {
            invalid!(
                "a linear model has {} weights for {} columns and {} outputs",
                self.weights.len(),
                self.reads.len(),
                self.intercept.len()
            );
        }
        finite("a linear model", &self.weights)?;
        finite("a linear model", &self.intercept)?;
        Ok(Box::new(Ready {
            inputs: Inputs::new(&self.reads, registers)?,
            weights: self.weights.clone(),
            intercept: self.intercept.clone(),
        }))
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let width = self.inputs.len;
        for (j, (out, intercept)) in out.columns().zip(&self.intercept).enumerate() {
            let weights = &self.weights[j * width..][..width];
            out.fill(0.0);
            for (feature, register) in &self.inputs.dense {
                let weight = weights[*feature as usize];
                let column = tile.column(*register);
                out.iter_mut()
                    .zip(column)
                    .for_each(|(y, x)| *y += x * weight);
            }
            for hot in &self.inputs.hot {
                for (y, slot) in out.iter_mut().zip(tile.column(hot.slot)) {
                    if let Some(feature) = hot.feature(*slot) {
                        *y += weights[feature as usize];
                    }
                }
            }
            out.iter_mut().for_each(|y| *y += intercept);
        }
    }
}
