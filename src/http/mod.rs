//! HTTP: the only module that knows routes, statuses and wire formats.

mod admission;
mod answer;
mod app;
mod connection;
mod dialects;
mod door;
mod find;
mod ids;
mod limits;
mod media;
mod openapi;
mod pages;
mod predict;
mod problem;
mod readiness;
mod respond;
mod response_body;
mod routes;
mod serve;
mod state;
mod table;

pub use app::App;
pub use connection::Shutdown;
pub use media::ResponseBody;
pub use openapi::document;
pub use problem::{Code, Failure, Item, Problem};
pub use serve::serve;
