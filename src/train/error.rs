//! The errors of a training, each with its place, cause and next step.

use crate::input::{Cell, CsvError};
use std::io;

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("{flag} is {given}; {rule}")]
    Parameter {
        flag: &'static str,
        given: String,
        rule: String,
    },
    #[error("cannot read {file}: {cause}; give the path of a CSV file, or iris or winequality")]
    Open { file: String, cause: io::Error },
    #[error("{file}: no target column is named; add --target with one of: {available}")]
    NoTarget { file: String, available: String },
    #[error("{file} has no column {target}; set --target to one of: {available}")]
    MissingTarget {
        file: String,
        target: String,
        available: String,
    },
    #[error("the target of {file} is {expected}, not {given}; leave --target out")]
    FixedTarget {
        file: String,
        expected: String,
        given: String,
    },

    /// The file is no table, for a reason that has nothing to do with training.
    #[error(transparent)]
    Csv(CsvError),
    #[error("{file} is empty; it needs a header line and at least two rows")]
    Empty { file: String },
    #[error(
        "{file}: column {position} has no name; name it, or leave an index out when exporting (pandas: index=False)"
    )]
    UnnamedColumn { file: String, position: usize },
    #[error("{file} has no feature column, only the target {target}; add numeric columns")]
    NoFeatures { file: String, target: String },
    #[error("{0}: the cell is empty; fill it in or drop the row")]
    EmptyCell(Cell),
    #[error(
        "{cell}: {value:?} is not a number; features are numeric, so encode it or drop the column"
    )]
    NotNumeric { cell: Cell, value: String },
    #[error("{cell}: {value:?} is not a finite number; fill it in or drop the row")]
    NotFinite { cell: Cell, value: String },
    #[error("{cell}: {value:?} is beyond ±3.4e38, the range of 32-bit floats; rescale the column")]
    OutOfRange { cell: Cell, value: String },
    #[error("{file} has more than {limit} rows; train on a sample")]
    TooManyRows { file: String, limit: usize },
    #[error(
        "{file}: every row has the target {target} = {class:?}; a classifier needs at least two classes"
    )]
    OneClass {
        file: String,
        target: String,
        class: String,
    },
    #[error(
        "{file}: the target {target} has more distinct values than the {limit} classes supported; {way_out}"
    )]
    TooManyClasses {
        file: String,
        target: String,
        limit: usize,
        way_out: &'static str,
    },
    #[error(
        "{cell}: {value:?} is not a number, but the target is a quantity; correct it or drop the row, or add --task classification if \
         it is the name of a class"
    )]
    NoQuantity { cell: Cell, value: String },
    #[error("{cell}: {value:?} is beyond ±{limit:e}, the largest target; rescale the column")]
    LargeTarget {
        cell: Cell,
        value: String,
        limit: f64,
    },
    #[error(
        "{file}: every row has the target {target} = {value}; there is nothing to learn, choose another column"
    )]
    OneValue {
        file: String,
        target: String,
        value: f64,
    },
    #[error(
        "{file}: the values of the target {target}, {least} to {most}, are too close together for the 32-bit floats of the answers; \
         subtract an offset or rescale the column"
    )]
    CloseTargets {
        file: String,
        target: String,
        least: f64,
        most: f64,
    },
    #[error(
        "{file} has {size}, too few to hold out a share of {share}; add rows, or train on all with --test-split 0"
    )]
    TooFewRows {
        file: String,
        /// Rows, and classes where there are any.
        size: String,
        share: f64,
    },
    #[error(
        "{file}: the values of column {column} are too far apart for 32-bit floats; rescale the column"
    )]
    Spread { file: String, column: String },

    #[error("cannot write {file}: {cause}; choose another --out or free the place")]
    Write { file: String, cause: io::Error },
    #[error("{dir} holds {file}, which no model package has; move it away or choose another --out")]
    Occupied { dir: String, file: String },
    #[error("{dir} is not a directory; choose another --out")]
    NotDirectory { dir: String },
    #[error("cannot print the report: {0}")]
    Print(io::Error),

    #[error("training failed: {0}; this is a defect, please report it")]
    Internal(String),
}

impl From<CsvError> for TrainError {
    fn from(error: CsvError) -> Self {
        match error {
            CsvError::Io { file, cause } => Self::Open { file, cause },
            CsvError::Empty { file } => Self::Empty { file },
            other => Self::Csv(other),
        }
    }
}
