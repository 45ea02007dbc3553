//! One model of tabular data, served over HTTP.
//!
//! # Layout
//! [`registry`] finds a package, [`package`] reads the MLflow Model directory, [`formats`] reads its data file, [`model`] runs it,
//! [`http`] serves it; [`train`] makes one. [`input`] holds the rules that every row passes, [`load`] is the way from a URI to a model
//! that has predicted its own example, `card` is what there is to say about such a model, `cores` how much of the machine the process may use, [`lifecycle`] a server's life, [`cli`] the commands, [`progress`] what they show of long tasks, [`secret`] what nobody shows.
//!
//! # Invariants
//! - `model` does no I/O and knows no HTTP; `formats` touches no network and panics on no input.
//! - Only `http` knows status codes, only `config` reads the environment, only `observe` names a metric, only `main` exits.
//! - What a user sends never becomes a metric label; what goes wrong inside never becomes a response body.

mod card;
pub mod cli;
pub mod config;
mod cores;
mod exit;
pub mod formats;
pub mod http;
pub mod input;
mod lifecycle;
pub mod load;
pub mod model;
pub mod observe;
pub mod package;
pub mod progress;
pub mod registry;
pub mod secret;
pub mod train;

pub use exit::Error;
pub use lifecycle::{Listeners, serve, serve_with};
