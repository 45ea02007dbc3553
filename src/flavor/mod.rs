//! Bytes to [`ModelSource`]: the readers of model files. No network, no panic on any input.

pub mod example;
pub mod lightgbm;
mod load;
pub mod mlmodel;
pub mod onnx;
mod package;
pub mod sklearn;
pub mod xgboost;

pub use load::{Loaded, RECORDED, Recorded, is_model_file, load};
pub use package::package;

#[cfg(test)]
mod tests;

use crate::model::ModelSource;
use std::{borrow::Cow, io};

/// The files of a model package, by path relative to its top.
pub trait Files {
    /// # Errors
    /// `NotFound` when the package has no such file, else what the store said.
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>>;

    /// The files at the top of the package, where the store can tell; a package without an `MLmodel` is looked up here.
    ///
    /// # Errors
    /// What the store said.
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// A data file that was read.
#[derive(Debug)]
pub struct Parsed {
    pub source: ModelSource,
    /// The version of the library that wrote the file, where the file says so.
    pub version: Option<String>,
    /// What the file says it is made of, from input to output: scalers and estimator by class.
    pub parts: Vec<String>,
}

/// Why a package could not become a model. Always permanent: the same bytes fail the same way.
#[derive(Debug, thiserror::Error)]
pub enum FlavorError {
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

/// Builds a [`FlavorError::Corrupt`].
macro_rules! corrupt {
    ($($text:tt)*) => {
        $crate::flavor::FlavorError::Corrupt(format!($($text)*))
    };
}

/// Builds a [`FlavorError::Unsupported`].
macro_rules! unsupported {
    ($($text:tt)*) => {
        $crate::flavor::FlavorError::Unsupported(format!($($text)*))
    };
}

use {corrupt, unsupported};
