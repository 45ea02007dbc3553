//! The model: preprocessing, forest, and what its raw scores mean.
//!
//! Owns everything that happens to a matrix of numbers. Does no I/O and knows neither HTTP nor any file format.

mod check;
mod compile;
mod estimators;
pub mod ir;
mod kernel;
mod leaves;
mod output;
mod predict;
mod prepare;
#[cfg(test)]
mod tests;

pub use check::InvalidModel;
pub use ir::{
    Aggregation, BinaryScores, CategorySet, ForestIr, Labels, Link, ModelIr, Output, Step, StepOp,
    Test, TreeNode,
};
pub(crate) use output::largest;
pub use predict::{Model, Predictions, WrongWidth};
