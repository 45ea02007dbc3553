//! HTTP: the only module that knows routes, statuses and wire formats.

mod activity;
mod api;
mod app;
mod body;
mod docs;
mod predict;
mod problem;
mod rows;
mod server;
mod wire;

pub use app::{App, Limits, ResponseBody};
pub use docs::document;
pub use problem::{Code, Failure, Item, PROBLEM_JSON, Problem};
pub use server::{Shutdown, serve};
