use super::{Columnwise, InvalidModel, Out, Reg, Run, Scratch, Tile, one_each};

/// Missing values replaced: `y[i] = values[i]` where `x[i]` is NaN. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Fill {
    pub reads: Vec<Reg>,
    /// NaN for a column that has nothing to be filled with.
    pub values: Vec<f64>,
}

/// 1 where `x[i]` is NaN, else 0. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Missing {
    pub reads: Vec<Reg>,
}

impl Columnwise for Fill {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }

    fn check(&self) -> Result<(), InvalidModel> {
        one_each("an imputer", &self.reads, &self.values)?;
        Ok(())
    }
}

impl Run for Fill {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for ((read, value), out) in self.reads.iter().zip(&self.values).zip(out.columns()) {
            for (out, x) in out.iter_mut().zip(tile.column(*read)) {
                *out = if x.is_nan() { *value } else { *x };
            }
        }
    }
}

impl Columnwise for Missing {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }
}

impl Run for Missing {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (read, out) in self.reads.iter().zip(out.columns()) {
            for (out, x) in out.iter_mut().zip(tile.column(*read)) {
                *out = f64::from(u8::from(x.is_nan()));
            }
        }
    }
}
