use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, one_for_each_pair};
use crate::model::program::registers::Inputs;

/// `y[j] = Σ x[i] weights[j][i] + intercept[j]`. One register for each intercept.
#[derive(Clone, Debug)]
pub struct Linear {
    pub reads: Vec<Reg>,
    /// The weights of the first output, then those of the second, and so on.
    pub weights: Vec<f64>,
    pub intercept: Vec<f64>,
}

/// Outputs that a number read once is added to.
const BLOCK: usize = 4;

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    inputs: Inputs,
    /// The weights of the first input, one for each output, then those of the second: all outputs of a row, and several outputs of a tile,
    /// take a number in one go.
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
        one_for_each_pair(
            "a linear model",
            &self.reads,
            &self.weights,
            &self.intercept,
        )?;
        Ok(Box::new(Ready {
            inputs: Inputs::new(&self.reads, registers)?,
            weights: self.by_input(),
            intercept: self.intercept.clone(),
        }))
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Linear {
    fn by_input(&self) -> Vec<f64> {
        let (inputs, outputs) = (self.reads.len(), self.intercept.len());
        let weight = |at: usize| self.weights[at % outputs * inputs + at / outputs];
        (0..self.weights.len()).map(weight).collect()
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        if self.inputs.are_stored() {
            return self.run_stored(tile, out, scratch);
        }
        let (rows, width) = (tile.rows(), self.intercept.len());
        out.values.fill(0.0);
        if rows == 1 {
            self.row(tile, out.values);
        } else {
            for (first, block) in (0..)
                .step_by(BLOCK)
                .zip(out.values.chunks_mut(BLOCK * rows))
            {
                match block.len() / rows {
                    BLOCK => self.block::<BLOCK>(tile, first, block),
                    _ => (first..width)
                        .zip(block.chunks_exact_mut(rows))
                        .for_each(|(j, column)| self.block::<1>(tile, j, column)),
                }
            }
        }
        for (column, intercept) in out.columns().zip(&self.intercept) {
            column.iter_mut().for_each(|y| *y += intercept);
        }
    }
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

    /// Every output of a single row.
    fn row(&self, tile: &Tile<'_>, out: &mut [f64]) {
        let width = out.len();
        let of = |feature: u32| &self.weights[feature as usize * width..][..width];
        for (feature, register) in &self.inputs.dense {
            let x = tile.column(*register)[0];
            let weights = of(*feature);
            out.iter_mut().zip(weights).for_each(|(y, w)| *y += x * w);
        }
        for hot in &self.inputs.hot {
            if let Some(feature) = hot.feature(tile.column(hot.slot)[0]) {
                let weights = of(feature);
                out.iter_mut().zip(weights).for_each(|(y, w)| *y += w);
            }
        }
    }

    /// `N` outputs from the one numbered `first` on, column by column.
    fn block<const N: usize>(&self, tile: &Tile<'_>, first: usize, out: &mut [f64]) {
        let (rows, width) = (tile.rows(), self.intercept.len());
        for (feature, register) in &self.inputs.dense {
            let weights = &self.weights[*feature as usize * width + first..][..N];
            let column = tile.column(*register);
            for (out, w) in out.chunks_exact_mut(rows).zip(weights) {
                out.iter_mut().zip(column).for_each(|(y, x)| *y += x * w);
            }
        }
        for hot in &self.inputs.hot {
            let slots = tile.column(hot.slot);
            for (i, slot) in slots.iter().enumerate() {
                if let Some(feature) = hot.feature(*slot) {
                    let weights = &self.weights[feature as usize * width + first..][..N];
                    for (j, w) in weights.iter().enumerate() {
                        out[j * rows + i] += w;
                    }
                }
            }
        }
    }
}
