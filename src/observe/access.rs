//! The access log: one line for each answered request, beside the log of events and independent of its level.
//!
//! A request appends its line to a buffer; a thread writes the buffer to stderr. So a request costs one formatted line and no system call,
//! and a terminal or a collector that reads slowly holds up nobody: lines that find no room are dropped, and their number is logged.

use super::{
    escape,
    log::{self, LogFormat},
};
use serde::{Deserialize, Serialize};
use std::{
    cell::RefCell,
    fmt::Write as _,
    io::{self, Write as _},
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime, SystemTime},
};

/// Which requests have a line in the access log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// None.
    Off,
    /// Those that are answered with a status from 400 up.
    #[default]
    Errors,
    /// All of them.
    All,
}

impl Access {
    /// The name that the setting has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Errors => "errors",
            Self::All => "all",
        }
    }

    /// Whether a request that was answered with this status has a line.
    pub fn has(self, status: u16) -> bool {
        match self {
            Self::Off => false,
            Self::Errors => status >= 400,
            Self::All => true,
        }
    }
}

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub request_id: &'a str,
    pub method: &'a str,
    /// The pattern of the route; where there is none, the request's own path.
    pub at: At<'a>,
    pub status: u16,
    /// The bytes of the bodies.
    pub request_bytes: u64,
    pub response_bytes: u64,
    pub seconds: f64,
    /// How many rows the request had; 0 where nobody counted them.
    pub rows: usize,
    pub trace_id: Option<&'a str>,
}

/// Where a request went.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// The pattern of a route.
    Route(&'a str),
    /// A path that no route has: the client's own text.
    Path(&'a str),
}

/// The name that the lines have in the target of JSON lines.
const TARGET: &str = "ml_serving::access";
/// A client's own text is cut after so many characters.
const LONGEST: usize = 256;
/// The most bytes that wait to be written.
const ROOM: usize = 1 << 20;
/// The time in which lines gather before they are written together.
const GATHER: Duration = Duration::from_millis(10);
/// The longest that the end of the process waits for the last lines.
const LAST: Duration = Duration::from_secs(1);

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes the line to stderr, soon, if the process has a log.
pub fn write(line: &Line<'_>) {
    let Some(format) = log::format() else { return };
    TEXT.with_borrow_mut(|text| {
        text.clear();
        match format {
            LogFormat::Text => line.for_people(text),
            LogFormat::Json => line.as_json(text),
        }
        lines().add(text.as_bytes());
    });
}

/// Waits until all lines are written, for the end of the process.
pub fn flush() {
    if let Some(lines) = LINES.get() {
        lines.flush();
    }
}

impl Line<'_> {
    fn for_people(&self, text: &mut String) {
        let Line { method, status, .. } = self;
        now(text);
        let _infallible = write!(text, "  INFO {} ", escape(cut(method)));
        let (At::Route(at) | At::Path(at)) = self.at;
        let _infallible = write!(text, "{} {status}", escape(cut(at)));
        let _infallible = write!(
            text,
            " request_id={} request_bytes={} response_bytes={} duration_ms={:.3}",
            escape(cut(self.request_id)),
            self.request_bytes,
            self.response_bytes,
            self.seconds * 1e3
        );
        if self.rows > 0 {
            let _infallible = write!(text, " rows={}", self.rows);
        }
        if let Some(trace_id) = self.trace_id {
            let _infallible = write!(text, " trace_id={trace_id}");
        }
        text.push('\n');
    }

    fn as_json(&self, text: &mut String) {
        text.push_str("{\"timestamp\":\"");
        now(text);
        text.push_str("\",\"level\":\"INFO\",\"message\":\"request\"");
        quoted(text, "request_id", self.request_id);
        quoted(text, "method", self.method);
        match self.at {
            At::Route(route) => quoted(text, "route", route),
            At::Path(path) => quoted(text, "path", path),
        }
        let _infallible = write!(
            text,
            ",\"status\":{},\"request_bytes\":{},\"response_bytes\":{},\"duration_ms\":{:.3}",
            self.status,
            self.request_bytes,
            self.response_bytes,
            self.seconds * 1e3
        );
        if self.rows > 0 {
            let _infallible = write!(text, ",\"rows\":{}", self.rows);
        }
        if let Some(trace_id) = self.trace_id {
            quoted(text, "trace_id", trace_id);
        }
        quoted(text, "target", TARGET);
        text.push_str("}\n");
    }
}

/// The time as the other log lines have it.
fn now(text: &mut String) {
    let _infallible = SystemTime.format_time(&mut Writer::new(text));
}

/// Another field of a JSON object. JSON escapes what a client may have put in.
fn quoted(text: &mut String, name: &str, value: &str) {
    let _infallible = write!(text, ",\"{name}\":\"");
    for c in cut(value).chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            c if escape(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8() => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _infallible = write!(text, "\\u{unit:04x}");
                }
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// The first characters of `text`.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST);
    end.map_or(text, |(end, _)| &text[..end])
}

/// The lines that wait to be written.
#[derive(Default)]
struct Lines {
    waiting: Mutex<Waiting>,
    /// Lines have come.
    come: Condvar,
    /// Lines have been written.
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    dropped: u64,
    writing: bool,
}

static LINES: OnceLock<Lines> = OnceLock::new();

/// The lines of this process. The first one starts the thread that writes them.
fn lines() -> &'static Lines {
    static STARTED: OnceLock<()> = OnceLock::new();
    let lines = LINES.get_or_init(Lines::default);
    STARTED.get_or_init(|| {
        let writer = thread::Builder::new().name("access-log".to_owned());
        if let Err(error) = writer.spawn(|| lines.write_all()) {
            tracing::error!(%error, "the access log cannot be written");
        }
    });
    lines
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.text.len() + line.len() > ROOM {
            waiting.dropped += 1;
            return;
        }
        let first = waiting.text.is_empty();
        waiting.text.extend_from_slice(line);
        drop(waiting);
        if first {
            self.come.notify_one();
        }
    }

    /// Writes lines as they come, without end.
    fn write_all(&self) {
        let mut text = Vec::new();
        loop {
            let mut waiting = self.lock();
            while waiting.text.is_empty() {
                waiting = self
                    .come
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            drop(waiting);
            thread::sleep(GATHER);
            let mut waiting = self.lock();
            text.clear();
            std::mem::swap(&mut text, &mut waiting.text);
            waiting.writing = true;
            let dropped = std::mem::take(&mut waiting.dropped);
            drop(waiting);
            // If standard error is closed, nobody is there to be told.
            let _ = io::stderr().lock().write_all(&text);
            if dropped > 0 {
                tracing::warn!(
                    dropped,
                    "the access log is not read fast enough; these lines are missing"
                );
            }
            self.lock().writing = false;
            self.written.notify_all();
        }
    }

    fn flush(&self) {
        let end = Instant::now() + LAST;
        let mut waiting = self.lock();
        while waiting.writing || !waiting.text.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.written.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: At<'static>) -> Line<'static> {
        Line {
            request_id: "a \"b\"\tc",
            method: "GET",
            at,
            status: 404,
            request_bytes: 1,
            response_bytes: 2,
            seconds: 0.0015,
            rows: 3,
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736"),
        }
    }

    #[test]
    fn a_line_of_json_is_an_object_with_every_field() {
        let mut text = String::new();
        line(At::Route("/predict")).as_json(&mut text);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["request_id"], "a \"b\"\tc");
        assert_eq!(value["route"], "/predict");
        assert_eq!((&value["status"], &value["rows"]), (&404.into(), &3.into()));
        assert_eq!(value["duration_ms"], 1.5);
        assert_eq!(value["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(value["target"], TARGET);
    }

    #[test]
    fn what_a_terminal_acts_upon_is_escaped_and_long_text_is_cut() {
        for format in [Line::for_people, Line::as_json] {
            let mut text = String::new();
            format(&line(At::Path("/\u{1b}[31m\r\u{9b}2J\u{202e}")), &mut text);
            assert!(!text.trim_end().contains(char::is_control), "{text:?}");
            assert!(!text.contains('\u{202e}'), "{text:?}");
            let mut text = String::new();
            let long = "x".repeat(9000).leak();
            format(&line(At::Path(long)), &mut text);
            assert!(text.len() < 600, "{text}");
        }
    }

    #[test]
    fn lines_that_find_no_room_are_counted() {
        let lines = Lines::default();
        (0..3).for_each(|_| lines.add(&vec![b'x'; ROOM / 2]));
        let waiting = lines.lock();
        assert_eq!((waiting.text.len(), waiting.dropped), (ROOM, 1));
    }
}
