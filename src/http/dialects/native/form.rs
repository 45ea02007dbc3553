//! The forms of a body; shown in the model's own terms to clients that sent another one.

use crate::{
    input::{Column, ColumnType, Precision, Value as Given, Word},
    load::LoadedModel,
};
use serde_json::{Value, json};

/// A row of more columns than this is shown by its first ones.
const SHORT: usize = 8;
/// How many of them are shown.
const FIRST: usize = 3;
/// Names are cut to this many characters before they are repeated.
const MAX_ECHO: usize = 64;

/// What a prediction route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Form {
    /// `{"features": …}`
    One,
    /// `[{"features": …}, …]`
    Many,
}

/// What a client should send instead.
#[derive(Clone, Copy, Debug)]
pub(super) enum Advice {
    /// To /predict: one row.
    OneRow,
    /// To /predict, which was sent many rows.
    ManyRows,
    /// To /predict/batch, where a row is wrong.
    EachRow,
    /// To /predict/batch, which was sent no array.
    Rows,
}

impl Advice {
    pub(super) fn text(self, served: &LoadedModel) -> String {
        let row = row(served);
        match self {
            Self::OneRow => format!("send {row}"),
            Self::ManyRows => format!(
                "/predict takes one row, {row}; /predict/batch takes many, [{{\"features\": …}}, …]"
            ),
            Self::EachRow => format!("send each row as {row}"),
            Self::Rows => format!("send [{row}, …], or one row to /predict"),
        }
    }
}

/// `{"features": {"sepal_length": 5.1, …}}` with the values of the model's example; an array where columns have no names.
fn row(served: &LoadedModel) -> String {
    let schema = served.model.schema();
    let shown = if schema.len() > SHORT { FIRST } else { SHORT };
    let cells = schema.columns.iter().zip(&served.example).take(shown);
    let cells =
        cells.map(
            |(column, x)| match (schema.named, value(column, *x, schema.precision)) {
                (true, value) => format!("{}: {value}", json!(echo(&column.name))),
                (false, value) => value.to_string(),
            },
        );
    let mut cells: Vec<_> = cells.collect();
    if schema.len() > shown {
        cells.push("…".to_owned());
    }
    let cells = cells.join(", ");
    if schema.named {
        format!("{{\"features\": {{{cells}}}}}")
    } else {
        format!("{{\"features\": [{cells}]}}")
    }
}

/// `x` as a value that the column takes; the column's zero where the package's example holds a value that the column refuses.
pub(in crate::http) fn value(column: &Column, x: f64, precision: Precision) -> Value {
    if column.kind.is_words() {
        return word(column, x);
    }
    let given = match column.kind {
        _ if x.is_nan() => Given::Missing,
        ColumnType::Boolean => Given::Boolean(x != 0.0),
        _ => Given::Number(x),
    };
    let x = column.accept(given, precision).unwrap_or_default();
    match column.kind {
        _ if x.is_nan() => Value::Null,
        ColumnType::Boolean => json!(x != 0.0),
        ColumnType::Integer | ColumnType::Long => json!(x as i64),
        // The shortest digits that the model reads as the same number.
        ColumnType::Float | ColumnType::Double if precision == Precision::F32 => (x as f32)
            .to_string()
            .parse()
            .map_or(json!(x), |x: f64| json!(x)),
        _ => json!(x),
    }
}

/// The word at place `x`, or the column's first one. Nothing reads a column without words.
fn word(column: &Column, x: f64) -> Value {
    let known = column.words.as_ref().filter(|_| !x.is_nan());
    let word = known.and_then(|words| words.get(x as usize).or_else(|| words.get(0)));
    match word {
        Some(Word::Text(text)) => json!(text),
        Some(Word::Number(number)) => json!(number),
        Some(Word::Boolean(flag)) => json!(flag),
        None if column.nullable => Value::Null,
        None => json!(""),
    }
}

/// A name, cut where it is too long to repeat.
pub(super) fn echo(name: &str) -> String {
    if name.chars().nth(MAX_ECHO).is_none() {
        return name.to_owned();
    }
    name.chars().take(MAX_ECHO).chain(['…']).collect()
}
