//! The kernels: rows down all trees of a forest, to the numbers of the leaves they end in.
//!
//! One row goes down all trees at once, level by level; a block of rows goes down one tree after the other; small trees are no trees at all.
//!
//! Knows nodes and thresholds; what the leaves hold is the business of [`leaves`](super::leaves).

mod bitvectors;
mod blocks;
mod categories;
mod node;
mod rows;
mod trees;

pub(super) use bitvectors::Bitvectors;
pub(super) use blocks::{Block, LANES};
pub(super) use categories::{SetPlace, lay_out};
pub(super) use node::{Node, Small, Wide};
pub(super) use rows::{Places, Zeros};
pub(super) use trees::Trees;
