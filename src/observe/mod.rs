//! What an operator sees of a running server: metrics and log lines.

pub mod access;
mod escape;
mod histogram;
pub mod log;
pub mod metrics;
mod openmetrics;

pub use escape::escape;
