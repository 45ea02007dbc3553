use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};

/// One register for each slot: 1 for the slot that a register says, 0 for the others, and for all where it says none of them.
#[derive(Clone, Debug)]
pub struct OneHot {
    pub slot: Reg,
    pub width: usize,
}

impl Operation for OneHot {
    fn reads(&self) -> Vec<Reg> {
        vec![self.slot]
    }

    fn width(&self) -> usize {
        self.width
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }

    fn slot(&self) -> Option<Reg> {
        Some(self.slot)
    }
}

impl Run for OneHot {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        out.columns().for_each(|column| column.fill(0.0));
        for (row, slot) in tile.column(self.slot).iter().enumerate() {
            // NaN and negative numbers are no slot; `as` would make them 0.
            if *slot >= 0.0 && (*slot as usize) < self.width {
                out.column(*slot as usize)[row] = 1.0;
            }
        }
    }
}
