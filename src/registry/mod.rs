//! Turns a model URI into the files of a package on this machine. It knows places, not formats.
//!
//! `uri` reads a URI, `locate` follows it to one of the `places`, `download` gets the files and `cache` keeps them. `resolve` does all of
//! that. They use `client`, `retry` and `tracking` for HTTP. `push` uploads a package to MLflow.

mod access;
mod archive;
mod cache;
mod client;
mod download;
mod error;
mod fetch;
mod locate;
mod located;
mod places;
mod push;
mod redact;
mod resolve;
mod retry;
mod runtime;
mod tracking;
mod uri;

pub use access::Access;
pub use error::RegistryError;
pub use fetch::fetch;
pub use push::{Pushed, can_push, push};
pub use redact::redact;
pub use resolve::{Origin, Resolved, resolve};
