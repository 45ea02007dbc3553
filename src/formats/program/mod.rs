//! The drawing board of a program: what readers of pipelines put together, operation by operation.
//!
//! A register here knows more than its number: of which column it is, whether a missing value of that column still shows in it, and what
//! its numbers are rounded to. So the columns learn what they may hold from what reads them.

mod board;
mod columns;
mod decide;
mod finish;
mod hashes;
mod known;
mod register;
mod texts;
mod words;

pub(crate) use board::Board;
pub(crate) use decide::is_of_labels;
pub(crate) use register::Register;
pub(crate) use words::{Entry, Otherwise};
