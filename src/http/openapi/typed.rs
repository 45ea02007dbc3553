//! The schemas of requests and answers in the terms of one model.

use super::{paths::operations, text};
use crate::{
    input::{Column, ColumnType, Precision, Schema, Word},
    model::{Labels, Model},
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
        type_answer(&mut schemas[name], model);
    }
    if !model.has_probabilities() || model.labels().is_none() {
        drop_parameter(document, "probabilities");
    }
}

/// What can be said before there is a model: rows come in two forms, answers in three.
pub(super) fn without_model(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    schemas["PredictRequest"]["properties"]["features"] = json!({
        "description": "The row: its values by column name, or as an array in the model's order.",
        "oneOf": [{"type": "object"}, {"type": "array", "items": {}}],
    });
    schemas["PredictRequest"]["additionalProperties"] = json!(false);
    for name in ["Prediction", "RowPrediction"] {
        let properties = &mut schemas[name]["properties"];
        properties["prediction"] = json!({
            "description": "The predicted class, or the predicted number or numbers.",
            "oneOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}],
        });
        properties["classes"]["items"] =
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]});
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
            let names = words.taken().map(ToString::to_string);
            let names: Vec<String> = names.take(MOST_NAMES + 1).collect();
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

/// Types an answer's fields and leaves out those that the model never answers.
fn type_answer(schema: &mut Value, model: &Model) {
    let classes = model.labels().map_or(0, Labels::len);
    let Some(properties) = schema["properties"].as_object_mut() else {
        return;
    };
    properties["prediction"] = prediction(model);
    let mut set = |name: &str, fields: Value| {
        if let (Some(Value::Object(property)), Value::Object(fields)) =
            (properties.get_mut(name), fields)
        {
            property.extend(fields);
        }
    };
    let format = format(model.output_precision());
    set(
        "confidence",
        json!({"format": format, "minimum": 0, "maximum": 1}),
    );
    set(
        "probabilities",
        json!({
            "items": {"type": "number", "format": format}, "minItems": classes, "maxItems": classes,
        }),
    );
    let label = match model.labels() {
        Some(Labels::Integers(labels)) => {
            json!({"type": "integer", "format": "int64", "enum": distinct(labels)})
        }
        Some(Labels::Strings(labels)) => json!({"type": "string", "enum": distinct(labels)}),
        None => Value::Null,
    };
    set("label", label.clone());
    set(
        "classes",
        json!({"items": label, "minItems": classes, "maxItems": classes}),
    );
    let mut never: Vec<&str> = Vec::new();
    if !matches!(model.labels(), Some(Labels::Strings(_))) {
        never.push("label");
    }
    if model.labels().is_none() || !model.has_probabilities() {
        never.extend(["confidence", "probabilities", "classes"]);
    }
    properties.retain(|name, _| !never.contains(&name.as_str()));
    let when_asked = ["probabilities", "classes"];
    let always = properties
        .keys()
        .filter(|name| !when_asked.contains(&name.as_str()));
    let always: Vec<_> = always.cloned().collect();
    schema["required"] = always.into();
}

/// The schema of `prediction`.
fn prediction(model: &Model) -> Value {
    match (model.labels(), model.n_scores(), model.output_precision()) {
        (Some(Labels::Integers(labels)), ..) => json!({
            "type": "integer", "format": "int64", "enum": distinct(labels),
            "description": "The predicted class.",
        }),
        (Some(Labels::Strings(labels)), ..) => json!({
            "type": "integer", "format": "int64", "enum": (0..labels.len()).collect::<Vec<_>>(),
            "description": "The predicted class's place in the list of classes, counted from 0; `label` is its text.",
        }),
        (None, 1, precision) => {
            json!({"type": "number", "format": format(precision), "description": "The predicted number."})
        }
        (None, targets, precision) => json!({
            "type": "array", "items": {"type": "number", "format": format(precision)}, "minItems": targets, "maxItems": targets,
            "description": "The predicted numbers, one for each target.",
        }),
    }
}

/// The format of numbers of a precision.
fn format(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "float",
        Precision::F64 => "double",
    }
}

/// Every label once, in order.
pub(super) fn distinct<T: PartialEq>(labels: &[T]) -> Vec<&T> {
    let mut seen: Vec<&T> = Vec::new();
    for label in labels {
        if !seen.contains(&label) {
            seen.push(label);
        }
    }
    seen
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
