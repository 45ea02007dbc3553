//! Rows as clients send them: which columns a model takes, which values each column takes, and the matrix they become.
//!
//! A ground room: it knows neither models, nor their formats, nor HTTP. CSV is here, for it is a way in. A text cell enters the matrix as a number, its place among the
//! words of its column; behind the door there are only numbers.
//! The exception is free text, which travels beside the matrix.

mod accept;
mod batch;
mod city;
mod columns;
mod csv;
mod hashed;
mod refusal;
mod schema;
mod texts;
mod words;

pub use batch::{Batch, Ragged};
pub use city::city_hash;
pub use columns::find_columns;
pub use csv::{Cell, CsvError, CsvRows};
pub use refusal::{Refusal, Value};
pub use schema::{Column, ColumnType, Precision, Schema};
pub use texts::Texts;
pub use words::{Word, Words};
