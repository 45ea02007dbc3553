//! Sockets: accepting, slow clients, bodies, and a shutdown that loses nothing.

mod accept;
mod activity;
mod body;
mod own;
mod waiting;
mod watched;

pub use accept::Shutdown;
pub(super) use accept::{Answers, serve};
pub(super) use body::read as read_body;
pub(super) use waiting::Waiting;
