//! Finds the mistakes in the settings. Each becomes a sentence that names the setting, where it was set, its value, and what it takes.

use super::{
    layers::{Merged, variable},
    settings::{self, SETTINGS},
};
use figment::value::{Dict, Value};

/// The least similarity of two names for one to be suggested instead of the other; equal names have 1.
const ALIKE: f64 = 0.75;
/// Messages quote at most this many characters of a value.
const QUOTED: usize = 60;

/// Every mistake among the settings given.
pub(super) fn check(given: &Merged) -> Vec<String> {
    let mut problems = Vec::new();
    for (section, value) in &given.values {
        match value {
            Value::Dict(_, settings) if sections().any(|known| known == section) => {
                problems.extend(in_section(given, section, settings));
            }
            _ => problems.push(unknown(given, section, value)),
        }
    }
    let strangers = given.strangers.iter();
    problems.extend(strangers.map(|(key, value)| unknown(given, key, value)));
    problems
}

fn in_section(given: &Merged, section: &str, settings: &Dict) -> Vec<String> {
    let problems = |(name, value): (&String, &Value)| {
        let key = format!("{section}.{name}");
        let Some(takes) = settings::find(&key) else {
            return match value {
                Value::Dict(_, inner) if settings::is_section(&key) => {
                    in_section(given, &key, inner)
                }
                _ => vec![unknown(given, &key, value)],
            };
        };
        let problem = (!takes.holds(value)).then(|| {
            format!(
                "{key} in {} is {}; it takes {}",
                given.place(&key, value),
                if takes.is_secret() {
                    "not shown".to_owned()
                } else {
                    quoted(value)
                },
                takes.words()
            )
        });
        problem.into_iter().collect()
    };
    settings.iter().flat_map(problems).collect()
}

/// The message about a key that is no setting, with the setting that was perhaps meant.
fn unknown(given: &Merged, key: &str, value: &Value) -> String {
    let variables = given.is_variable(key, value);
    let spelt = |key: &str| {
        if variables {
            variable(key)
        } else {
            key.to_owned()
        }
    };
    let what = match given.place(key, value) {
        _ if variables => format!("there is no setting {}", variable(key)),
        place => format!("there is no setting {key}, which {place} sets"),
    };
    let known: Vec<&str> = match value {
        Value::Dict(..) if !key.contains('.') => sections().collect(),
        _ => SETTINGS.iter().map(|(key, _)| *key).collect(),
    };
    let likeness = |known: &str| strsim::jaro_winkler(last(key), last(known));
    let nearest = known
        .into_iter()
        .filter(|known| likeness(known) >= ALIKE)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    if let Some(nearest) = nearest {
        return format!("{what}; did you mean {}?", spelt(nearest));
    }
    let (section, _) = key.split_once('.').unwrap_or((key, ""));
    let inside: Vec<_> = SETTINGS
        .iter()
        .filter(|(known, _)| known.split_once('.').is_some_and(|(s, _)| s == section))
        .map(|(known, _)| spelt(known))
        .collect();
    if inside.is_empty() {
        return format!("{what}; the sections are server, model and log");
    }
    format!("{what}; the settings are {}", inside.join(", "))
}

/// The section of every setting, so each section comes once per setting.
fn sections() -> impl Iterator<Item = &'static str> {
    SETTINGS
        .iter()
        .filter_map(|(key, _)| key.split_once('.').map(|(section, _)| section))
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn quoted(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        let mut short: String = text.chars().take(QUOTED).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        return format!("{short:?}");
    }
    match value {
        Value::Num(_, number) => number
            .to_u128()
            .map(|x| x.to_string())
            .or_else(|| number.to_i128().map(|x| x.to_string()))
            .or_else(|| number.to_f64().map(|x| x.to_string()))
            .unwrap_or_default(),
        Value::Bool(_, truth) => truth.to_string(),
        Value::Array(..) => "a list".to_owned(),
        _ => "a group of settings".to_owned(),
    }
}
