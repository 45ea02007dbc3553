//! A model URI to the files of a package on this machine. Knows places, not formats.
//!
//! `uri` reads a URI, `locate` follows it to a place, `places` are what it may lead to, `download` brings the files, `cache` keeps them;
//! `resolve` is all of that. `client`, `retry` and `tracking` speak HTTP for them. `push` goes the other way.

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
