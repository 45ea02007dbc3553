//! Configuration: defaults ← YAML file ← environment ← flags. The only place that reads the environment.

mod environment;

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Yaml},
};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::Path;

use crate::registry::Access;

const PREFIX: &str = "MLSERVING__";

/// A setting that is wrong; the text names every one of them, where it was set, and what it takes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Everything that can be set. Unknown keys are refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub server: Server,
    pub model: ModelConfig,
    pub log: Log,
    /// What comes from other tools' variables.
    #[serde(skip)]
    pub access: Access,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address to listen on.
    #[serde(deserialize_with = "text")]
    pub host: String,
    /// Port to listen on; 0 picks a free one.
    pub port: u16,
    /// Largest request body, in bytes; more is answered 413.
    pub max_body_bytes: usize,
    /// Most rows in one batch; more is answered 413.
    pub max_batch_rows: usize,
    /// Most predictions at a time; more are answered 429 with `Retry-After`.
    pub max_in_flight: usize,
    /// How long to go on serving after SIGTERM while `/health/ready` answers 503, so that load balancers can look away.
    pub drain_seconds: u64,
    /// How long requests in flight may take to finish after that.
    pub shutdown_seconds: u64,
    /// How long a client may take to send a request's headers, and how long its body may pause.
    pub header_timeout_seconds: u64,
    /// Whether `/docs` and the redirect from `/` are served; `/openapi.json` always is.
    pub docs: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            host: "0.0.0.0".to_owned(),
            port: 8000,
            max_body_bytes: 8 << 20,
            max_batch_rows: 10_000,
            max_in_flight: 64,
            drain_seconds: 5,
            shutdown_seconds: 20,
            header_timeout_seconds: 10,
            docs: true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// Where the model is: `builtin:iris`, a path, `models:/NAME/VERSION` and the other forms that the README lists.
    #[serde(deserialize_with = "text")]
    pub uri: String,
    /// The name in metrics and answers; empty: the one the model's place gives it.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// The SHA-256 its data file must have, in hex; empty: any.
    #[serde(deserialize_with = "text")]
    pub sha256: String,
    /// Where fetched packages are kept, to start from when the registry is down.
    #[serde(deserialize_with = "text")]
    pub cache_dir: String,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            uri: "builtin:iris".to_owned(),
            name: String::new(),
            sha256: String::new(),
            cache_dir: "/tmp/ml-serving".to_owned(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `trace`, `debug`, `info`, `warn` or `error`; also read from `LOG_LEVEL`.
    #[serde(deserialize_with = "text")]
    pub level: String,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
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

/// The settings that have a flag of their own.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub model: Option<String>,
    pub host: Option<String>,
    pub port: Option<u16>,
}

impl Config {
    /// Reads defaults, `file`, environment and `flags`, later ones winning, and checks the result.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(level) = std::env::var("LOG_LEVEL")
            .ok()
            .filter(|level| !level.is_empty())
        {
            figment = figment.merge(Serialized::default("log.level", level));
        }
        if let Some(path) = file {
            figment = figment.merge(Yaml::file_exact(path));
        }
        // An empty variable means "not set": charts and compose files write them for values left blank.
        let set = |key: &figment::value::UncasedStr| {
            let name = format!("{PREFIX}{}", key.as_str().to_uppercase());
            std::env::var(name).map_or(true, |value| !value.is_empty())
        };
        figment = figment.merge(Env::prefixed(PREFIX).filter(set).split("__"));
        let mut config: Self = figment
            .extract()
            .map_err(|error| ConfigError(explain(error)))?;
        config.model.uri = flags.model.clone().unwrap_or(config.model.uri);
        config.server.host = flags.host.clone().unwrap_or(config.server.host);
        config.server.port = flags.port.unwrap_or(config.server.port);
        config.log.level = config
            .log
            .level
            .to_lowercase()
            .replace("warning", "warn")
            .replace("critical", "error");
        config.access = environment::access();
        config.validate()?;
        Ok(config)
    }

    /// Checks what types alone do not; reports every problem at once.
    fn validate(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        let Server {
            max_body_bytes,
            max_batch_rows,
            max_in_flight,
            ..
        } = self.server;
        check(
            max_body_bytes >= 1,
            "server.max_body_bytes must be at least 1",
        );
        check(
            max_batch_rows >= 1,
            "server.max_batch_rows must be at least 1",
        );
        check(
            (1..=1_000_000).contains(&max_in_flight),
            "server.max_in_flight must be between 1 and 1000000",
        );
        check(
            (1..=3600).contains(&self.server.header_timeout_seconds),
            "server.header_timeout_seconds must be 1 to 3600",
        );
        check(
            self.server.drain_seconds <= 3600,
            "server.drain_seconds must be at most 3600",
        );
        check(
            self.server.shutdown_seconds <= 3600,
            "server.shutdown_seconds must be at most 3600",
        );
        check(
            !self.model.uri.is_empty(),
            "model.uri must not be empty; the embedded model is builtin:iris",
        );
        let sha = &self.model.sha256;
        let hex = sha.len() == 64 && sha.bytes().all(|b| b.is_ascii_hexdigit());
        check(
            sha.is_empty() || hex,
            "model.sha256 must be 64 hexadecimal digits",
        );
        let level = self.log.level.as_str();
        let known = ["trace", "debug", "info", "warn", "error"].contains(&level);
        check(known, "log.level must be trace, debug, info, warn or error");
        if problems.is_empty() {
            return Ok(());
        }
        Err(ConfigError(format!(
            "the configuration is wrong: {}",
            problems.join("; ")
        )))
    }
}

/// figment's message with the setting named the way the user wrote it.
fn explain(error: figment::Error) -> String {
    let messages: Vec<_> = error
        .into_iter()
        .map(|error| {
            let path = error.path.join(".");
            let from_env = error
                .metadata
                .as_ref()
                .is_some_and(|m| m.name.contains("environment variable"));
            let place = match &error.metadata {
                Some(_) if from_env => {
                    format!(" in {PREFIX}{}", error.path.join("__").to_uppercase())
                }
                Some(metadata) => metadata
                    .source
                    .as_ref()
                    .map_or(String::new(), |source| format!(" in {source}")),
                None => String::new(),
            };
            let at = if path.is_empty() {
                String::new()
            } else {
                format!(" at {path}")
            };
            format!("{}{at}{place}", error.kind)
        })
        .collect();
    format!(
        "the configuration is wrong: {}; the README lists every setting",
        messages.join("; ")
    )
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's Jail asks for it")]
mod tests {
    use super::*;
    use figment::Jail;

    fn load() -> Result<Config, String> {
        Config::load(Some(Path::new("c.yaml")), &Flags::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn flags_override_the_environment_which_overrides_the_file() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file(
                "c.yaml",
                "server: {port: 1, host: a, max_in_flight: 7}\nmodel: {name: 7}",
            )?;
            jail.set_env("MLSERVING__SERVER__PORT", "2");
            jail.set_env("MLSERVING__SERVER__HOST", "b");
            jail.set_env("MLSERVING__SERVER__MAX_BATCH_ROWS", "");
            let flags = Flags {
                port: Some(3),
                ..Flags::default()
            };
            let config = Config::load(Some(Path::new("c.yaml")), &flags).expect("valid");
            assert_eq!((config.server.port, config.server.host.as_str()), (3, "b"));
            assert_eq!(
                (config.server.max_in_flight, config.model.name.as_str()),
                (7, "7")
            );
            assert_eq!(config.server.max_batch_rows, 10_000);
            Ok(())
        });
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_variable_or_its_file() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("c.yaml", "server: {prot: 1}")?;
            let message = load().expect_err("refused");
            assert!(
                message.contains("prot") && message.contains("c.yaml"),
                "{message}"
            );
            jail.create_file("c.yaml", "{}")?;
            jail.set_env("MLSERVING__SERVER__PORT", "many");
            let message = load().expect_err("refused");
            assert!(
                message.contains("MLSERVING__SERVER__PORT") && message.contains("many"),
                "{message}"
            );
            Ok(())
        });
    }

    #[test]
    fn the_variables_kubernetes_injects_for_a_service_are_ignored() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("c.yaml", "{}")?;
            jail.set_env("MLSERVING_PORT", "tcp://10.96.0.7:80");
            jail.set_env("ML_SERVING_SERVICE_HOST", "10.96.0.7");
            assert_eq!(load().expect("valid"), Config::default());
            Ok(())
        });
    }

    #[test]
    fn every_wrong_value_is_reported_at_once() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file(
                "c.yaml",
                "server: {max_in_flight: 0}\nmodel: {sha256: abc}\nlog: {level: loud}",
            )?;
            let message = load().expect_err("refused");
            for setting in ["server.max_in_flight", "model.sha256", "log.level"] {
                assert!(message.contains(setting), "{message}");
            }
            Ok(())
        });
    }

    #[test]
    fn log_level_is_read_in_the_spelling_of_python_too() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("c.yaml", "{}")?;
            jail.set_env("LOG_LEVEL", "WARNING");
            assert_eq!(load().expect("valid").log.level, "warn");
            jail.set_env("MLSERVING__LOG__LEVEL", "debug");
            assert_eq!(load().expect("valid").log.level, "debug");
            Ok(())
        });
    }

    #[test]
    fn a_config_file_that_is_not_there_is_an_error() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            assert!(load().expect_err("refused").contains("c.yaml"));
            Ok(())
        });
    }
}
