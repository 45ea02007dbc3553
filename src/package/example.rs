//! `input_example.json`: rows a model was logged with, in any of the forms that MLflow writes.
//!
//! Source: MLflow's `mlflow/models/utils.py` (`_Example`): a data frame split or by records, a list or a matrix, a
//! dictionary of columns, and any of these below the key of the scoring protocol.

use serde_json::{Map, Value, json};

use crate::{
    formats::{FormatError, corrupt},
    input::Schema,
};

/// More rows than any example has; the rest is not read.
const MAX_ROWS: usize = 1_000;

/// Reads an example into rows in the order of the signature. A missing value is NaN.
///
/// # Errors
/// `Corrupt` when it is not JSON of a known form, or does not fit the signature.
pub fn read(bytes: &[u8], signature: &Schema) -> Result<Vec<Vec<f64>>, FormatError> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| corrupt!("the input example is not JSON: {e}"))?;
    rows(&value, signature)
}

fn rows(value: &Value, signature: &Schema) -> Result<Vec<Vec<f64>>, FormatError> {
    match value {
        Value::Array(list) => records(list, signature),
        Value::Object(map) => object(map, signature),
        _ => Err(corrupt!(
            "the input example is neither a list nor an object"
        )),
    }
}

fn object(map: &Map<String, Value>, signature: &Schema) -> Result<Vec<Vec<f64>>, FormatError> {
    if let Some(Value::Array(data)) = map.get("data") {
        let Some(columns) = map.get("columns") else {
            return records(data, signature);
        };
        let order = order(columns, signature)?;
        return data
            .iter()
            .take(MAX_ROWS)
            .map(|row| pick(row, &order))
            .collect();
    }
    for key in [
        "dataframe_split",
        "dataframe_records",
        "inputs",
        "instances",
    ] {
        if let (Some(inner), 1) = (map.get(key), map.len()) {
            return rows(inner, signature);
        }
    }
    columns(map, signature)
}

/// For each feature, its place in the rows of the file.
fn order(columns: &Value, signature: &Schema) -> Result<Vec<usize>, FormatError> {
    let columns = columns
        .as_array()
        .ok_or_else(|| corrupt!("the input example's columns are not a list"))?;
    if columns.len() != signature.len() {
        return Err(corrupt!(
            "the input example has {} columns, the signature {}",
            columns.len(),
            signature.len()
        ));
    }
    let by_name = |name: &str| columns.iter().position(|c| c.as_str() == Some(name));
    let found: Option<Vec<usize>> = signature.columns.iter().map(|c| by_name(&c.name)).collect();
    match found {
        Some(order) => Ok(order),
        // An array saved as a frame has the columns 0, 1, …
        None if !signature.named || columns.iter().all(Value::is_number) => {
            Ok((0..columns.len()).collect())
        }
        None => Err(corrupt!(
            "the input example's columns are not those of the signature"
        )),
    }
}

fn pick(row: &Value, order: &[usize]) -> Result<Vec<f64>, FormatError> {
    let row = row
        .as_array()
        .filter(|row| row.len() == order.len())
        .ok_or_else(|| {
            corrupt!(
                "a row of the input example does not have {} values",
                order.len()
            )
        })?;
    order.iter().map(|&i| number(row.get(i))).collect()
}

/// A list of rows, of records, or one row.
fn records(list: &[Value], signature: &Schema) -> Result<Vec<Vec<f64>>, FormatError> {
    let positions: Vec<usize> = (0..signature.len()).collect();
    if list.iter().all(|v| !v.is_array() && !v.is_object()) && !list.is_empty() {
        return Ok(vec![pick(&Value::Array(list.to_vec()), &positions)?]);
    }
    let row = |value: &Value| match value {
        Value::Object(record) => {
            let named = |c: &crate::input::Column| number(record.get(&c.name));
            signature.columns.iter().map(named).collect()
        }
        other => pick(other, &positions),
    };
    list.iter().take(MAX_ROWS).map(row).collect()
}

/// `{"column": [values]}`, `{"column": value}`, or one unnamed tensor under its input's name.
fn columns(map: &Map<String, Value>, signature: &Schema) -> Result<Vec<Vec<f64>>, FormatError> {
    if let (Some(Value::Array(only)), 1, true) =
        (map.values().next(), map.len(), signature.len() > 1)
    {
        return records(only, signature);
    }
    let mut out: Vec<Vec<f64>> = Vec::new();
    for column in &signature.columns {
        let Some(values) = map.get(&column.name) else {
            return Err(corrupt!(
                "the input example has no column `{}`",
                column.name
            ));
        };
        let values = match values {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let count = values.len().min(MAX_ROWS);
        if out.is_empty() {
            out.resize(count, Vec::with_capacity(signature.len()));
        }
        if out.len() != count {
            return Err(corrupt!(
                "the columns of the input example differ in length"
            ));
        }
        for (row, value) in out.iter_mut().zip(values) {
            row.push(number(Some(value))?);
        }
    }
    Ok(out)
}

fn number(value: Option<&Value>) -> Result<f64, FormatError> {
    match value {
        Some(Value::Number(number)) => number
            .as_f64()
            .ok_or_else(|| corrupt!("the input example holds a number that is too large")),
        Some(Value::Bool(flag)) => Ok(f64::from(u8::from(*flag))),
        Some(Value::Null) => Ok(f64::NAN),
        // A column of an `[N, 1]` tensor.
        Some(Value::Array(one)) if one.len() == 1 => match one.first() {
            Some(Value::Array(_)) => Err(corrupt!("the input example is nested too deeply")),
            inner => number(inner),
        },
        Some(other) => Err(corrupt!("the input example holds {other}, not a number")),
        None => Err(corrupt!("a record of the input example lacks a column")),
    }
}

/// Writes rows in the split form of a data frame: `{"columns": [...], "data": [[...]]}`.
pub fn write(rows: &[Vec<f64>], signature: &Schema) -> String {
    let names: Vec<&str> = signature.columns.iter().map(|c| c.name.as_str()).collect();
    json!({"columns": names, "data": rows}).to_string()
}
