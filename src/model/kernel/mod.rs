//! The kernel: rows down all trees of a forest, to the numbers of the leaves they end in.
//!
//! Knows nodes and thresholds; what the leaves hold is the business of [`leaves`](super::leaves).

mod categories;
mod node;
mod rows;

pub(super) use categories::{SetPlace, lay_out};
pub(super) use node::{Node, Small, Wide};
pub(super) use rows::{Trees, Zeros};
