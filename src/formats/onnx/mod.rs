//! The ONNX reader and writer: tree ensembles of `ai.onnx.ml`, as skl2onnx and onnxmltools write them.
//!
//! Where the specification is vague, onnxruntime's answer is the truth: it is what `mlflow.onnx` predicts with.

mod advice;
mod answer;
mod attributes;
mod calls;
mod chains;
mod drawing;
mod ensemble;
mod ensemble_v5;
mod features;
mod graph;
mod imputer;
mod inputs;
mod labels;
mod leaves;
mod lists;
mod node_arrays;
mod operators;
mod preprocessing;
mod proto;
mod scan;
mod scopes;
mod scores;
mod tensor;
mod tensors;
mod tree;
mod walk;
mod write;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use graph::read;
pub use write::write;

use super::{Format, corrupt, unsupported};

/// The onnx flavor.
pub const FORMAT: Format = Format {
    flavor: "onnx",
    endings: &["onnx"],
    common_endings: &[],
    // The first field of every writer is the IR version, a small number.
    recognises: |bytes| matches!(bytes, [0x08, 1..=0x1f, ..]),
    streams: |_| false,
    read,
    behind: graph::behind,
};
