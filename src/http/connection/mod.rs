//! Sockets: accepting, slow clients, bodies, and a shutdown that loses nothing.

mod accept;
mod activity;
pub(super) mod body;

pub use accept::{Shutdown, serve};
