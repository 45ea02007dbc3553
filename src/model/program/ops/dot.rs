use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, one_for_each_pair};
use crate::{input::Precision, model::program::registers::Inputs};

/// `y[j] = Σ x[i] weights[j][i] + intercept[j]`, where every sum is rounded to 32 bits as soon as it is taken. One register for each
/// intercept.
///
/// Source: `MlasGemm` in onnxruntime, whose kernels go along a row number by number.
#[derive(Clone, Debug)]
pub struct Dot {
    pub reads: Vec<Reg>,
    /// The weights of the first output, then those of the second, and so on.
    pub weights: Vec<f64>,
    pub intercept: Vec<f64>,
}

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    inputs: Inputs,
    /// The inputs in the order of their first features: the place of one that is read itself, or of one that is read by its slot.
    order: Vec<(bool, usize)>,
    weights: Vec<f64>,
    intercept: Vec<f64>,
}

impl Operation for Dot {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.intercept.len()
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        one_for_each_pair("a product", &self.reads, &self.weights, &self.intercept)?;
        let inputs = Inputs::new(&self.reads, registers)?;
        let dense = inputs.dense.iter().enumerate();
        let dense = dense.map(|(at, (feature, _))| (*feature, (false, at)));
        let hot = inputs.hot.iter().enumerate();
        let hot = hot.map(|(at, hot)| (hot.first(), (true, at)));
        let mut order: Vec<_> = dense.chain(hot).collect();
        order.sort_by_key(|(feature, _)| *feature);
        Ok(Box::new(Ready {
            order: order.into_iter().map(|(_, input)| input).collect(),
            inputs,
            weights: self.weights.clone(),
            intercept: self.intercept.clone(),
        }))
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Ready {
    /// Row by row, over what is not 0: the rest changes no sum.
    fn run_stored(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let width = self.inputs.len;
        let round = |x| Precision::F32.round(x);
        for row in 0..tile.rows() {
            let entries = &mut scratch.entries;
            self.inputs.gather(tile, row, entries);
            entries.sort_by_key(|(feature, _)| *feature);
            for (j, intercept) in self.intercept.iter().enumerate() {
                let weights = &self.weights[j * width..][..width];
                let add = |y, (feature, x): &(u32, f64)| round(y + x * weights[*feature as usize]);
                let sum = entries.iter().fold(0.0, add);
                out.column(j)[row] = round(sum + intercept);
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
        let round = |x| Precision::F32.round(x);
        for (j, (out, intercept)) in out.columns().zip(&self.intercept).enumerate() {
            let weights = &self.weights[j * width..][..width];
            out.fill(0.0);
            for (is_hot, at) in &self.order {
                if *is_hot {
                    let hot = &self.inputs.hot[*at];
                    for (y, slot) in out.iter_mut().zip(tile.column(hot.slot)) {
                        if let Some(feature) = hot.feature(*slot) {
                            *y = round(*y + weights[feature as usize]);
                        }
                    }
                } else {
                    let (feature, register) = self.inputs.dense[*at];
                    let weight = weights[feature as usize];
                    let column = tile.column(register);
                    out.iter_mut()
                        .zip(column)
                        .for_each(|(y, x)| *y = round(*y + x * weight));
                }
            }
            out.iter_mut().for_each(|y| *y = round(*y + intercept));
        }
    }
}
