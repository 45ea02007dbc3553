//! HTTP: the only module that knows routes, statuses and wire formats.

mod app;
mod connection;
mod dialects;
mod openapi;
mod predict;
mod problem;

pub use app::{App, Limits, ResponseBody};
pub use connection::{Shutdown, serve};
pub use openapi::document;
pub use problem::{Code, Failure, Item, PROBLEM_JSON, Problem};
