//! The model: signature, preprocessing, forest, and what its raw scores mean.
//!
//! Owns everything that happens to a matrix of numbers. Does no I/O and knows neither HTTP nor any file format.

mod build;
mod forest;
mod leaves;
mod node;
mod predict;
pub mod signature;
pub mod source;
#[cfg(test)]
mod tests;

pub use build::InvalidModel;
pub use predict::{Model, Predictions};
pub use signature::{Column, ColumnType, Signature};
pub use source::{
    Aggregation, BinaryScores, ForestSource, Labels, Link, ModelSource, Output, Precision, Step,
    StepOp, Test, TreeNode,
};
