//! The `OpenAPI` document, typed by the loaded model, and the page that shows it.

use super::operations as api;
use crate::http::dialects::native::wire::PredictRequest;
use crate::{input::ColumnType, load::Served, model::Labels};
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};

/// The document; with a model, in the model's own terms: columns, types, classes, and an example that works.
///
/// # Panics
/// Never: poem-openapi writes JSON.
pub fn document(served: Option<&Served>) -> Value {
    let service = api::service();
    let mut document: Value = serde_json::from_str(&service.spec()).unwrap_or_default();
    if let Some(served) = served {
        type_by_model(&mut document, served);
    }
    document
}

/// The Swagger UI page for `document`, whole: it loads nothing from anywhere.
pub(in crate::http) fn page(document: &Value) -> String {
    let service = poem_openapi::OpenApiService::new((), "", "");
    // Strings in the document come from model files; none may end the script they are embedded in.
    let safe = document
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    service.swagger_ui_html().replace(&service.spec(), &safe)
}

fn type_by_model(document: &mut Value, served: &Served) {
    let model = &served.model;
    let schema = model.schema();
    document["info"]["title"] = json!(format!("ml-serving: {}", served.name));
    document["info"]["description"] = json!(format!(
        "{} {}: {} trees over {} features.",
        served.name,
        served.version,
        model.n_trees(),
        schema.len()
    ));
    let number = |kind: ColumnType| {
        let mut schema = match kind {
            ColumnType::Boolean => json!({"type": "boolean"}),
            ColumnType::Integer => json!({"type": "integer", "format": "int32"}),
            ColumnType::Long => json!({"type": "integer", "format": "int64"}),
            ColumnType::Float => json!({"type": "number", "format": "float"}),
            ColumnType::Double => json!({"type": "number", "format": "double"}),
        };
        if model.handles_missing() {
            schema["nullable"] = json!(true);
        }
        schema
    };
    let mut kinds: Vec<Value> = Vec::new();
    for column in &schema.columns {
        let schema = number(column.kind);
        if !kinds.contains(&schema) {
            kinds.push(schema);
        }
    }
    let items = if kinds.len() == 1 {
        kinds.remove(0)
    } else {
        json!({"anyOf": kinds})
    };
    let width = schema.len();
    let by_order = json!({"type": "array", "items": items, "minItems": width, "maxItems": width});
    let by_name = || {
        let properties: Map<_, _> = schema
            .columns
            .iter()
            .map(|c| (c.name.clone(), number(c.kind)))
            .collect();
        let required: Vec<_> = schema.columns.iter().map(|column| &column.name).collect();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let features = if schema.named {
        json!({"oneOf": [by_order, by_name()]})
    } else {
        by_order
    };
    let example = json!({"features": example(served)});
    let request = &mut document["components"]["schemas"][PredictRequest::name().as_ref()];
    request["properties"]["features"] = features;
    request["additionalProperties"] = json!(false);
    request["example"] = example.clone();
    document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["example"] =
        example.clone();
    document["paths"]["/predict/batch"]["post"]["requestBody"]["content"]["application/json"]["example"] =
        json!([example]);
    let properties = &mut document["components"]["schemas"]["Prediction"]["properties"];
    type_answer(properties, served);
}

/// The example row in the form that says most: by name where there are names.
fn example(served: &Served) -> Value {
    let schema = served.model.schema();
    let value = |i: usize| {
        let x = served.example.get(i).copied().unwrap_or_default();
        match schema.columns[i].kind {
            _ if x.is_nan() => Value::Null,
            ColumnType::Boolean => json!(x != 0.0),
            ColumnType::Integer | ColumnType::Long => json!(x as i64),
            ColumnType::Float => json!(x as f32),
            ColumnType::Double => json!(x),
        }
    };
    if schema.named {
        return schema
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| (c.name.clone(), value(i)))
            .collect::<Map<_, _>>()
            .into();
    }
    (0..schema.len()).map(value).collect::<Vec<_>>().into()
}

fn type_answer(properties: &mut Value, served: &Served) {
    let remove = |properties: &mut Value, names: &[&str]| {
        if let Some(properties) = properties.as_object_mut() {
            names.iter().for_each(|name| drop(properties.remove(*name)));
        }
    };
    match served.model.labels() {
        Some(Labels::Integers(labels)) => {
            properties["prediction"]["enum"] = json!(labels);
            remove(properties, &["label"]);
        }
        Some(Labels::Strings(labels)) => {
            properties["prediction"]["enum"] = json!((0..labels.len()).collect::<Vec<_>>());
            properties["label"]["enum"] = json!(labels);
        }
        None => {
            let number = json!({"type": "number", "format": "double"});
            properties["prediction"] = if served.model.n_scores() == 1 {
                number
            } else {
                json!({"type": "array", "items": number})
            };
            remove(properties, &["label", "confidence", "probabilities"]);
        }
    }
}
