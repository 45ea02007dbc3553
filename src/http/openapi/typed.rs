//! The schemas of requests and answers in the terms of one model.

use super::{
    answer::{self, set},
    paths::operations,
    text,
};
use crate::{
    input::{Column, ColumnType, Precision, Schema, Word},
    model::Model,
};
use serde_json::{Map, Value, json};

/// The largest integer that is read as a 64-bit float below 2⁶³: larger ones are read as 2⁶³, which is no 64-bit integer.
const MOST_LONG: i64 = i64::MAX - 512;
/// The largest number that is read as a finite 32-bit float: up to half a step above the largest of them, it is rounded down.
const MOST_FLOAT: f64 = 3.402_823_567_797_336_2e38;
/// Lists of names in descriptions are cut after this many.
const MOST_NAMES: usize = 50;
/// A column's words are an enumeration where they are no more than these.
const MOST_WORDS: usize = 500;

/// Types what the operations refer to: the request, and the answers to one row and to the rows of a batch.
pub(super) fn by_model(document: &mut Value, model: &Model) {
    let schemas = &mut document["components"]["schemas"];
    schemas["PredictRequest"]["properties"]["features"] = features(model.schema());
    schemas["PredictRequest"]["additionalProperties"] = json!(false);
    for name in ["Prediction", "RowPrediction"] {
        answer::by_model(&mut schemas[name], model);
    }
    if !model.has_probabilities() {
        drop_parameter(document, "probabilities");
    }
    if !model.has_distances() {
        drop_parameter(document, "distances");
    }
}

/// What can be said before there is a model: rows come in two forms, answers in several.
pub(super) fn without_model(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    schemas["PredictRequest"]["properties"]["features"] = json!({
        "description": "The row: its values by column name, or as an array in the model's order.",
        "oneOf": [{"type": "object"}, {"type": "array", "items": {}}],
    });
    schemas["PredictRequest"]["additionalProperties"] = json!(false);
    for name in ["Prediction", "RowPrediction"] {
        let properties = &mut schemas[name]["properties"];
        for (field, fields) in answer::of_any_model() {
            set(&mut properties[field], fields);
        }
    }
}

/// A row of the model: an object where its columns have names, and an array.
fn features(schema: &Schema) -> Value {
    let width = schema.len();
    let items = items(schema);
    let mut order = "The values in the model's order".to_owned();
    if schema.named {
        let names = schema.columns.iter().map(|column| column.name.as_str());
        order += ": ";
        order += &text::list(names, MOST_NAMES);
    }
    // OpenAPI 3.0 has no schema for an array whose places differ.
    order += if items.get("anyOf").is_some() {
        ". Each value is of its column's type."
    } else {
        "."
    };
    let by_order = json!({
        "title": "By order", "description": order,
        "type": "array", "items": items, "minItems": width, "maxItems": width,
    });
    if !schema.named {
        return by_order;
    }
    let value = |column: &Column| (column.name.clone(), value(column, schema.precision));
    let properties: Map<_, _> = schema.columns.iter().map(value).collect();
    let mut by_name = json!({
        "title": "By name", "description": "The values by column name, in any order.",
        "type": "object", "properties": properties, "additionalProperties": false,
    });
    let required = schema
        .columns
        .iter()
        .filter(|column| !may_be_left_out(column));
    let required: Vec<_> = required.map(|column| column.name.as_str()).collect();
    // A list of nothing is no valid schema.
    if !required.is_empty() {
        by_name["required"] = json!(required);
    }
    json!({
        "description": "The row: its values by column name, or as an array in the model's order.",
        "oneOf": [by_name, by_order],
    })
}

/// The schema of an array's values: one schema, or any of those that the columns have.
fn items(schema: &Schema) -> Value {
    let mut kinds: Vec<Value> = Vec::new();
    for column in &schema.columns {
        let kind = value(column, schema.precision);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.len() == 1 {
        kinds.remove(0)
    } else {
        json!({"anyOf": kinds})
    }
}

/// Whether a row given by name may come without the column.
pub(super) fn may_be_left_out(column: &Column) -> bool {
    column.nullable && !column.required
}

/// The smallest and the largest number that a column takes, where there is a limit.
pub(super) fn range(column: &Column, precision: Precision) -> Option<(Value, Value)> {
    match (column.kind, precision) {
        (ColumnType::Integer, _) => Some((json!(i32::MIN), json!(i32::MAX))),
        (ColumnType::Long, _) => Some((json!(i64::MIN), json!(MOST_LONG))),
        (ColumnType::Float | ColumnType::Double, Precision::F32) => {
            Some((json!(-MOST_FLOAT), json!(MOST_FLOAT)))
        }
        _ => None,
    }
}

/// The schema of one column's value: what [`Column::accept`] takes.
fn value(column: &Column, precision: Precision) -> Value {
    let mut schema = match column.kind {
        ColumnType::Boolean => json!({"type": "boolean"}),
        ColumnType::Integer => json!({"type": "integer", "format": "int32"}),
        ColumnType::Long => json!({"type": "integer", "format": "int64"}),
        ColumnType::Float => json!({"type": "number", "format": "float"}),
        ColumnType::Double => json!({"type": "number", "format": "double"}),
        ColumnType::Text => json!({"type": "string"}),
        ColumnType::Datetime => json!({"type": "string", "format": "date-time"}),
        ColumnType::Any => {
            json!({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})
        }
    };
    if let Some(words) = &column.words {
        let list = words.taken().take(MOST_WORDS).map(|word| match word {
            Word::Text(text) => json!(text),
            Word::Number(number) => json!(number),
            Word::Boolean(flag) => json!(flag),
        });
        let mut list: Vec<Value> = list.collect();
        let whole = words.taken().count() == list.len();
        if words.is_closed() && whole {
            if column.nullable {
                // An enumeration takes only what it lists.
                list.push(Value::Null);
            }
            schema["enum"] = list.into();
        } else {
            let open = if words.is_closed() {
                "The model takes"
            } else {
                "The model knows"
            };
            let names = words.taken().map(|word| match word {
                Word::Text(text) => text.clone(),
                other => other.to_string(),
            });
            let names: Vec<String> = names.collect();
            let names = text::list(names.iter().map(String::as_str), MOST_NAMES);
            schema["description"] = json!(format!("{open} {names}."));
            schema["example"] = list.first().cloned().unwrap_or_default();
        }
    }
    if let Some((least, most)) = range(column, precision) {
        schema["minimum"] = least;
        schema["maximum"] = most;
    }
    if column.nullable {
        schema["nullable"] = json!(true);
    }
    schema
}

/// Takes a query parameter that has no meaning to the model out of every operation.
fn drop_parameter(document: &mut Value, name: &str) {
    for operation in operations(document) {
        if let Some(parameters) = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
        {
            parameters.retain(|parameter| parameter["name"] != name);
        }
    }
}
