//! The signature: a JSON text inside the YAML, of named columns or of a tensor.
//!
//! Source: MLflow's `mlflow/types/schema.py`, `ColSpec` and `TensorSpec`.

use serde::{Deserialize, Deserializer};

use crate::{
    formats::{FormatError, corrupt, unsupported},
    input::{Column, ColumnType, Schema},
};

/// The most columns that a tensor signature may claim; more are refused before any is made.
const MAX_COLUMNS: i64 = 65_536;

/// One element of `signature.inputs`: a column or a tensor.
#[derive(Deserialize)]
struct Spec {
    r#type: String,
    /// A number where a data frame without names was logged.
    #[serde(default, deserialize_with = "name")]
    name: Option<String>,
    required: Option<bool>,
    /// The opposite of `required`, as MLflow 2.0 to 2.5 wrote it.
    optional: Option<bool>,
    #[serde(rename = "tensor-spec")]
    tensor: Option<TensorSpec>,
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Name {
        Text(String),
        Number(i64),
    }
    Ok(match Option::<Name>::deserialize(from)? {
        Some(Name::Text(text)) => Some(text),
        Some(Name::Number(number)) => Some(number.to_string()),
        None => None,
    })
}

#[derive(Deserialize)]
struct TensorSpec {
    dtype: String,
    shape: Vec<i64>,
}

/// Reads the signature; `None` when a tensor leaves its width open.
pub(super) fn read(json: &str) -> Result<Option<Schema>, FormatError> {
    let specs: Vec<Spec> = serde_json::from_str(json)
        .map_err(|e| corrupt!("MLmodel: signature.inputs is not what MLflow writes: {e}"))?;
    if specs.is_empty() {
        return Ok(None);
    }
    if let [
        Spec {
            tensor: Some(tensor),
            ..
        },
    ] = specs.as_slice()
    {
        return whole(tensor);
    }
    let named = specs.iter().all(|spec| spec.name.is_some());
    let mut columns = Vec::with_capacity(specs.len());
    for (at, spec) in specs.into_iter().enumerate() {
        let kind = column_type(&spec, at)?;
        let may_miss = spec.optional == Some(true) || spec.required == Some(false);
        let name = spec
            .name
            .filter(|_| named)
            .unwrap_or_else(|| format!("x{at}"));
        let mut column = Column::new(name, kind);
        column.required = !may_miss;
        columns.push(column);
    }
    let mut sorted: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    sorted.sort_unstable();
    if let Some([name, _]) = sorted.array_windows().find(|[a, b]| a == b) {
        return Err(corrupt!("MLmodel: the signature has two columns `{name}`"));
    }
    Ok(Some(Schema::new(columns, named)))
}

fn column_type(spec: &Spec, i: usize) -> Result<ColumnType, FormatError> {
    let column = spec.name.clone().unwrap_or_else(|| i.to_string());
    Ok(match (spec.r#type.as_str(), &spec.tensor) {
        ("boolean", _) => ColumnType::Boolean,
        ("integer", _) => ColumnType::Integer,
        ("long", _) => ColumnType::Long,
        ("float", _) => ColumnType::Float,
        ("double", _) => ColumnType::Double,
        ("string" | "binary", _) => ColumnType::Text,
        ("datetime", _) => ColumnType::Datetime,
        ("any", _) => ColumnType::Any,
        // A dictionary of tensors, one column each: what a graph with one input per column is logged with.
        ("tensor", Some(tensor)) if matches!(tensor.shape.as_slice(), [_] | [_, 1]) => {
            dtype(&tensor.dtype)?
        }
        (other, _) => {
            return Err(unsupported!(
                "the signature's column `{column}` is of type {other}; boolean, integer, long, float, double, string and \
                 datetime work"
            ));
        }
    })
}

/// One tensor for all columns.
fn whole(tensor: &TensorSpec) -> Result<Option<Schema>, FormatError> {
    let kind = dtype(&tensor.dtype)?;
    match tensor.shape.as_slice() {
        [_, -1] => Ok(None),
        [_, n @ 1..=MAX_COLUMNS] => Ok(Some(Schema::unnamed(*n as usize, kind))),
        shape => Err(unsupported!(
            "the signature is a tensor of shape {shape:?}; [-1, n] works: rows of n columns"
        )),
    }
}

fn dtype(dtype: &str) -> Result<ColumnType, FormatError> {
    Ok(match dtype {
        "bool" => ColumnType::Boolean,
        "int8" | "uint8" | "int16" | "uint16" | "int32" => ColumnType::Integer,
        "uint32" | "int64" => ColumnType::Long,
        "float16" | "float32" => ColumnType::Float,
        "float64" => ColumnType::Double,
        other => {
            return Err(unsupported!(
                "the signature is a tensor of {other}; numbers and booleans work"
            ));
        }
    })
}
