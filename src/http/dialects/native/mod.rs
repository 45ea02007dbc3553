//! The server's own JSON: `{"features": …}`.

pub(in crate::http) mod format;
mod read;
mod rows;
mod seeds;
pub(in crate::http) mod wire;
