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
    /// As in [`Linear`]; where features are stored, the weights of the first feature, then those of the second, and so on.
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
        let inputs = Inputs::new(&self.reads, registers)?;
        let weights = if inputs.are_stored() {
            by_feature(&self.weights, self.reads.len())
        } else {
            self.weights.clone()
        };
        Ok(Box::new(Ready {
            inputs,
            weights,
            intercept: self.intercept.clone(),
        }))
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

/// The weights of `width` features, feature by feature.
fn by_feature(weights: &[f64], width: usize) -> Vec<f64> {
    let of = |feature| weights.iter().skip(feature).step_by(width.max(1)).copied();
    (0..width).flat_map(of).collect()
}

impl Ready {
    /// Row by row, over what is not 0.
    ///
    /// Source: `csr_matvecs` in `scipy/sparse/sparsetools/csr.h`, which adds in the order in which a row is stored.
    fn run_stored(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let Scratch { entries, sums, .. } = scratch;
        let outputs = self.intercept.len();
        for row in 0..tile.rows() {
            self.inputs.gather(tile, row, entries);
            sums.clear();
            sums.resize(outputs, 0.0);
            if let [sum] = sums.as_mut_slice() {
                for (feature, x) in entries.iter() {
                    *sum += x * self.weights[*feature as usize];
                }
            } else {
                for (feature, x) in entries.iter() {
                    let weights = &self.weights[*feature as usize * outputs..][..outputs];
                    sums.iter_mut()
                        .zip(weights)
                        .for_each(|(sum, weight)| *sum += x * weight);
                }
            }
            for (j, (sum, intercept)) in sums.iter().zip(&self.intercept).enumerate() {
                out.column(j)[row] = sum + intercept;
            }
        }
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        if self.inputs.are_stored() {
            return self.run_stored(tile, out, scratch);
        }
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
