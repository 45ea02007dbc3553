use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};

/// Refuses rows in which a number is not finite: what reads them next does not take such numbers. No registers.
#[derive(Clone, Debug)]
pub struct Finite {
    pub reads: Vec<Reg>,
    /// What reads them, for people.
    pub step: String,
}

impl Operation for Finite {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        0
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Finite {
    fn run(&self, tile: &Tile<'_>, _: &mut Out<'_>, scratch: &mut Scratch) {
        // What the next reader rounds to f32 must be finite there, too.
        let bad = |x: f64| !(x as f32).is_finite();
        for read in &self.reads {
            refuse(tile.column(*read), bad, scratch);
        }
    }
}

/// Refuses rows in which a number is zero or less; NaN passes. No registers.
///
/// Source: Box and Cox's power in scikit-learn's `PowerTransformer`, which raises for the whole of what it is given.
#[derive(Clone, Debug)]
pub struct Positive {
    pub reads: Vec<Reg>,
}

impl Operation for Positive {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        0
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Positive {
    fn run(&self, tile: &Tile<'_>, _: &mut Out<'_>, scratch: &mut Scratch) {
        for read in &self.reads {
            refuse(tile.column(*read), |x| x <= 0.0, scratch);
        }
    }
}

/// Refuses the first row whose number is bad, unless one before it is refused already.
fn refuse(column: &[f64], bad: impl Fn(f64) -> bool, scratch: &mut Scratch) {
    if let Some(row) = column.iter().position(|x| bad(*x))
        && scratch.refused.is_none_or(|refused| row < refused)
    {
        scratch.refused = Some(row);
    }
}
