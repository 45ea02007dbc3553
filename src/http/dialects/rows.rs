//! Rows that are being read, and every mistake in them by row and column.

use super::syntax;
use crate::{
    http::problem::{Code, Failure, Item},
    input::{Batch, ColumnType, Refusal, Schema, Value},
    load::LoadedModel,
};
use serde_json::{Value as Json, json};

/// At most this many mistakes are listed.
const MAX_ERRORS: usize = 20;
/// Names are cut to this many characters before they are repeated.
const MAX_ECHO: usize = 64;
/// The end of a message about a value that a signature lets clients leave out, and the model does not.
const OPTIONAL: &str = ", although its signature calls the column optional";

/// Advice after a mistake of form, where there is any.
pub(super) type Advice = fn(&Rows<'_>) -> Option<String>;

/// Where in the body a value is: `row` is set in batches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) row: Option<usize>,
    pub(super) column: usize,
    pub(super) named: bool,
}

/// Rows read so far, and what was wrong with them.
pub(super) struct Rows<'m> {
    pub(super) served: &'m LoadedModel,
    pub(super) schema: &'m Schema,
    pub(super) body: &'m [u8],
    /// What a dialect tells a client to send instead, when the first mistake is one of form.
    advice: Advice,
    /// Whether columns that the model does not have are skipped, as MLflow does, and not refused.
    pub(super) skips_unknown: bool,
    /// All rows seen, good or bad.
    pub(super) batch: Batch,
    pub(super) place: Place,
    first: Option<(Code, String)>,
    errors: Vec<Item>,
    pub(super) too_many: bool,
    /// How many of the current row's values are arrays.
    pub(super) nested: usize,
}

impl<'m> Rows<'m> {
    /// Nothing of `body` read yet.
    pub(super) fn new(served: &'m LoadedModel, body: &'m [u8], advice: Advice) -> Self {
        let schema = served.model.schema();
        Self {
            served,
            schema,
            body,
            advice,
            skips_unknown: false,
            // A number and its comma take two bytes at least: no body makes this larger than a small multiple of itself.
            batch: Batch::new(schema.len(), schema.len().min(body.len())),
            place: Place::default(),
            first: None,
            errors: Vec::new(),
            too_many: false,
            nested: 0,
        }
    }

    /// Rows seen, good or bad.
    pub(super) fn count(&self) -> usize {
        self.batch.len()
    }

    /// What the mistakes found so far mean to the client.
    pub(super) fn failure(&mut self) -> Option<Failure> {
        let (code, detail) = self.first.take()?;
        Some(Failure::new(code, detail).at(std::mem::take(&mut self.errors)))
    }

    fn column_name(&self) -> Json {
        if self.place.named {
            json!(self.schema.columns[self.place.column].name)
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

    fn loc(&self, below: impl IntoIterator<Item = Json>) -> Vec<Json> {
        let row = self.place.row.map(|row| json!(row));
        [json!("body")]
            .into_iter()
            .chain(row)
            .chain(below)
            .collect()
    }

    fn record(&mut self, code: Code, prefix: &str, msg: String, loc: Vec<Json>) {
        if self.errors.len() < MAX_ERRORS {
            self.first
                .get_or_insert_with(|| (code, format!("{prefix}{msg}")));
            self.errors.push(Item { loc, msg });
        }
    }

    /// Something is wrong with a value of the current row and column.
    pub(super) fn wrong_value(&mut self, code: Code, msg: impl Into<String>) {
        let loc = self.loc([json!("features"), self.column_name()]);
        self.record(code, &self.prefix(true), msg.into(), loc);
    }

    /// Something is wrong with the current row or one of its fields.
    pub(super) fn wrong_row(
        &mut self,
        code: Code,
        msg: impl Into<String>,
        below: impl IntoIterator<Item = Json>,
    ) {
        let loc = self.loc(below);
        self.record(code, &self.prefix(false), msg.into(), loc);
    }

    pub(super) fn wrong_count(&mut self, got: usize) {
        let expected = self.schema.len();
        let plural = if expected == 1 { "" } else { "s" };
        let msg = format!("expected {expected} feature{plural}, got {got}");
        self.wrong_row(Code::WrongFeatureCount, msg, [json!("features")]);
    }

    /// What the JSON reader's own error means to the client.
    pub(super) fn syntax(&mut self, error: &serde_json::Error) -> Failure {
        if self.too_many {
            return Failure::new(
                Code::TooManyRows,
                format!(
                    "The batch has more than {} rows, which is this server's limit.",
                    self.count()
                ),
            );
        }
        let text = error.to_string();
        if text.starts_with("number out of range") {
            self.first = None;
            self.errors.clear();
            self.wrong_value(
                Code::OutOfRange,
                "the number is too large for a 64-bit float",
            );
            return self
                .failure()
                .unwrap_or_else(|| Failure::new(Code::OutOfRange, text));
        }
        Failure::new(Code::InvalidJson, syntax::explain(self.body, error))
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.first.is_none()
    }

    /// Tells with the first mistake what to send instead; `clean` is [`Rows::is_clean`] from before the mistakes that the advice is for.
    pub(super) fn advise(&mut self, clean: bool) {
        if clean
            && self.first.is_some()
            && let Some(advice) = (self.advice)(self)
            && let Some((_, detail)) = &mut self.first
        {
            detail.push_str("; ");
            detail.push_str(&advice);
        }
    }

    /// Writes the number at `place`, if its column takes it.
    #[inline]
    pub(super) fn number(&mut self, x: f64) {
        let column = &self.schema.columns[self.place.column];
        if column.takes_plainly(x, self.schema.precision) {
            self.batch.set(self.place.column, x);
        } else {
            self.accept(Value::Number(x));
        }
    }

    /// Whether the column at `place` takes 64-bit integers.
    pub(super) fn is_long(&self) -> bool {
        self.schema.columns[self.place.column].kind == ColumnType::Long
    }

    /// Writes the value at `place`, if its column takes it.
    pub(super) fn accept(&mut self, value: Value<'_>) {
        let (place, precision) = (self.place.column, self.schema.precision);
        let column = &self.schema.columns[place];
        let written = self.batch.accept(place, column, value, precision);
        if let Err(refusal) = written {
            self.refuse(&refusal);
        }
    }

    /// The number that the value at `place` is, if its column takes it: for values that do not come row by row.
    pub(super) fn take(&mut self, value: Value<'_>) -> Option<f64> {
        let column = &self.schema.columns[self.place.column];
        let taken = column.accept(value, self.schema.precision, self.batch.texts_mut());
        taken.map_err(|refusal| self.refuse(&refusal)).ok()
    }

    /// Writes the cell of a text file at `place`, if its column takes it.
    pub(super) fn accept_text(&mut self, cell: &str) {
        let (place, precision) = (self.place.column, self.schema.precision);
        let column = &self.schema.columns[place];
        let written = self.batch.accept_text(place, column, cell, precision);
        if let Err(refusal) = written {
            self.refuse(&refusal);
        }
    }

    /// The number that `value` is to the column at `place`; a missing one where the column does not take it.
    pub(super) fn taken(&mut self, value: Value<'_>) -> f64 {
        self.take(value).unwrap_or(f64::NAN)
    }

    /// The value at `place` is not even one that a column could take.
    pub(super) fn wrong_type(&mut self, got: &'static str) {
        let refusal = self.schema.columns[self.place.column].wrong_type(got);
        self.refuse(&refusal);
    }

    fn refuse(&mut self, refusal: &Refusal) {
        let code = match refusal {
            Refusal::Type { .. } => Code::InvalidType,
            Refusal::Missing => Code::MissingValue,
            Refusal::Unknown { .. } => Code::UnknownValue,
            Refusal::NotFinite | Refusal::OutOfRange { .. } => Code::OutOfRange,
        };
        let mut msg = refusal.to_string();
        if *refusal == Refusal::Missing && !self.schema.columns[self.place.column].required {
            msg.push_str(OPTIONAL);
        }
        self.wrong_value(code, msg);
    }

    /// A row by name lacks a column that it must have.
    pub(super) fn missing_column(&mut self, column: usize) {
        let column = &self.schema.columns[column];
        let name = json!(column.name);
        let mut msg = format!("the column {name} is missing");
        if !column.required {
            msg.push_str("; a missing value is one that this model cannot handle");
            msg.push_str(OPTIONAL);
        }
        self.wrong_row(Code::MissingColumn, msg, [json!("features"), name]);
    }

    /// Ends the row, whatever was wrong with it, so that the next one starts where it should.
    pub(super) fn end_row(&mut self) {
        self.batch.end_row();
    }
}

/// A name, cut where it is too long to repeat.
pub(super) fn echo(name: &str) -> String {
    if name.chars().nth(MAX_ECHO).is_none() {
        return name.to_owned();
    }
    name.chars().take(MAX_ECHO).chain(['…']).collect()
}
