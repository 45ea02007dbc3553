//! `input_example.json`: rows a model was logged with, in any of the forms that MLflow writes.
//!
//! Source: MLflow's `mlflow/models/utils.py` (`_Example`): a data frame split or by records, a list or a matrix, a
//! dictionary of columns, and any of these below the key of the scoring protocol.

use serde_json::{Map, Value, json};

use crate::{
    formats::{FormatError, corrupt, without_bom},
    input::{self, Batch, Column, ColumnType, Schema, Texts},
};

/// More rows than any example has; the rest is not read.
pub const MAX_ROWS: usize = 1_000;

/// Reads an example into rows in the order of the schema, which should be the built model's: a value that a client may not send is no
/// example. A missing value is NaN.
///
/// # Errors
/// `Corrupt` when it is not JSON of a known form, has other columns than the schema, or holds a value that its column does not take.
pub fn read(bytes: &[u8], schema: &Schema) -> Result<Batch, FormatError> {
    let value: Value = serde_json::from_slice(without_bom(bytes))
        .map_err(|e| corrupt!("the input example is not JSON: {e}"))?;
    let mut rows = ExampleRows {
        schema,
        batch: Batch::new(schema.len(), 0),
    };
    rows.read(&value)?;
    Ok(rows.batch)
}

/// Writes rows in the split form of a data frame, `{"columns": [...], "data": [[...]]}`, or for a signature of one tensor as
/// `[[...]]`.
pub fn write(rows: &Batch, schema: &Schema) -> String {
    let cells = |row: &[f64]| -> Value {
        let cells = schema.columns.iter().zip(row);
        cells
            .map(|(column, x)| cell(column, *x, rows.texts()))
            .collect()
    };
    let data: Value = rows.rows().map(cells).collect();
    if schema.is_tensor() {
        return data.to_string();
    }
    let names = schema.columns.iter().enumerate().map(|(at, column)| {
        if schema.named {
            json!(column.name)
        } else {
            json!(at)
        }
    });
    json!({"columns": names.collect::<Value>(), "data": data}).to_string()
}

fn cell(column: &Column, x: f64, texts: &Texts) -> Value {
    match column.value(x, texts) {
        input::Value::Missing => Value::Null,
        input::Value::Boolean(flag) => json!(flag),
        input::Value::Text(text) => json!(text),
        input::Value::Number(x) => match column.kind {
            ColumnType::Integer | ColumnType::Long => json!(x as i64),
            _ => json!(x),
        },
    }
}

/// Rows that are being read.
struct ExampleRows<'a> {
    schema: &'a Schema,
    batch: Batch,
}

impl ExampleRows<'_> {
    fn read(&mut self, value: &Value) -> Result<(), FormatError> {
        match value {
            Value::Array(list) => self.records(list),
            Value::Object(map) => self.object(map),
            _ => Err(corrupt!(
                "the input example is neither a list nor an object"
            )),
        }
    }

    fn object(&mut self, map: &Map<String, Value>) -> Result<(), FormatError> {
        if let Some(Value::Array(data)) = map.get("data") {
            let Some(columns) = map.get("columns") else {
                return self.records(data);
            };
            let (order, width) = self.order(columns)?;
            return data
                .iter()
                .take(MAX_ROWS)
                .try_for_each(|row| self.list(row, &order, width));
        }
        for key in [
            "dataframe_split",
            "dataframe_records",
            "inputs",
            "instances",
        ] {
            if let (Some(inner), 1) = (map.get(key), map.len()) {
                return self.read(inner);
            }
        }
        self.columns(map)
    }

    /// For each column of the schema its place in the rows of the file, and how many values these rows have.
    fn order(&self, columns: &Value) -> Result<(Vec<Option<usize>>, usize), FormatError> {
        let columns = columns
            .as_array()
            .ok_or_else(|| corrupt!("the input example's columns are not a list"))?;
        let width = columns.len();
        // An array saved as a frame has the columns 0, 1, …
        let unnamed = !self.schema.named || columns.iter().all(Value::is_number);
        let place = |c: &Column| columns.iter().position(|name| name == c.name.as_str());
        let by_name: Vec<_> = self.schema.columns.iter().map(place).collect();
        let found = by_name.iter().flatten().count();
        let complete = (self.schema.columns.iter().zip(&by_name))
            .all(|(column, place)| place.is_some() || !column.required);
        if complete && found == width {
            return Ok((by_name, width));
        }
        if width != self.schema.len() {
            return Err(corrupt!(
                "the input example has {width} columns, the signature {}",
                self.schema.len()
            ));
        }
        if unnamed {
            return Ok(((0..width).map(Some).collect(), width));
        }
        Err(corrupt!(
            "the input example's columns are not those of the signature"
        ))
    }

    /// A list of rows, of records, or one row.
    fn records(&mut self, list: &[Value]) -> Result<(), FormatError> {
        let width = self.schema.len();
        let order: Vec<_> = (0..width).map(Some).collect();
        if list.iter().all(|v| !v.is_array() && !v.is_object()) && !list.is_empty() {
            return self.list(&Value::Array(list.to_vec()), &order, width);
        }
        list.iter()
            .take(MAX_ROWS)
            .try_for_each(|value| match value {
                Value::Object(record) => self.row(|_, column| record.get(&column.name)),
                other => self.list(other, &order, width),
            })
    }

    /// A row of `width` values, of which `order` names the place for each column.
    fn list(
        &mut self,
        row: &Value,
        order: &[Option<usize>],
        width: usize,
    ) -> Result<(), FormatError> {
        let row = row
            .as_array()
            .filter(|row| row.len() == width)
            .ok_or_else(|| corrupt!("a row of the input example does not have {width} values"))?;
        self.row(|i, _| row.get(*order.get(i)?.as_ref()?))
    }

    /// `{"column": [values]}`, `{"column": value}`, or one unnamed tensor under its input's name.
    fn columns(&mut self, map: &Map<String, Value>) -> Result<(), FormatError> {
        let mut entries = map.iter();
        if let (Some((key, Value::Array(only))), None) = (entries.next(), entries.next())
            && !(self.schema.named && self.schema.columns.iter().any(|c| c.name == *key))
            && self.schema.len() > 1
        {
            return self.records(only);
        }
        let columns: Vec<Option<&[Value]>> = (self.schema.columns.iter())
            .map(|column| map.get(&column.name).map(column_values))
            .collect();
        let mut lengths = columns.iter().flatten().map(|values| values.len());
        let length = lengths.next().unwrap_or(0);
        if lengths.any(|other| other != length) {
            return Err(corrupt!(
                "the columns of the input example differ in length"
            ));
        }
        // A required column that is not there is missing in the first row already.
        (0..length.clamp(1, MAX_ROWS))
            .try_for_each(|row| self.row(|i, _| columns.get(i).copied().flatten()?.get(row)))
    }

    /// One row: for each column, by its place and itself, what the file says.
    fn row<'v>(
        &mut self,
        mut cell: impl FnMut(usize, &Column) -> Option<&'v Value>,
    ) -> Result<(), FormatError> {
        let row = self.batch.len();
        for (i, column) in self.schema.columns.iter().enumerate() {
            let name = &column.name;
            let value = match cell(i, column) {
                Some(value) => value,
                None if !column.required => &Value::Null,
                None => {
                    return Err(corrupt!(
                        "row {row} of the input example lacks the column `{name}`"
                    ));
                }
            };
            let precision = self.schema.precision;
            let written = self.batch.accept(i, column, scalar(value)?, precision);
            written.map_err(|refusal| {
                corrupt!("row {row} of the input example, column `{name}`: {refusal}")
            })?;
        }
        self.batch.end_row();
        Ok(())
    }
}

/// A column's values: a list, or one.
fn column_values(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}

/// A value as a client would send it.
fn scalar(value: &Value) -> Result<input::Value<'_>, FormatError> {
    Ok(match value {
        Value::Number(number) => input::Value::Number(
            number
                .as_f64()
                .ok_or_else(|| corrupt!("the input example holds a number that is too large"))?,
        ),
        Value::Bool(flag) => input::Value::Boolean(*flag),
        Value::Null => input::Value::Missing,
        Value::String(text) => input::Value::Text(text),
        // A column of an `[N, 1]` tensor.
        Value::Array(list) => match list.as_slice() {
            [Value::Array(_)] => {
                return Err(corrupt!("the input example is nested too deeply"));
            }
            [one] => scalar(one)?,
            _ => return Err(corrupt!("the input example holds a list, not a value")),
        },
        Value::Object(_) => return Err(corrupt!("the input example holds an object, not a value")),
    })
}
