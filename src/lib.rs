//! One tree-ensemble model, served over HTTP.
//!
//! # Layout
//! [`registry`] finds a package, [`flavor`] reads it, [`model`] runs it, [`http`] serves it; [`train`] makes one. [`package`] is the
//! way from a URI to a model that has proved itself, [`cli`] the commands.
//!
//! # Invariants
//! - `model` does no I/O and knows no HTTP; `flavor` touches no network and panics on no input.
//! - Only `http` knows status codes, only `config` reads the environment, only `metrics` names a metric, only `main` exits.
//! - What a user sends never becomes a metric label; what goes wrong inside never becomes a response body.

pub mod cli;
pub mod config;
mod error;
pub mod flavor;
pub mod http;
pub mod metrics;
pub mod model;
pub mod package;
pub mod registry;
mod serve;
pub mod telemetry;
pub mod train;

pub use error::Error;
pub use serve::{serve, serve_with};
