//! Values as clients send them, and why a column does not take one.

use super::{Word, Words};
use std::fmt;

/// A message shows so many characters of a value, and so many words of a column.
const SHOWN: usize = 40;
const LISTED: usize = 20;
/// A value as a client sent it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`, or what a CSV file writes for it.
    Missing,
    Boolean(bool),
    Number(f64),
    Text(&'a str),
}

/// Why a column does not take a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The value is of another type than the column; both as messages name them.
    Type {
        expected: &'static str,
        got: &'static str,
    },
    /// The value is missing, and the model cannot handle that.
    Missing,
    /// Infinity or NaN written as a number.
    NotFinite,
    /// The number is beyond the type named.
    OutOfRange { range: &'static str },
    /// The model knows the values of the column, and this is none of them. `value` is cut, `known` is a list for people.
    Unknown { value: String, known: String },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type { expected, got } => write!(f, "expected {expected}, got {got}"),
            Self::Missing => f.write_str("null is a missing value, which this model cannot handle"),
            Self::NotFinite => f.write_str("the number is not finite"),
            Self::OutOfRange { range } => write!(f, "the number {range}"),
            Self::Unknown { value, known } => {
                write!(
                    f,
                    "{value} is not a value that the model knows; it knows {known}"
                )
            }
        }
    }
}

/// A refusal of a value that is none of the words.
pub(super) fn unknown(value: Value<'_>, words: &Words) -> Refusal {
    let value = match value {
        Value::Text(text) => format!("{:?}", cut(text)),
        Value::Number(x) => x.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Missing => "null".to_owned(),
    };
    let shown = |word: &Word| match word {
        Word::Text(text) => format!("{:?}", cut(text)),
        other => other.to_string(),
    };
    let listed: Vec<String> = words.taken().take(LISTED).map(shown).collect();
    let listed = listed.join(", ");
    let known = match words.taken().count().saturating_sub(LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    };
    Refusal::Unknown { value, known }
}

/// The beginning of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
