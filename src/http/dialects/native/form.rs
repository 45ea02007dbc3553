//! The forms of a body; shown in the model's own terms to clients that sent another one.

use crate::{
    http::dialects::rows::{Rows, echo},
    input::{Column, ColumnType, Precision, Texts, Value as Given, Word},
    load::LoadedModel,
};
use serde_json::{Value, json};

/// A row of more columns than this is shown by its first ones.
const SHORT: usize = 8;
/// How many of them are shown.
const FIRST: usize = 3;

/// What a prediction route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Form {
    /// `{"features": …}`
    One,
    /// `[{"features": …}, …]`
    Many,
}

/// What a client of /predict should send instead.
#[expect(clippy::unnecessary_wraps, reason = "as all advice")]
pub(super) fn advise_one(rows: &Rows<'_>) -> Option<String> {
    let row = row(rows.served);
    Some(if rows.nested > 0 || starts_with_rows(rows.body) {
        format!(
            "/predict takes one row, {row}; /predict/batch takes many, [{{\"features\": …}}, …]"
        )
    } else {
        format!("send {row}")
    })
}

/// What a client of /predict/batch should send instead.
#[expect(clippy::unnecessary_wraps, reason = "as all advice")]
pub(super) fn advise_many(rows: &Rows<'_>) -> Option<String> {
    let row = row(rows.served);
    Some(if rows.place.row.is_some() {
        format!("send each row as {row}")
    } else {
        format!("send [{row}, …], or one row to /predict")
    })
}

/// Whether a body is an array of arrays or objects.
fn starts_with_rows(body: &[u8]) -> bool {
    let elements = body.trim_ascii_start().strip_prefix(b"[");
    let first = elements.and_then(|elements| elements.trim_ascii_start().first());
    matches!(first, Some(b'[' | b'{'))
}

/// `{"features": {"sepal_length": 5.1, …}}`
fn row(served: &LoadedModel) -> String {
    format!("{{\"features\": {}}}", features(served))
}

/// `{"sepal_length": 5.1, …}` with the values of the model's example; an array where columns have no names.
pub(in crate::http::dialects) fn features(served: &LoadedModel) -> String {
    let schema = served.model.schema();
    let shown = if schema.len() > SHORT { FIRST } else { SHORT };
    let cells = schema.columns.iter().zip(served.example_row()).take(shown);
    let texts = served.example.texts();
    let cells =
        cells.map(
            |(column, x)| match (schema.named, value(column, *x, texts, schema.precision)) {
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
        format!("{{{cells}}}")
    } else {
        format!("[{cells}]")
    }
}

/// `x` as a value that the column takes; the column's zero where the package's example holds a value that the column refuses.
pub(in crate::http) fn value(
    column: &Column,
    x: f64,
    texts: &Texts,
    precision: Precision,
) -> Value {
    if column.free {
        return json!(texts.get(x));
    }
    if column.kind.is_words() {
        return word(column, x);
    }
    let x = if column.by_hash { 0.0 } else { x };
    let given = match column.kind {
        _ if x.is_nan() => Given::Missing,
        ColumnType::Boolean => Given::Boolean(x != 0.0),
        _ => Given::Number(x),
    };
    let x = match column.accept(given, precision, &mut Texts::default()) {
        Ok(x) if !column.by_hash => x,
        _ => 0.0,
    };
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
