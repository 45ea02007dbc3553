//! Rows in an object, under a key that says how they are arranged: what MLflow, `KServe`, TensorFlow Serving and Vertex AI send, and
//! `{"predictions": […]}`, which all of them answer.

mod cells;
mod columns;
mod header;
mod names;
mod nan;
mod object;
mod parameters;
mod predictions;
mod read;
mod rows;
mod split;
mod table;
mod takes;
mod targets;
#[cfg(test)]
mod tests;
mod unnamed;

pub(in crate::http) use parameters::PROBABILITIES;
pub(in crate::http) use predictions::{Answer, Shown, shown, write};
pub(in crate::http) use read::read;
pub(in crate::http) use takes::{Arranged, Takes};
