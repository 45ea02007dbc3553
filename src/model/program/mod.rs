//! A fitted pipeline: a straight-line program over the registers of a row.
//!
//! The first registers are the columns. Every operation reads some of the registers before it and appends its own; the last ones are the
//! scores. A kind of operation is one file of [`ops`] and one `impl` of [`Operation`]: preprocessing and estimators alike.
//!
//! A program is checked once, when it is made ready, and then runs by tiles of rows, so that an operation is a loop over a column.

mod compile;
mod operation;
pub mod ops;
mod point;
mod registers;
mod run;
mod tile;
mod why;

pub(super) use compile::Program;
pub use operation::{Columnwise, Operation, Run};
pub use registers::Registers;
pub(super) use tile::{Filled, Scratch, TILE};
pub use tile::{Out, Tile};
pub use why::Why;
