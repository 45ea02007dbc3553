//! Turns a model URI into the files of a package on this machine. It knows places, not formats.
//!
//! `uri` reads a URI, `locate` follows it to one of the `places`, `download` gets the files and `cache` keeps them. `resolve` does all of
//! that, through `elsewhere` for what is not on this machine. They use `client`, `http`, `retry`, `tracking` and `redirects` for HTTP, and
//! `waiting` limits the time. `push` uploads a package to MLflow.

mod access;
#[cfg(test)]
mod answering;
mod archive;
mod ask;
mod body;
mod cache;
mod client;
mod credentials;
mod download;
mod elsewhere;
mod error;
mod error_body;
mod fetch;
mod foreign;
mod home;
mod http;
mod ini;
mod left_out;
mod locate;
mod located;
mod places;
mod push;
mod redirects;
mod reference;
mod refused;
mod resolve;
mod resolved;
mod retry;
mod runtime;
mod tracking;
mod unchanged;
mod unsupported;
mod uri;
pub mod variables;
mod waiting;

pub use access::{Access, CaBundle, Proxies, Variables, is_true};
pub use error::RegistryError;
pub use fetch::{fetch, fetch_within};
pub use push::{Pushed, can_push, push};
pub use resolve::resolve;
pub use resolved::{Cached, Limits, Origin, PATIENCE, Resolved};
pub use unchanged::CheckedBy;

pub use crate::secret::Secret;
