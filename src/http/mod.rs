//! HTTP: the only module that knows routes, statuses and wire formats.

mod app;
mod connection;
mod dialects;
mod door;
mod ids;
mod media;
mod openapi;
mod pages;
mod predict;
mod problem;
mod readiness;
mod respond;
mod routes;
mod state;
mod table;

pub use app::{App, serve};
pub use connection::Shutdown;
pub use media::ResponseBody;
pub use openapi::document;
pub use problem::{Code, Failure, Item, Problem};
