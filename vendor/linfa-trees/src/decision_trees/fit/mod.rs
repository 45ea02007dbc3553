//! Fitting: the part of the algorithm that classification and regression share.

mod columns;
mod criterion;
mod features;
mod grow;
mod sort;
mod targets;
mod variance;

pub use columns::RankedColumns;
pub(crate) use criterion::{Classes, Entropy, Entry, Gini, Impurity};
pub(crate) use grow::{grow, Limits, Node};
pub(crate) use targets::entries;
pub use targets::NumberedClasses;
pub(crate) use variance::Variance;

#[cfg(test)]
mod tests;
