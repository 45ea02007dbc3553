//! Training: fits a scaler and a random forest to a table of numbers with a class column.
//!
//! It reads the data, holds out rows, scales, grows the trees (linfa) and writes the report. The only file format that it knows is CSV.
//! Its result is a [`ForestModel`](crate::model::ForestModel). The same table and parameters give the same model bit for bit,
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
