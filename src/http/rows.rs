//! JSON rows to one contiguous matrix, every mistake named by row and column.
//!
//! The body is read once, straight into the matrix. A wrong value does not stop the reading: the rest is still checked, so that a
//! client sees all mistakes at once, and a body that is not JSON is told so whatever else is wrong with it.

mod seeds;

use super::problem::{Code, Failure, Item};
use crate::model::{ColumnType, Model, Precision, Signature};
use seeds::{BatchSeed, RowSeed};
use serde::de::DeserializeSeed;
use serde_json::{Value, json};
use std::collections::HashMap;

/// At most this many mistakes are listed.
const MAX_ERRORS: usize = 20;

/// What rows must look like, worked out once per model.
#[derive(Debug)]
pub(super) struct RowFormat {
    signature: Signature,
    index: HashMap<String, usize>,
    single: bool,
    handles_missing: bool,
}

/// Where in the body a value is: `row` is set in batches.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    row: Option<usize>,
    column: usize,
    named: bool,
}

/// Rows read so far, and what was wrong with them.
#[derive(Debug)]
pub(super) struct Rows<'f> {
    format: &'f RowFormat,
    /// `signature.len()` numbers per row, row after row.
    pub(super) values: Vec<f64>,
    /// Rows seen, good or bad.
    pub(super) count: usize,
    place: Place,
    first: Option<(Code, String)>,
    errors: Vec<Item>,
    too_many: bool,
}

impl RowFormat {
    pub(super) fn new(model: &Model) -> Self {
        let signature = model.signature().clone();
        let index = signature
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| (column.name.clone(), i))
            .collect();
        Self {
            signature,
            index,
            single: model.input_precision() == Precision::F32,
            handles_missing: model.handles_missing(),
        }
    }

    /// Features per row.
    pub(super) fn width(&self) -> usize {
        self.signature.len()
    }

    /// Reads `{"features": …}`.
    pub(super) fn parse_one(&self, body: &[u8]) -> (Rows<'_>, Option<Failure>) {
        self.parse(body, |rows, json| RowSeed(rows).deserialize(json))
    }

    /// Reads `[{"features": …}, …]` of at most `max_rows`.
    pub(super) fn parse_batch(&self, body: &[u8], max_rows: usize) -> (Rows<'_>, Option<Failure>) {
        self.parse(body, |rows, json| {
            BatchSeed { rows, max_rows }.deserialize(json)
        })
    }

    fn parse<'f>(
        &'f self,
        body: &[u8],
        read: impl FnOnce(
            &mut Rows<'f>,
            &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>,
        ) -> serde_json::Result<()>,
    ) -> (Rows<'f>, Option<Failure>) {
        // A number and its comma take two bytes at least: no body makes this larger than a small multiple of itself.
        let values = Vec::with_capacity(self.width().min(body.len()));
        let mut rows = Rows {
            format: self,
            values,
            count: 0,
            place: Place::default(),
            first: None,
            errors: Vec::new(),
            too_many: false,
        };
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = read(&mut rows, &mut json).and_then(|()| json.end());
        let failure = match read {
            Err(error) => Some(rows.syntax(&error)),
            Ok(()) => rows.first.take().map(|(code, detail)| {
                Failure::new(code, detail).at(std::mem::take(&mut rows.errors))
            }),
        };
        (rows, failure)
    }
}

impl Rows<'_> {
    fn column_name(&self) -> Value {
        if self.place.named {
            json!(self.format.signature.columns[self.place.column].name)
        } else {
            json!(self.place.column)
        }
    }

    /// `row 2, column "petal_width": ` or as much of it as there is to say.
    fn prefix(&self, with_column: bool) -> String {
        let row = self.place.row.map(|row| format!("row {row}"));
        let column = with_column.then(|| format!("column {}", self.column_name()));
        let place: Vec<_> = row.into_iter().chain(column).collect();
        if place.is_empty() {
            String::new()
        } else {
            format!("{}: ", place.join(", "))
        }
    }

    fn loc(&self, below: impl IntoIterator<Item = Value>) -> Vec<Value> {
        let row = self.place.row.map(|row| json!(row));
        [json!("body")]
            .into_iter()
            .chain(row)
            .chain(below)
            .collect()
    }

    fn record(&mut self, code: Code, prefix: &str, msg: String, loc: Vec<Value>) {
        if self.errors.len() < MAX_ERRORS {
            self.first
                .get_or_insert_with(|| (code, format!("{prefix}{msg}")));
            self.errors.push(Item { loc, msg });
        }
    }

    /// Something is wrong with a value of the current row and column.
    fn wrong_value(&mut self, code: Code, msg: impl Into<String>) {
        let loc = self.loc([json!("features"), self.column_name()]);
        self.record(code, &self.prefix(true), msg.into(), loc);
    }

    /// Something is wrong with the current row or one of its fields.
    fn wrong_row(
        &mut self,
        code: Code,
        msg: impl Into<String>,
        below: impl IntoIterator<Item = Value>,
    ) {
        let loc = self.loc(below);
        self.record(code, &self.prefix(false), msg.into(), loc);
    }

    fn wrong_count(&mut self, got: usize) {
        let expected = self.format.width();
        let plural = if expected == 1 { "" } else { "s" };
        let msg = format!("expected {expected} feature{plural}, got {got}");
        self.wrong_row(Code::WrongFeatureCount, msg, [json!("features")]);
    }

    /// What the JSON reader's own error means to the client.
    fn syntax(&mut self, error: &serde_json::Error) -> Failure {
        if self.too_many {
            return Failure::new(
                Code::TooManyRows,
                format!(
                    "The batch has more than {} rows, which is this server's limit.",
                    self.count
                ),
            );
        }
        let text = error.to_string();
        if error.line() == 1 && error.column() == 0 {
            return Failure::new(Code::InvalidJson, "The body is empty; send JSON.");
        }
        if text.starts_with("number out of range") {
            self.first = None;
            self.errors.clear();
            self.wrong_value(
                Code::OutOfRange,
                "the number is too large for a 64-bit float",
            );
            let (code, detail) = self.first.take().unwrap_or((Code::OutOfRange, text));
            return Failure::new(code, detail).at(std::mem::take(&mut self.errors));
        }
        Failure::new(
            Code::InvalidJson,
            format!("The body is not valid JSON: {text}"),
        )
    }

    fn push(&mut self, x: f64) {
        let column = &self.format.signature.columns[self.place.column];
        match column.kind {
            ColumnType::Boolean => return self.wrong_type("a number"),
            ColumnType::Integer | ColumnType::Long if x.fract() != 0.0 => {
                return self.wrong_value(
                    Code::InvalidType,
                    "expected an integer, got a number with a fraction",
                );
            }
            ColumnType::Integer if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&x) => {
                return self
                    .wrong_value(Code::OutOfRange, "the number does not fit a 32-bit integer");
            }
            _ => {}
        }
        if self.format.single && (x as f32).is_infinite() {
            return self.wrong_value(
                Code::OutOfRange,
                "the number is out of range for a 32-bit float (±3.4e38)",
            );
        }
        self.set(x);
    }

    fn wrong_type(&mut self, got: &str) {
        let expected = match self.format.signature.columns[self.place.column].kind {
            ColumnType::Boolean => "true or false",
            ColumnType::Integer | ColumnType::Long => "an integer",
            ColumnType::Float | ColumnType::Double => "a number",
        };
        self.wrong_value(Code::InvalidType, format!("expected {expected}, got {got}"));
    }

    fn set(&mut self, x: f64) {
        let at = self.count * self.format.width() + self.place.column;
        if let Some(slot) = self.values.get_mut(at) {
            *slot = x;
        } else {
            self.values.push(x);
        }
    }

    /// Makes the row whole, whatever was wrong with it, so that the next one starts where it should.
    fn end_row(&mut self) {
        self.count += 1;
        self.values.resize(self.count * self.format.width(), 0.0);
    }
}
