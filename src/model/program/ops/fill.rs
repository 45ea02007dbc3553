use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, one_each};

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

impl Operation for Fill {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        one_each("an imputer", &self.reads, &self.values)?;
        Ok(Box::new(self.clone()))
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

impl Operation for Missing {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        self.reads.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
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
