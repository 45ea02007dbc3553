//! Bytes to [`ModelIr`]: the readers of model files. No network, no panic on any input.

pub mod lightgbm;
pub mod onnx;
pub mod sklearn;
pub mod xgboost;

#[cfg(test)]
pub(crate) mod tests;

use crate::model::ModelIr;

/// A data file that was read.
#[derive(Debug)]
pub struct Parsed {
    pub source: ModelIr,
    /// The version of the library that wrote the file, where the file says so.
    pub version: Option<String>,
    /// What the file says it is made of, from input to output: scalers and estimator by class.
    pub parts: Vec<String>,
}

/// Why a package could not become a model. Always permanent: the same bytes fail the same way.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A file that the package must have is not there or cannot be read.
    #[error("{0}")]
    Missing(String),
    /// The bytes are not what their format promises.
    #[error("{0}")]
    Corrupt(String),
    /// A valid model that this server cannot serve; the text says which part and what would work.
    #[error("{0}")]
    Unsupported(String),
}

/// Builds a [`FormatError::Corrupt`].
macro_rules! corrupt {
    ($($text:tt)*) => {
        $crate::formats::FormatError::Corrupt(format!($($text)*))
    };
}

/// Builds a [`FormatError::Unsupported`].
macro_rules! unsupported {
    ($($text:tt)*) => {
        $crate::formats::FormatError::Unsupported(format!($($text)*))
    };
}

pub(crate) use {corrupt, unsupported};
