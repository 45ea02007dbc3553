//! Training: a table of numbers and a class column in, a scaler and a random forest out.
//!
//! Owns reading the data, the held-out split, scaling, growing the trees (linfa) and the report. Knows no file format but CSV: what
//! it hands over is a [`ForestModel`](crate::model::ForestModel). The same table and parameters give the same model bit for bit,
//! whatever the number of threads.

mod apportion;

pub mod data;
pub mod error;
pub mod fit;
mod forest;
pub mod package;
pub mod params;
mod reader;
pub mod report;
mod scaler;
mod split;

pub use data::{Table, load};
pub use error::TrainError;
pub use fit::{Facts, Trained, train};
pub use package::{check_out, write_package};
pub use params::{Features, Params};
pub use report::Report;
