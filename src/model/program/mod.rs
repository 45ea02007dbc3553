//! A fitted pipeline: a straight-line program over the registers of a row.
//!
//! The first registers are the columns. Every operation reads some of the registers before it and appends its own; the last ones are the
//! scores. A kind of operation is one file of [`ops`] and one `impl` of [`Operation`]: preprocessing and estimators alike.
//!
//! A program is checked once, when it is made ready, and then runs by tiles of rows, so that an operation is a loop over a column.

mod compile;
pub mod ops;
mod run;

pub(super) use compile::{Inputs, Program, Registers};
pub use run::{Out, Tile};
pub(super) use run::{Scratch, TILE};

use super::check::InvalidModel;
use super::estimators::Size;
use std::fmt::Debug;

/// The number of a register: the columns of a row first, then what the operations append.
pub type Reg = u32;

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

    /// Whether it reads such registers by their slot, so that they need not be written out.
    fn reads_slots(&self) -> bool {
        false
    }
}

/// An operation that is ready to run.
pub trait Run: Debug + Send + Sync {
    /// Fills its registers for the rows of a tile.
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut run::Scratch);

    /// How large the forest is that it is, if it is one.
    fn size(&self) -> Option<Size> {
        None
    }
}
