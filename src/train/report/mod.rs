//! The measures of a model on the held-out rows, as plain text and as numbers: one file per task.

mod aligned;
mod classification;
mod regression;

use std::fmt;

pub use classification::{Classification, Scores};
pub use regression::{HeldOut, Regression};

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Of a classifier.
    Classification(Classification),
    /// Of a regressor.
    Regression(Regression),
}

impl Report {
    /// Held-out rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Classification(report) => report.rows(),
            Self::Regression(report) => report.rows(),
        }
    }

    /// The measures that a package keeps, by name.
    pub fn metrics(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Classification(report) => report.metrics(),
            Self::Regression(report) => report.metrics(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classification(report) => report.fmt(f),
            Self::Regression(report) => report.fmt(f),
        }
    }
}
