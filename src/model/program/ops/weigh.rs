use super::{InvalidModel, Norm, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite};
use crate::{
    input::Precision,
    model::{check::invalid, program::registers::Inputs},
};

/// The numbers of a row that are not 0, by weights, and divided by the row's length. One register for each that is read, most of which
/// are 0.
///
/// Source: `TfidfTransformer.transform` in scikit-learn's `feature_extraction/text.py`; `sparsefuncs_fast.pyx` and `normalize` for the
/// length of a sparse row, `inplace_column_scale` for a scaler of one.
#[derive(Clone, Debug)]
pub struct Weigh {
    pub reads: Vec<Reg>,
    /// Whether a number is its logarithm plus one first.
    pub logarithm: bool,
    /// One for each that is read; none where all weigh the same.
    pub weights: Option<Vec<f64>>,
    /// Whether the row is turned round: the product with a diagonal matrix stores its last entry first, and sums take that order.
    pub reversed: bool,
    pub norm: Option<Norm>,
    pub precision: Precision,
}

impl Weigh {
    /// Weights and nothing more.
    pub fn by(reads: Vec<Reg>, weights: Vec<f64>, precision: Precision) -> Self {
        Self {
            reads,
            logarithm: false,
            weights: Some(weights),
            reversed: false,
            norm: None,
            precision,
        }
    }

    /// A row of length one and nothing more.
    pub fn normed(reads: Vec<Reg>, norm: Norm, precision: Precision) -> Self {
        Self {
            reads,
            logarithm: false,
            weights: None,
            reversed: false,
            norm: Some(norm),
            precision,
        }
    }

    /// What a row is divided by.
    fn length(&self, norm: Norm, row: &[(u32, f64)]) -> f64 {
        let numbers = row.iter().map(|(_, x)| *x);
        match norm {
            Norm::Sum => numbers.map(f64::abs).sum(),
            Norm::Root => {
                let squares = numbers.map(|x| self.precision.round(x * x));
                squares.sum::<f64>().sqrt()
            }
            Norm::Most => numbers.map(f64::abs).fold(0.0, f64::max),
        }
    }

    fn row(&self, row: &mut [(u32, f64)]) {
        let round = |x| self.precision.round(x);
        if self.logarithm {
            row.iter_mut()
                .for_each(|(_, x)| *x = round(round(x.ln()) + 1.0));
        }
        if let Some(weights) = &self.weights {
            row.iter_mut()
                .for_each(|(feature, x)| *x = round(*x * weights[*feature as usize]));
        }
        if self.reversed {
            row.reverse();
        }
        let length = self.norm.map_or(0.0, |norm| self.length(norm, row));
        if length != 0.0 {
            row.iter_mut().for_each(|(_, x)| *x = round(*x / length));
        }
    }
}

/// The same, ready to run.
#[derive(Debug)]
struct Ready {
    inputs: Inputs,
    weigh: Weigh,
}

impl Operation for Weigh {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if let Some(weights) = &self.weights {
            if weights.len() != self.reads.len() {
                invalid!("{} terms have {} weights", self.reads.len(), weights.len());
            }
            finite("the weights of terms", weights)?;
        }
        Ok(Box::new(Ready {
            inputs: Inputs::new(&self.reads, registers)?,
            weigh: self.clone(),
        }))
    }

    fn is_sparse(&self) -> bool {
        true
    }

    fn reads_slots(&self) -> bool {
        true
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        for row in 0..tile.rows() {
            let entries = &mut scratch.entries;
            self.inputs.gather(tile, row, entries);
            self.weigh.row(entries);
            entries.iter().for_each(|(at, x)| out.push(*at, *x));
            out.end_row();
        }
    }
}
