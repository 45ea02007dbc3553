use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::text::murmur3;

/// The hash of a text, a whole number of 32 bits. One register.
#[derive(Clone, Debug)]
pub struct Hash {
    /// A column of free text; a missing one is the empty text.
    pub read: Reg,
    /// Whether the number has no sign.
    pub unsigned: bool,
}

impl Hash {
    /// The hash of a text.
    pub fn of(text: &str, unsigned: bool) -> f64 {
        let hash = murmur3(text.as_bytes());
        if unsigned {
            hash.cast_unsigned().into()
        } else {
            hash.into()
        }
    }
}

impl Operation for Hash {
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

impl Run for Hash {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for (row, y) in out.column(0).iter_mut().enumerate() {
            *y = Self::of(tile.text(self.read, row).unwrap_or(""), self.unsigned);
        }
    }
}
