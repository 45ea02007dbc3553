//! A model and the files that lie beside it: what comes before it, the words of its classes, its columns, and its threshold.

use serde_json::Value;

use super::{
    Beside, Format, FormatError, ModelFile, Named, Parsed, Told, Words, decide_from, in_file,
    rename, sklearn, unsupported, without_bom,
};
use crate::model::Labels;

/// A threshold, or the file that holds it.
#[derive(Clone, Copy, Debug)]
pub enum Threshold<'a> {
    Is(f64),
    In(Beside<'a>),
}

impl Threshold<'_> {
    /// The number.
    ///
    /// # Errors
    /// `Corrupt` or `Unsupported` as the file is.
    pub fn number(&self) -> Result<f64, FormatError> {
        match self {
            Self::Is(threshold) => Ok(*threshold),
            Self::In(file) => number(file.bytes).map_err(in_file(file.name)),
        }
    }
}

/// The files beside a model, by what they do.
#[derive(Clone, Debug, Default)]
pub struct Companions<'a> {
    /// Transformers and encoders, in the order in which rows go through them. A `LabelEncoder` or `LabelBinarizer` among them holds the words of the classes.
    pub before: Vec<Beside<'a>>,
    /// The words of the classes 0 to k-1.
    pub labels: Option<Beside<'a>>,
    /// Names of the columns, in their order. Where there are several lists, they must agree.
    pub columns: Vec<Beside<'a>>,
    /// For two classes the probability from which the second one is the answer.
    pub threshold: Option<Threshold<'a>>,
}

impl Companions<'_> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty()
            && self.labels.is_none()
            && self.columns.is_empty()
            && self.threshold.is_none()
    }
}

/// Reads a model with its companions. `name` is what messages call the file.
pub(super) fn read(
    format: &Format,
    file: &ModelFile<'_>,
    name: &str,
    companions: &Companions<'_>,
) -> Result<Parsed, FormatError> {
    let columns = companions.columns.iter().map(|file| {
        let names = names(file.bytes).map_err(in_file(file.name))?;
        let from = file.name.to_owned();
        Ok(Named { from, names })
    });
    let columns: Vec<Named> = columns.collect::<Result<_, FormatError>>()?;
    let mut parsed = sklearn::before(&companions.before, columns, name, file.columns, |before| {
        (format.behind)(file, before)
    })?;
    if let Some(file) = &companions.labels {
        let words = words(file).map_err(in_file(file.name))?;
        let note = rename(&mut parsed.ir, &words)?;
        parsed.notes.push(note);
    }
    if let Some(threshold) = &companions.threshold {
        let from = match threshold {
            Threshold::Is(_) => "the package",
            Threshold::In(file) => file.name,
        };
        let threshold = threshold.number()?;
        let note = decide_from(&mut parsed.ir, threshold, from)?;
        parsed.notes.push(note);
        parsed.parts.push(format!("threshold {threshold}"));
    }
    Ok(parsed)
}

/// The JSON in a file, if it is JSON: no pickle and no archive begins like it.
fn json(bytes: &[u8]) -> Option<Value> {
    let bytes = without_bom(bytes);
    matches!(bytes.trim_ascii_start(), [b'[' | b'{' | b'0'..=b'9', ..])
        .then(|| serde_json::from_slice(bytes).ok())
        .flatten()
}

/// What a JSON object holds under the only key of it that is one of `keys`.
fn inner<'v>(value: &'v Value, keys: &[&str]) -> &'v Value {
    let found = |map: &'v serde_json::Map<String, Value>| keys.iter().find_map(|key| map.get(*key));
    value.as_object().and_then(found).unwrap_or(value)
}

fn names(bytes: &[u8]) -> Result<Vec<String>, FormatError> {
    let Some(value) = json(bytes) else {
        return sklearn::names(bytes);
    };
    let keys = ["columns", "feature_names", "feature_columns", "features"];
    let list = inner(&value, &keys).as_array();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let names = list.and_then(|list| list.iter().map(text).collect());
    names.ok_or_else(|| unsupported!("it holds no JSON list of the names of columns"))
}

fn words(file: &Beside<'_>) -> Result<Words, FormatError> {
    let from = file.name.to_owned();
    match json(file.bytes) {
        Some(value) => Ok(Words {
            from,
            labels: labels(&value)?,
            told: Told::Numbers,
        }),
        None => sklearn::words(file.bytes, from),
    }
}

fn labels(value: &Value) -> Result<Labels, FormatError> {
    let value = inner(value, &["classes", "class_names", "labels"]);
    let words: Option<Vec<&Value>> = match value {
        Value::Array(list) => Some(list.iter().collect()),
        Value::Object(map) => by_number(map),
        _ => None,
    };
    let words = words.unwrap_or_default();
    let texts: Option<Vec<String>> = words
        .iter()
        .map(|word| word.as_str().map(str::to_owned))
        .collect();
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.as_i64()).collect();
    match (texts, numbers) {
        (Some(texts), _) if !texts.is_empty() => Ok(Labels::Strings(texts)),
        (_, Some(numbers)) if !numbers.is_empty() => Ok(Labels::Integers(numbers)),
        _ => Err(unsupported!(
            "it holds no JSON list of the words of classes, and no object such as {{\"0\": \"no\", \"1\": \"yes\"}}"
        )),
    }
}

/// The words of `{"0": "no", "1": "yes"}`, in the order of their numbers.
fn by_number(map: &serde_json::Map<String, Value>) -> Option<Vec<&Value>> {
    (0..map.len())
        .map(|place| map.get(&place.to_string()))
        .collect()
}

fn number(bytes: &[u8]) -> Result<f64, FormatError> {
    match json(bytes) {
        Some(value) => {
            let keys = ["threshold", "best_threshold", "optimal_threshold"];
            let number = inner(&value, &keys).as_f64();
            number.ok_or_else(|| unsupported!("it holds no JSON number"))
        }
        None => sklearn::number(bytes),
    }
}
