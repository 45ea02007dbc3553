//! Log output: one subscriber for the process.

use crate::config::{Log, LogFormat};
use tracing_subscriber::{EnvFilter, fmt};

/// Sends log lines to stderr from now on, panics among them. A second call changes nothing.
pub fn init(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    std::panic::set_hook(Box::new(
        |panic| tracing::error!(%panic, "a bug: please report it"),
    ));
    // Fails only where a subscriber is set already, as in tests.
    let _already_set = match log.format {
        LogFormat::Text => builder
            .with_target(false)
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
}
