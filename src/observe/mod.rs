//! What an operator sees of a running server: metrics and log lines.

pub mod metrics;
pub mod tracing;
