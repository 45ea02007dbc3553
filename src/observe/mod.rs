//! What an operator sees of a running server: metrics and log lines.

mod escape;
pub mod log;
pub mod metrics;

pub use escape::escape;
