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
        let bad = |x: &f64| !(*x as f32).is_finite();
        for read in &self.reads {
            if let Some(row) = tile.column(*read).iter().position(bad)
                && scratch.refused.is_none_or(|refused| row < refused)
            {
                scratch.refused = Some(row);
            }
        }
    }
}
