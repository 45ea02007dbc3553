//! What an operation is: as a format describes it, and ready to run.

use super::{
    registers::Registers,
    tile::{Out, Scratch, Tile},
};
use crate::model::{check::InvalidModel, estimators::Size, ir::Reg};
use std::fmt::Debug;

/// An operation as a format describes it, unchecked.
pub trait Operation: Debug + Send + Sync {
    /// The registers that it reads.
    fn reads(&self) -> Vec<Reg>;

    /// How many registers it appends.
    fn width(&self) -> usize;

    /// Checks its own numbers and makes it ready to run. That it reads only what is there has been checked.
    ///
    /// # Errors
    /// The first claim that does not hold.
    fn ready(&self, registers: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel>;

    /// The register that says which one of its registers is 1 while the others are 0, if it is an operation of that kind.
    fn slot(&self) -> Option<Reg> {
        None
    }

    /// Whether most of its registers are 0 in a row, and it writes only those that are not: [`Out::push`].
    fn is_sparse(&self) -> bool {
        false
    }

    /// Whether it reads registers of either kind by what is not 0, so that they need not be written out.
    fn reads_slots(&self) -> bool {
        false
    }
}

/// An operation with one register for each that it reads, and nothing to make ready but its checks.
pub trait Columnwise: Run + Clone + 'static {
    /// The registers that it reads.
    fn inputs(&self) -> &[Reg];

    /// Checks its own numbers.
    ///
    /// # Errors
    /// The first claim that does not hold.
    fn check(&self) -> Result<(), InvalidModel> {
        Ok(())
    }
}

impl<T: Columnwise> Operation for T {
    fn reads(&self) -> Vec<Reg> {
        self.inputs().to_vec()
    }

    fn width(&self) -> usize {
        self.inputs().len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        self.check()?;
        Ok(Box::new(self.clone()))
    }
}

/// An operation that is ready to run.
pub trait Run: Debug + Send + Sync {
    /// Fills its registers for the rows of a tile.
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch);

    /// How large the forest is that it is, if it is one.
    fn size(&self) -> Option<Size> {
        None
    }
}
