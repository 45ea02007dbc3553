//! The model: signature, preprocessing, forest, and what its raw scores mean.
//!
//! Owns everything that happens to a matrix of numbers. Does no I/O and knows neither HTTP nor any file format.

mod build;
mod categories;
mod forest;
mod leaves;
mod link;
mod node;
mod per_tree;
mod predict;
pub mod signature;
pub mod source;
#[cfg(test)]
mod tests;

pub use build::InvalidModel;
pub(crate) use link::largest;
pub use predict::{Model, Predictions};
pub use signature::{Column, ColumnType, Signature};
pub use source::{
    Aggregation, BinaryScores, CategorySet, ForestSource, Labels, Link, ModelSource, Output,
    Precision, Step, StepOp, Test, TreeNode,
};
