//! The ONNX reader and writer: tree ensembles of `ai.onnx.ml`, as skl2onnx and onnxmltools write them.
//!
//! Where the specification is vague, onnxruntime's answer is the truth: it is what `mlflow.onnx` predicts with.

mod arrays;
mod attributes;
mod chains;
mod ensemble;
mod ensemble_v5;
mod features;
mod graph;
mod labels;
mod leaves;
mod message;
mod nodes;
mod proto;
mod scan;
mod scores;
mod trees;
mod write;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use graph::read;
pub use write::write;

use super::{corrupt, unsupported};

/// The domain of the classical machine learning operators.
const ML_DOMAIN: &str = "ai.onnx.ml";

/// Rows wider than this are refused: such a claim costs an attacker eight bytes and us a signature.
const MAX_FEATURES: usize = 65_536;

/// What every refusal ends with when the exporter has a plainer form of the same model.
const PLAIN_EXPORT: &str =
    "export the scaler and the tree ensemble alone, with skl2onnx options={'zipmap': False}";
