//! The values of tensors on their way into the matrix: in the order of the tensor, by the rules of the column that each belongs to.

use super::{
    broken,
    datatype::{Datatype, is_truth},
    plan::{self, Plan},
    tensor::{Strings, Tensor},
};
use crate::{
    http::{
        dialects::rows::{Place, Rows},
        problem::{Code, Failure},
    },
    input::{Batch, ColumnType, Precision, Value},
    load::LoadedModel,
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A matrix that tensors are written into.
pub(in crate::http::dialects) struct Fill<'m> {
    rows: Rows<'m>,
    plan: Plan,
    values: Vec<f64>,
    width: usize,
    precision: Precision,
    tensor: At,
}

/// Where in which tensor the next value belongs.
#[derive(Clone, Copy)]
struct At {
    datatype: Datatype,
    strings: Strings,
    /// Whether the tensor is the whole matrix.
    matrix: bool,
    row: usize,
    column: usize,
    /// Values that have come, and values that the shape has.
    come: usize,
    values: usize,
}

impl<'m> Fill<'m> {
    /// Reads what the tensors claim. `most_values` is what the body has room for at most.
    pub(in crate::http::dialects) fn new(
        served: &'m LoadedModel,
        body: &'m [u8],
        tensors: &[Tensor],
        max_rows: usize,
        most_values: usize,
    ) -> Result<Self, Failure> {
        let mut rows = Rows::new(served, body, |_| None);
        let plan = plan::plan(tensors, &mut rows, max_rows, most_values)?;
        let (width, precision) = (rows.schema.len(), rows.schema.precision);
        rows.place.named = rows.schema.named;
        Ok(Self {
            values: vec![f64::NAN; plan.rows * width],
            rows,
            plan,
            width,
            precision,
            tensor: At {
                datatype: Datatype::Bytes,
                strings: Strings::Plain,
                matrix: true,
                row: 0,
                column: 0,
                come: 0,
                values: 0,
            },
        })
    }

    /// Begins with tensor `i` of those that the plan was made for.
    pub(in crate::http::dialects) fn begin(&mut self, i: usize, tensor: &Tensor) {
        let column = self.plan.columns[i];
        self.tensor = At {
            datatype: tensor.datatype,
            strings: tensor.strings,
            matrix: column.is_none(),
            row: 0,
            column: column.unwrap_or(0),
            come: 0,
            values: tensor.values,
        };
    }

    /// Ends the tensor.
    ///
    /// # Errors
    /// If not as many values have come as its shape has.
    pub(in crate::http::dialects) fn end(&self, tensor: &Tensor) -> Result<(), Failure> {
        let come = self.tensor.come;
        if come == tensor.values {
            return Ok(());
        }
        let (shape, values) = (&tensor.shape, tensor.values);
        let what = format!("its shape {shape:?} has {values} values, its data has {come}");
        Err(broken(&tensor.name, what).of_rows(self.plan.rows))
    }

    /// The matrix, if every value was right.
    pub(in crate::http::dialects) fn finish(mut self) -> Result<Batch, Failure> {
        let rows = self.plan.rows;
        if let Some(failure) = self.rows.failure() {
            return Err(failure.of_rows(rows));
        }
        let texts = std::mem::take(self.rows.batch.texts_mut());
        let batch = Batch::from_values(self.values, self.width);
        Ok(batch.map_err(Failure::internal)?.with_texts(texts))
    }

    /// What the JSON reader's own error means to the client.
    pub(in crate::http::dialects) fn syntax(&mut self, error: &serde_json::Error) -> Failure {
        let At { row, column, .. } = self.tensor;
        self.put_place(row.min(self.plan.rows), column);
        self.rows.syntax(error)
    }

    /// A number that the tensor's datatype has.
    #[inline]
    pub(in crate::http::dialects) fn number(&mut self, x: f64) {
        let Some((row, column)) = self.next() else {
            return;
        };
        if self.rows.schema.columns[column].takes_plainly(x, self.precision) {
            self.values[row * self.width + column] = x;
        } else {
            self.put_number(row, column, x);
        }
    }

    /// A number that a client wrote in digits, and that may not be of the tensor's datatype.
    pub(in crate::http::dialects) fn digits(&mut self, x: f64) {
        match self.tensor.datatype.hold(x) {
            Ok(x) => self.number(x),
            Err(instead) => self.wrong(instead),
        }
    }

    pub(in crate::http::dialects) fn boolean(&mut self, x: bool) {
        let column = self.rows.schema.columns.get(self.tensor.column);
        let wanted = column.is_some_and(|column| column.kind == ColumnType::Boolean);
        match self.tensor.datatype {
            Datatype::Bool | Datatype::Bytes => self.value(Value::Boolean(x)),
            _ if wanted => self.value(Value::Boolean(x)),
            _ => self.wrong("a boolean"),
        }
    }

    pub(in crate::http::dialects) fn missing(&mut self) {
        self.value(Value::Missing);
    }

    /// A string of a tensor of strings.
    pub(in crate::http::dialects) fn text(&mut self, text: &str) {
        if self.tensor.datatype != Datatype::Bytes {
            return self.wrong("a string");
        }
        match self.tensor.strings {
            Strings::Plain => self.value(Value::Text(text)),
            Strings::Base64 => match STANDARD.decode(text).map(String::from_utf8) {
                Ok(Ok(text)) => self.value(Value::Text(&text)),
                Ok(Err(_)) => self.wrong("bytes in base64 that are no UTF-8"),
                Err(_) => self.wrong("a string that is no base64"),
            },
            // Not even read: it would take many times its own memory.
            Strings::Json if text.trim_start().starts_with(['[', '{']) => {
                self.wrong("a JSON array or object");
            }
            Strings::Json => match serde_json::from_str(text) {
                Ok(serde_json::Value::Null) => self.missing(),
                Ok(serde_json::Value::Bool(x)) => self.value(Value::Boolean(x)),
                Ok(serde_json::Value::Number(x)) => {
                    self.value(Value::Number(x.as_f64().unwrap_or(f64::NAN)));
                }
                Ok(serde_json::Value::String(text)) => self.value(Value::Text(&text)),
                Ok(_) | Err(_) => self.wrong("a string that is no JSON"),
            },
        }
    }

    /// Bytes of a tensor of strings.
    pub(in crate::http::dialects) fn bytes(&mut self, bytes: &[u8]) {
        match str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            Err(_) => self.wrong("bytes that are no UTF-8"),
        }
    }

    /// A value that the tensor's datatype does not have.
    pub(in crate::http::dialects) fn wrong(&mut self, got: &str) {
        let Some((row, column)) = self.next() else {
            return;
        };
        self.put_place(row, column);
        let expected = match self.tensor.datatype {
            Datatype::Bytes => "a string",
            other => other.name(),
        };
        let msg = format!("expected {expected}, got {got}");
        self.rows.wrong_value(Code::InvalidType, msg);
    }

    /// Where the next value belongs; nowhere if there are more than the shape has.
    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        let at = &mut self.tensor;
        at.come += 1;
        if at.come > at.values {
            return None;
        }
        let place = (at.row, at.column);
        if at.matrix {
            at.column += 1;
            if at.column == self.width {
                (at.row, at.column) = (at.row + 1, 0);
            }
        } else {
            at.row += 1;
        }
        Some(place)
    }

    fn value(&mut self, value: Value<'_>) {
        let Some((row, column)) = self.next() else {
            return;
        };
        self.put(row, column, value);
    }

    /// A number that its column does not take plainly.
    fn put_number(&mut self, row: usize, column: usize, x: f64) {
        let of = &self.rows.schema.columns[column];
        if x.is_nan() && !of.nullable {
            self.put_place(row, column);
            let msg = "NaN is a missing value, which this model cannot handle";
            return self.rows.wrong_value(Code::MissingValue, msg);
        }
        let value = match of.kind {
            _ if x.is_nan() => Value::Missing,
            // A matrix of numbers has no other way to say it.
            ColumnType::Boolean if is_truth(x) => Value::Boolean(x > 0.0),
            _ => Value::Number(x),
        };
        self.put(row, column, value);
    }

    fn put(&mut self, row: usize, column: usize, value: Value<'_>) {
        self.put_place(row, column);
        self.values[row * self.width + column] = self.rows.taken(value);
    }

    fn put_place(&mut self, row: usize, column: usize) {
        self.rows.place = Place {
            row: Some(row),
            column,
            named: self.rows.schema.named,
        };
    }
}
