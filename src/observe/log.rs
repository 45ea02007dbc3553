//! Log output: one subscriber for the process, and the last line of a command that fails.

use super::escape::escape;
use crate::secret::{Stderr, redact_text, without_secrets};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    io::{self, IsTerminal, Write},
    sync::OnceLock,
};
use tracing::field::Field;
use tracing_subscriber::{
    EnvFilter,
    field::MakeExt,
    fmt::format::{Writer, debug_fn},
};

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: every line is a JSON object.
    Json,
}

impl LogFormat {
    /// The name that the setting has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// The target of the line that lists every setting. The format for people shows it at level `debug` only.
pub const SETTINGS: &str = "ml_serving::settings";

static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// How this process writes its log, if it has one.
pub(super) fn format() -> Option<LogFormat> {
    FORMAT.get().copied()
}

/// Sends log lines from `level` up to stderr from now on, panics among them. A second call changes nothing.
pub fn init(level: &str, format: LogFormat) {
    if FORMAT.set(format).is_err() {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(
            panic = redact_text(&panic.to_string()),
            "a bug: please report it"
        );
    }));
    let level = match (format, level) {
        (LogFormat::Text, "info") => format!("{level},{SETTINGS}=off"),
        _ => level.to_owned(),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(|| Stderr);
    // Fails only where a subscriber is set already, as in tests.
    let _already_set = match format {
        LogFormat::Text => builder
            .with_target(false)
            .with_ansi(io::stderr().is_terminal())
            .fmt_fields(debug_fn(text_field).delimited(" "))
            .try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
}

/// `name=value`, or the message alone. An event is one line, whatever its values hold.
fn text_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = format!("{value:?}");
    match field.name() {
        // What the `log` crate adds, which `tracing` has in its metadata.
        "log.target" | "log.module_path" | "log.file" | "log.line" => Ok(()),
        "message" => write!(writer, "{}", escape(&value)),
        name => write!(writer, "{name}={}", escape(&value)),
    }
}

/// The last line of a command that fails, in the format of the lines before it.
pub fn failed(error: &dyn fmt::Display, exit_code: u8) {
    let text = redact_text(&error.to_string());
    if FORMAT.get() == Some(&LogFormat::Json) {
        tracing::error!(exit_code, "{text}");
        return;
    }
    let text = without_secrets(&text);
    let mut lines = text.lines().map(escape);
    let first = lines.next().unwrap_or_default();
    let mut stderr = io::stderr().lock();
    // If standard error is closed, the exit code still tells of the failure.
    let _ = writeln!(stderr, "ml-serving: {first}");
    for line in lines {
        let _ = writeln!(stderr, "{line}");
    }
}
