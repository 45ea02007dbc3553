//! The variables of other tools: what each one means here.
//!
//! One table says which of them are honoured, refused or without meaning. The refusals are made from it, and docs/environment.md has the
//! same rows, which a test compares.

mod azure;
mod check;
mod gcs;
mod mlflow;
mod network;
mod row;
mod s3;
mod table;
mod takes;

pub(super) use check::{address, extra_args};
pub use row::{Meaning, Of, Variable, When};
pub(super) use table::honoured_of;
pub use table::table;
pub use takes::Takes;
