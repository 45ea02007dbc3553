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
pub mod program;
#[cfg(test)]
mod tests;

pub use check::InvalidModel;
pub use estimators::Size;
pub use ir::{
    Aggregation, BinaryScores, CategorySet, ForestIr, ForestModel, ForestScores, Labels, Link,
    ModelIr, Output, Scores, Step, StepOp, Test, TreeNode,
};
pub(crate) use output::largest;
pub use predict::{Model, Predictions, Unanswered};
pub use program::{Operation, Reg, ops};
