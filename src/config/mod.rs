//! Configuration: defaults ← YAML file ← environment ← flags. The only place that reads the environment.

mod check;
mod environment;
mod layers;
mod platforms;
mod settings;

pub use environment::access;
pub use layers::Flags;
pub use platforms::Vertex;

use crate::{
    observe::{access::Access as AccessLog, log::LogFormat},
    registry::{Access, PATIENCE, Secret},
};
use figment::value::Value;
use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, path::Path};

/// Settings that are wrong; the text names every one of them, where it was set, and what it takes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ConfigError {
    text: String,
    /// The format to log this error in: `log.format` from the wrong settings, as far as it can be read.
    pub log_format: LogFormat,
}

/// Everything that can be set. Unknown keys are refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How requests are served.
    pub server: Server,
    /// Which model is served.
    pub model: ModelConfig,
    /// What is logged.
    pub log: Log,
    /// What the variables of other tools say.
    #[serde(skip)]
    pub access: Access,
}

/// How requests are served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address to listen on: a name or an IP address, IPv6 without brackets.
    #[serde(deserialize_with = "text")]
    pub host: String,
    /// Port to listen on; 0 picks a free one.
    pub port: u16,
    /// A port for metrics and health alone, in the clear; 0 picks a free one. Metrics are then on this port only.
    pub admin_port: Option<u16>,
    /// Largest request body, in bytes; more is answered 413.
    pub max_body_bytes: usize,
    /// Most rows in one batch; more is answered 413.
    pub max_batch_rows: usize,
    /// Most predictions at a time; more are answered 429 with `Retry-After`.
    pub max_in_flight: usize,
    /// Most bodies that are awaited at a time. Above it the one that comes most slowly is answered 408.
    pub max_waiting_bodies: usize,
    /// Most bytes of them together; one whole body always has room.
    pub max_waiting_bytes: usize,
    /// How long to go on serving after SIGTERM while `/health/ready` answers 503, so that load balancers can take the server out.
    pub drain_seconds: u64,
    /// How long requests in flight may take to finish after that.
    pub shutdown_seconds: u64,
    /// How long a client may take to send a request's headers, and how long its body may pause.
    pub header_timeout_seconds: u64,
    /// Whether `/docs` and the redirect from `/` are served; `/openapi.json` always is.
    pub docs: bool,
    /// The routes that Vertex AI asks for.
    #[serde(skip)]
    pub vertex: Vertex,
    /// The path below which a proxy shows the server, such as `/models/churn`; empty: none.
    #[serde(deserialize_with = "text")]
    pub root_path: String,
    /// Whether long answers are compressed for clients that take gzip.
    pub compression: bool,
    /// Which pages of other origins may read answers.
    pub cors: Cors,
    /// Who may ask.
    pub auth: Auth,
    /// How connections are encrypted.
    pub tls: Tls,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            host: "0.0.0.0".to_owned(),
            port: 8000,
            admin_port: None,
            max_body_bytes: 8 << 20,
            max_batch_rows: 10_000,
            max_in_flight: 64,
            max_waiting_bodies: 1024,
            max_waiting_bytes: 64 << 20,
            drain_seconds: 5,
            shutdown_seconds: 20,
            header_timeout_seconds: 10,
            docs: true,
            vertex: Vertex::default(),
            root_path: String::new(),
            compression: true,
            cors: Cors::default(),
            auth: Auth::default(),
            tls: Tls::default(),
        }
    }
}

/// Which pages of other origins may read answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cors {
    /// Origins such as `https://app.example.com`, or `*` for all; empty: none.
    #[serde(deserialize_with = "list")]
    pub allowed_origins: Vec<String>,
}

/// Who may ask. Without a key anybody may.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// The keys that are known, or their digests as `sha256:HEX`.
    pub keys: Secrets,
    /// A file with one of them per line, read again when it changes.
    #[serde(deserialize_with = "text")]
    pub keys_file: String,
    /// Whether health and metrics need a key too.
    pub protect_probes: bool,
    /// Whether `/docs` and `/openapi.json` need a key too.
    pub protect_docs: bool,
}

/// How connections are encrypted: PEM files, which are read again when they change. Empty: not at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The server's certificate, with those that lead to its authority.
    #[serde(deserialize_with = "text")]
    pub cert: String,
    /// Its private key.
    #[serde(deserialize_with = "text")]
    pub key: String,
    /// The authorities of clients. With them, a client needs a certificate.
    #[serde(deserialize_with = "text")]
    pub client_ca: String,
}

/// Texts that are never shown.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Secrets(#[serde(deserialize_with = "keys")] pub Vec<Secret>);

impl Secrets {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One per line.
    pub fn lines(&self) -> String {
        let texts: Vec<_> = self.0.iter().map(Secret::expose).collect();
        texts.join("\n")
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hidden", self.0.len())
    }
}

/// Which model is served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// Where the model is: `builtin:iris`, a path, `models:/NAME/VERSION` and the other forms that docs/models.md lists.
    #[serde(deserialize_with = "uri")]
    pub uri: Secret,
    /// The name in metrics and answers; empty: the one the model's place gives it.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// The SHA-256 it must have, in hex: the digest that `GET /model` shows; empty: any.
    #[serde(deserialize_with = "text")]
    pub sha256: String,
    /// Whether files of the usual names beside a model belong to it: a scaler, encoders, the words of the classes, columns, a threshold.
    pub companions: bool,
    /// Which flavor of an MLflow model is served; empty: the one that `mlflow.pyfunc` answers with.
    #[serde(deserialize_with = "text")]
    pub flavor: String,
    /// Where fetched packages are kept, to start from when the registry is down.
    #[serde(deserialize_with = "text")]
    pub cache_dir: String,
    /// What they may take there together; those that were used longest ago go first, and none that is in use.
    pub cache_max_bytes: u64,
    /// How long an attempt to load may wait for registries and stores. Bytes of the model extend it.
    pub load_timeout_seconds: u64,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            uri: Secret::uri("builtin:iris"),
            name: String::new(),
            sha256: String::new(),
            companions: true,
            flavor: String::new(),
            cache_dir: "/tmp/ml-serving".to_owned(),
            cache_max_bytes: 10 << 30,
            load_timeout_seconds: PATIENCE.as_secs(),
        }
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `trace`, `debug`, `info`, `warn` or `error`; also read from `LOG_LEVEL`.
    #[serde(deserialize_with = "text")]
    pub level: String,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// Which requests have a line of their own, whatever the level.
    pub access: AccessLog,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::default(),
            access: AccessLog::default(),
        }
    }
}

/// Text that may look like a number or a truth value to YAML or to figment's reader of the environment.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Text(String),
        Truth(bool),
        Whole(i64),
        Real(f64),
    }
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Text(x) => x,
        Scalar::Truth(x) => x.to_string(),
        Scalar::Whole(x) => x.to_string(),
        Scalar::Real(x) => x.to_string(),
    })
}

/// The same for one that may hold a secret.
fn uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    text(deserializer).map(Secret::uri)
}

/// The same for texts that are never shown.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    let keys = list(deserializer)?;
    Ok(keys.into_iter().map(Secret::key).collect())
}

/// Several texts: a list, or one text with commas between them, as variables have it.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) => settings::elements(&text).map(str::to_owned).collect(),
        Texts::Many(texts) => texts,
    })
}

impl Config {
    /// Reads defaults, `file`, environment and `flags`, later ones winning, and checks the result.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let merged = layers::merge(file, flags).map_err(|text| ConfigError {
            text,
            log_format: log_format(),
        })?;
        let wrong = |problems: &[String]| ConfigError {
            text: told(problems),
            log_format: merged.log_format(),
        };
        let mut problems = check::check(&merged);
        let vertex = platforms::vertex(&mut problems);
        if !problems.is_empty() {
            return Err(wrong(&problems));
        }
        // After the checks this cannot fail. A setting that was left blank gets its default.
        let mut config: Self = Value::from(merged.values.clone())
            .deserialize()
            .map_err(|error| wrong(&[error.to_string()]))?;
        config.server.host = settings::without_brackets(&config.server.host).to_owned();
        if let Some(level) = settings::level(&config.log.level) {
            config.log.level = level.to_owned();
        }
        config.server.vertex = vertex;
        config.access = environment::access();
        Ok(config)
    }
}

/// The format of log lines by the environment alone, for errors before the configuration is read.
pub fn log_format() -> LogFormat {
    layers::merge(None, &Flags::default()).map_or_else(|_| LogFormat::default(), |m| m.log_format())
}

/// The message: one mistake as a sentence, several as a list.
fn told(problems: &[String]) -> String {
    match problems {
        [only] => format!("the configuration is wrong: {only}"),
        many => format!("the configuration is wrong:\n  {}", many.join("\n  ")),
    }
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's Jail asks for it")]
mod tests;
