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
mod predictions;
mod prepare;
pub mod program;
mod source;
mod sum;
#[cfg(test)]
mod tests;
pub mod text;
mod workers;

pub use check::InvalidModel;
pub use estimators::Size;
pub use ir::{
    Aggregation, BinaryScores, CategorySet, ForestIr, ForestScores, Kind, Labels, Link, Output,
    Reg, Step, StepOp, Test, TreeNode,
};
pub(crate) use leaves::Distinct;
pub(crate) use output::largest;
pub use predict::{Model, Unanswered};
pub use predictions::Predictions;
pub use program::{Operation, Why, ops};
pub use source::{ForestModel, ModelIr, Scores};
pub(crate) use sum::pairwise_sum;
pub use workers::Workers;
