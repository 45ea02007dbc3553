//! Merges the layers that settings come from, and remembers where each value was set.

use super::{platforms, settings};
use crate::{observe::log::LogFormat, secret::Secret};
use figment::{
    Error, Figment, Metadata, Profile, Provider,
    providers::{Format, Yaml},
    value::{Dict, Map, Value},
};
use std::{fs, path::Path};

const PREFIX: &str = "MLSERVING__";
/// The variable that many programs take their log level from.
const LOG_LEVEL: &str = "LOG_LEVEL";
const FILE: &str = "file";
const FLAG: &str = "flag";

/// The settings that have a flag of their own.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--model`
    pub model: Option<Secret>,
    /// `--host`
    pub host: Option<String>,
    /// `--port`
    pub port: Option<u16>,
}

/// All settings that are given, by section, without those left blank.
pub(super) struct Merged {
    pub(super) values: Dict,
    /// The variables that name no setting, by the key that they would set. A value of a whole section is one of them: in a layer, it
    /// would hide that section's settings or be hidden by them.
    pub(super) strangers: Vec<(String, Value)>,
    figment: Figment,
    file: String,
}

/// Merges the layers: `file`, environment, `flags`. The last one that sets a key wins.
///
/// # Errors
/// A sentence about a file that cannot be read.
pub(super) fn merge(file: Option<&Path>, flags: &Flags) -> Result<Merged, String> {
    let mut figment = Figment::new();
    let settings = file.map(read).transpose()?;
    let (variables, strangers) = environment();
    let names_model = |layer: &Dict| {
        let model = layer.get("model").and_then(Value::as_dict);
        model.is_some_and(|model| model.get("uri").is_some_and(|uri| !is_blank(uri)))
    };
    let named =
        flags.model.is_some() || settings.iter().any(names_model) || names_model(&variables);
    for (name, key, value) in platforms::defaults(named) {
        figment = figment.merge(Layer::one(name, key, value));
    }
    if let Some(level) = std::env::var(LOG_LEVEL).ok().filter(|x| !x.is_empty()) {
        figment = figment.merge(Layer::one(LOG_LEVEL, "log.level", level));
    }
    if let Some(settings) = settings {
        figment = figment.merge(Layer(FILE, settings));
    }
    figment = figment.merge(Layer("environment", variables));
    let model = flags.model.as_ref().map(Secret::expose);
    let texts = [("model.uri", model), ("server.host", flags.host.as_deref())];
    for (key, value) in texts {
        if let Some(value) = value {
            figment = figment.merge(Layer::one(FLAG, key, value));
        }
    }
    if let Some(port) = flags.port {
        figment = figment.merge(Layer::one(FLAG, "server.port", port));
    }
    let merged = figment.find_value("").map_err(|error| error.to_string())?;
    let mut values = merged.into_dict().unwrap_or_default();
    without_blanks(&mut values);
    Ok(Merged {
        values,
        strangers,
        figment,
        file: file.map_or_else(String::new, |path| path.display().to_string()),
    })
}

/// The variables that are settings, and those that look like a setting and are none. An empty variable counts as not set, because charts
/// and compose files write one for a value that was left blank.
fn environment() -> (Dict, Vec<(String, Value)>) {
    let mut layer = Figment::new();
    let mut strangers = Vec::new();
    for (name, text) in std::env::vars_os() {
        let name = name.to_string_lossy().to_uppercase();
        let text = text.to_string_lossy().into_owned();
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let key = key.replace("__", ".").to_lowercase();
        if text.is_empty() || key.split('.').any(str::is_empty) {
            continue;
        }
        let value = match settings::find(&key) {
            None => {
                strangers.push((key, Value::from(text)));
                continue;
            }
            Some(takes) if takes.is_text() => Value::from(text),
            Some(_) => settings::scalar(text),
        };
        layer = layer.merge(Layer::one("variable", &key, value));
    }
    // The order of the environment is arbitrary, but that of the messages should not be.
    strangers.sort_by(|(a, _), (b, _)| a.cmp(b));
    let merged = layer.find_value("").ok().and_then(Value::into_dict);
    (merged.unwrap_or_default(), strangers)
}

/// A key without a value, as YAML files have them.
fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Empty(..))
}

/// Removes keys without a value, as YAML files have them.
fn without_blanks(values: &mut Dict) {
    values.retain(|_, value| !matches!(value, Value::Empty(..)));
    for value in values.values_mut() {
        if let Value::Dict(_, inner) = value {
            without_blanks(inner);
        }
    }
}

/// The settings of a YAML file.
fn read(path: &Path) -> Result<Dict, String> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|error| {
        format!("the configuration file {name} cannot be read: {error}; give --config a YAML file")
    })?;
    let no_settings = |why: &str| format!("the configuration file {name} {why}");
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| no_settings("is not UTF-8; save it as UTF-8"))?;
    match Yaml::from_str(&text) {
        Ok(Value::Dict(_, settings)) => Ok(settings),
        Ok(Value::Empty(..)) => Ok(Dict::new()),
        Ok(_) => Err(no_settings(
            "holds no sections; write \"server:\", \"model:\" or \"log:\" with settings below them",
        )),
        Err(error) => Err(no_settings(&format!("is not YAML: {error}"))),
    }
}

impl Merged {
    /// Where a value was set: the file's path, the flag or the variable.
    pub(super) fn place(&self, key: &str, value: &Value) -> String {
        match self.figment.get_metadata(value.tag()).map(|m| &*m.name) {
            Some(FILE) => self.file.clone(),
            Some(FLAG) => flag(key).to_owned(),
            Some(LOG_LEVEL) => LOG_LEVEL.to_owned(),
            Some(name) if platforms::VARIABLES.contains(&name) => name.to_owned(),
            _ => variable(key),
        }
    }

    /// Whether a value comes from a variable that is named after its key.
    pub(super) fn is_variable(&self, key: &str, value: &Value) -> bool {
        self.place(key, value) == variable(key)
    }

    /// `log.format`, if it can be read.
    pub(super) fn log_format(&self) -> LogFormat {
        let log = self.values.get("log").and_then(Value::as_dict);
        let format = log.and_then(|log| log.get("format"));
        format
            .and_then(|format| format.deserialize().ok())
            .unwrap_or_default()
    }
}

/// The flag of a setting that has one.
fn flag(key: &str) -> &'static str {
    match key {
        "model.uri" => "--model",
        "server.host" => "--host",
        _ => "--port",
    }
}

/// The variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Settings from one place, and the name of that place.
struct Layer(&'static str, Dict);

impl Layer {
    /// One setting.
    fn one(name: &'static str, key: &str, value: impl Into<Value>) -> Self {
        let dict = figment::util::nest(key, value.into()).into_dict();
        Self(name, dict.unwrap_or_default())
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.1.clone()))
    }
}
