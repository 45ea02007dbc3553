//! Sockets: accepting, slow clients, bodies, and a shutdown that loses nothing.

mod accept;
mod activity;
mod answers;
mod body;
mod connections;
mod own;
mod tls;
mod waiting;
mod watched;

pub use accept::Shutdown;
pub(super) use accept::{Listening, serve};
pub(super) use answers::Answers;
pub(super) use body::read as read_body;
pub(super) use tls::Tls;
pub(super) use waiting::Waiting;
