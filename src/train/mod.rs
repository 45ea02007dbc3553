//! Training: fits a scaler and a random forest to a table of numbers, whose target column is a class or a quantity.
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
mod precision;
mod reader;
pub mod report;
mod scaler;
mod split;
mod table;
pub mod truth;

pub use data::load;
pub use error::TrainError;
pub use fit::{Facts, Trained, train};
pub use forest::TREE;
pub use package::{check_out, write_package};
pub use params::{Features, Params, Task};
pub use report::Report;
pub use table::Table;
pub use truth::Target;
