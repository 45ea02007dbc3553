//! Every setting, with the values that it takes.

use figment::value::Value;
use std::net::Ipv6Addr;

/// What a setting takes.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    Text,
    /// A name or an address to listen on.
    Host,
    /// Text that is not empty, for example this.
    Named(&'static str),
    /// The digits of a SHA-256, or nothing.
    Digest,
    Truth,
    /// A whole number between these, both included.
    Number(u64, u64),
    Word(&'static [&'static str]),
    /// A level of log lines, see [`level`].
    Level,
}

use Takes::{Digest, Host, Level, Named, Number, Text, Truth, Word};

/// The upper limit of settings that have none of their own.
const MOST: u64 = usize::MAX as u64;

/// Every setting by its key.
pub(super) const SETTINGS: &[(&str, Takes)] = &[
    ("server.host", Host),
    ("server.port", Number(0, u16::MAX as u64)),
    ("server.max_body_bytes", Number(1, MOST)),
    ("server.max_batch_rows", Number(1, MOST)),
    ("server.max_in_flight", Number(1, 1_000_000)),
    ("server.max_waiting_bodies", Number(1, 1_000_000)),
    ("server.max_waiting_bytes", Number(1, MOST)),
    ("server.drain_seconds", Number(0, 3600)),
    ("server.shutdown_seconds", Number(0, 3600)),
    ("server.header_timeout_seconds", Number(1, 3600)),
    ("server.docs", Truth),
    ("model.uri", Named("builtin:iris")),
    ("model.name", Text),
    ("model.sha256", Digest),
    ("model.companions", Truth),
    ("model.cache_dir", Text),
    ("log.level", Level),
    ("log.format", Word(&["text", "json"])),
    ("log.access", Word(&["off", "errors", "all"])),
];

/// What the setting with this key takes; nothing if there is no such setting.
pub(super) fn find(key: &str) -> Option<Takes> {
    let found = SETTINGS.iter().find(|(known, _)| *known == key);
    found.map(|(_, takes)| *takes)
}

/// The level that `text` names, in this program's spelling or in Python's.
pub(super) fn level(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_lowercase().as_str() {
        "trace" => "trace",
        "debug" => "debug",
        "info" => "info",
        "warn" | "warning" => "warn",
        "error" | "critical" => "error",
        _ => return None,
    })
}

/// An IPv6 address without the brackets that it has in URLs; other hosts as they are.
pub(super) fn without_brackets(host: &str) -> &str {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host)
}

fn is_host(text: &str) -> bool {
    let bare = without_brackets(text);
    // An address of one interface: fe80::1%eth0.
    let address = bare.split('%').next().unwrap_or(bare);
    !bare.is_empty() && (!bare.contains(':') || address.parse::<Ipv6Addr>().is_ok())
}

impl Takes {
    /// Whether the value of a variable stays text, even if it looks like a number.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, Truth | Number(..))
    }

    /// Whether `value` is one of those it takes.
    pub(super) fn holds(self, value: &Value) -> bool {
        let scalar = matches!(value, Value::String(..) | Value::Num(..) | Value::Bool(..));
        let text = value.as_str();
        let digest =
            |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self {
            Text => scalar,
            Host => text.is_some_and(is_host),
            Named(_) => scalar && text != Some(""),
            Digest => text.is_some_and(|text| text.is_empty() || digest(text)),
            Truth => matches!(value, Value::Bool(..)),
            Number(least, most) => value
                .to_u128()
                .is_some_and(|x| (least.into()..=most.into()).contains(&x)),
            Word(words) => text.is_some_and(|text| words.contains(&text)),
            Level => text.is_some_and(|text| level(text).is_some()),
        }
    }

    /// The values it takes, in words.
    pub(super) fn words(self) -> String {
        match self {
            Text => "a text".to_owned(),
            Host => "a name or an address without a port, for example 0.0.0.0 or ::1".to_owned(),
            Named(example) => format!("a text, for example {example}"),
            Digest => "64 hexadecimal digits, or nothing".to_owned(),
            Truth => "true or false".to_owned(),
            Number(least, MOST) => format!("a number of at least {least}"),
            Number(least, most) => format!("a number from {least} to {most}"),
            Word(words) => words.join(" or "),
            Level => "trace, debug, info, warn or error".to_owned(),
        }
    }
}
