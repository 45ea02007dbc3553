use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::{check::invalid, output::largest};

/// The place of the largest of several numbers, the first one of those that tie. One register.
#[derive(Clone, Debug)]
pub struct Largest {
    pub reads: Vec<Reg>,
}

/// 1 where a number exceeds `cut`, or with `or_equal` reaches it, else 0. One register.
#[derive(Clone, Debug)]
pub struct Above {
    pub read: Reg,
    pub cut: f64,
    pub or_equal: bool,
}

impl Operation for Largest {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        if self.reads.is_empty() {
            invalid!("there is nothing to choose the largest of");
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Largest {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        for (row, out) in out.column(0).iter_mut().enumerate() {
            scratch.row.clear();
            let numbers = self.reads.iter().map(|read| tile.column(*read)[row]);
            scratch.row.extend(numbers);
            *out = largest(&scratch.row).into();
        }
    }
}

impl Operation for Above {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        Ok(Box::new(self.clone()))
    }
}

impl Run for Above {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (out, x) in out.column(0).iter_mut().zip(tile.column(self.read)) {
            let above = *x > self.cut || (self.or_equal && *x >= self.cut);
            *out = f64::from(u8::from(above));
        }
    }
}
