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
    /// Origins of web pages, or `*`.
    Origins,
    /// A path of plain segments, or nothing.
    Path,
    /// Keys or their digests, which are never shown.
    Keys,
}

use Takes::{Digest, Host, Keys, Level, Named, Number, Origins, Path, Text, Truth, Word};

/// The upper limit of settings that have none of their own.
const MOST: u64 = usize::MAX as u64;

/// Every setting by its key.
pub(super) const SETTINGS: &[(&str, Takes)] = &[
    ("server.host", Host),
    ("server.port", Number(0, u16::MAX as u64)),
    ("server.admin_port", Number(0, u16::MAX as u64)),
    ("server.max_body_bytes", Number(1, MOST)),
    ("server.max_batch_rows", Number(1, MOST)),
    ("server.max_in_flight", Number(1, 1_000_000)),
    ("server.max_waiting_bodies", Number(1, 1_000_000)),
    ("server.max_waiting_bytes", Number(1, MOST)),
    ("server.drain_seconds", Number(0, 3600)),
    ("server.shutdown_seconds", Number(0, 3600)),
    ("server.header_timeout_seconds", Number(1, 3600)),
    ("server.docs", Truth),
    ("server.root_path", Path),
    ("server.compression", Truth),
    ("server.cors.allowed_origins", Origins),
    ("server.auth.keys", Keys),
    ("server.auth.keys_file", Text),
    ("server.auth.protect_probes", Truth),
    ("server.auth.protect_docs", Truth),
    ("server.tls.cert", Text),
    ("server.tls.key", Text),
    ("server.tls.client_ca", Text),
    ("model.uri", Named("builtin:iris")),
    ("model.name", Text),
    ("model.sha256", Digest),
    ("model.companions", Truth),
    (
        "model.flavor",
        Word(&["", "onnx", "sklearn", "xgboost", "lightgbm", "catboost"]),
    ),
    ("model.cache_dir", Text),
    ("model.cache_max_bytes", Number(1, MOST)),
    ("model.load_timeout_seconds", Number(1, 3600)),
    ("log.level", Level),
    ("log.format", Word(&["text", "json"])),
    ("log.access", Word(&["off", "errors", "all"])),
];

/// What the setting with this key takes; nothing if there is no such setting.
pub(super) fn find(key: &str) -> Option<Takes> {
    let found = SETTINGS.iter().find(|(known, _)| *known == key);
    found.map(|(_, takes)| *takes)
}

/// Whether there are settings below this key.
pub(super) fn is_section(key: &str) -> bool {
    let below = |known: &str| {
        known
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    SETTINGS.iter().any(|(known, _)| below(known))
}

/// The elements of a text that is a list with commas.
pub(super) fn elements(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|x| !x.is_empty())
}

/// Whether `text` is an origin as browsers send it: scheme, host and port, nothing else.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return matches!(text, "*" | "null");
    };
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    let place = |c: char| name(c) || "_:[]".contains(c);
    !scheme.is_empty() && scheme.chars().all(name) && !host.is_empty() && host.chars().all(place)
}

/// Whether `text` is a key, or the digest of one.
fn is_key(text: &str) -> bool {
    match text.strip_prefix("sha256:") {
        Some(digest) => is_digest(digest),
        None => text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_graphic()),
    }
}

/// Whether `text` is a SHA-256 in hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `text` is a path that a proxy may show a server under: segments of plain characters.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let segment = |text: &str| !matches!(text, "" | "." | "..") && text.chars().all(plain);
    let path = text.strip_suffix('/').unwrap_or(text);
    path.is_empty()
        || path
            .strip_prefix('/')
            .is_some_and(|path| path.split('/').all(segment))
}

/// Whether a list, or a text that is one, has only elements that are `fine`.
fn all(value: &Value, fine: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(_, values) => values.iter().all(|x| x.as_str().is_some_and(&fine)),
        _ => value.as_str().is_some_and(|x| elements(x).all(fine)),
    }
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

/// A number or a truth value if it looks like one.
pub(super) fn scalar(text: String) -> Value {
    let number = text.trim().parse::<u64>().ok().map(Value::from);
    let truth = || text.trim().parse::<bool>().ok().map(Value::from);
    number.or_else(truth).unwrap_or_else(|| Value::from(text))
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
        match self {
            Text => scalar,
            Host => text.is_some_and(is_host),
            Named(_) => scalar && text != Some(""),
            Digest => text.is_some_and(|text| text.is_empty() || is_digest(text)),
            Truth => matches!(value, Value::Bool(..)),
            Number(least, most) => value
                .to_u128()
                .is_some_and(|x| (least.into()..=most.into()).contains(&x)),
            Word(words) => text.is_some_and(|text| words.contains(&text)),
            Level => text.is_some_and(|text| level(text).is_some()),
            Origins => all(value, is_origin),
            Path => text.is_some_and(is_path),
            Keys => all(value, is_key),
        }
    }

    /// Whether messages must not show its value.
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Keys)
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
            Word(["", words @ ..]) => format!("{}, or nothing", words.join(" or ")),
            Word(words) => words.join(" or "),
            Level => "trace, debug, info, warn or error".to_owned(),
            Keys => "keys of 8 printable characters or more without spaces and commas, or sha256: with 64 hexadecimal digits".to_owned(),
            Path => "a path, for example /models/churn".to_owned(),
            Origins => {
                "origins without a path, for example https://app.example.com, or *".to_owned()
            }
        }
    }
}
