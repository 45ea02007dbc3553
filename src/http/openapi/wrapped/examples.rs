//! Examples: the model's own row in each form, and what the server answers to it. Both are read and written by the code that runs.

use super::super::{
    examples::{Form, forms, refusal, set},
    paths::operations,
};
use crate::{
    http::{
        dialects::{
            Dialect, Written,
            mlflow::{self, Mlflow},
            v1::{self, V1},
            vertex,
            wrapped::{self, Answer, Arranged, Shown, Takes},
        },
        problem::{Code, Failure},
    },
    load::LoadedModel,
    model::Predictions,
};
use serde_json::{Map, Value, json};

/// Puts examples into the operations of these protocols.
pub(in crate::http::openapi) fn show(document: &mut Value, served: &LoadedModel) {
    let forms = forms(served);
    for operation in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.unwrap_or_default().to_owned();
        if ["mlflow_", "v1_", "vertex_"]
            .iter()
            .any(|of| id.starts_with(of))
        {
            show_one(operation, &id, served, &forms);
        }
    }
}

/// Puts examples into an operation: its bodies, its answers and its refusals.
fn show_one(operation: &mut Map<String, Value>, id: &str, served: &LoadedModel, forms: &[Form]) {
    name_the_model(operation, served);
    let (takes, tell): (&'static Takes, fn(&Failure) -> Written) = match id {
        "mlflow_invocations" => (&mlflow::TAKES, Mlflow::tell),
        "v1_predict" | "v1_predict_version" => (&v1::TAKES, V1::tell),
        "vertex_predict" => (&vertex::TAKES, V1::tell),
        _ => return about(operation, id, served),
    };
    let bodies = bodies(takes, served, forms);
    let Some((_, _, first)) = bodies.first().cloned() else {
        return;
    };
    let examples = bodies
        .into_iter()
        .map(|(key, summary, value)| (key, json!({"summary": summary, "value": value})));
    let examples: Map<_, _> = examples.collect();
    if let Some(request) = operation.get_mut("requestBody") {
        request["content"]["application/json"]["examples"] = examples.into();
        if request["content"]["text/csv"].is_object() {
            request["content"]["text/csv"]["example"] = csv(forms).into();
        }
    }
    let body = first.to_string();
    let mut answers = Map::new();
    for (key, summary, asked) in [
        ("answer", "The answer to the example", false),
        ("probabilities", "With ?probabilities=true", true),
    ] {
        let shown = |frame| match takes.keys.len() {
            4 => wrapped::shown(served, asked, frame),
            _ => v1::shown(served, asked),
        };
        if asked && shown(true) != Shown::Probabilities {
            continue;
        }
        if let Some(value) = answer(takes, &body, served, shown) {
            answers.insert(key.to_owned(), json!({"summary": summary, "value": value}));
        }
    }
    set(operation, "200", "examples", Value::from(answers));
    refusals(operation, takes, served, &body, tell);
}

/// The example row twice under each key, in the forms that this model takes.
fn bodies(takes: &Takes, served: &LoadedModel, forms: &[Form]) -> Vec<(String, String, Value)> {
    let mut bodies = Vec::new();
    let mut add = |key: &str, form: &str, value: Value| {
        let name = if form.is_empty() {
            key.to_owned()
        } else {
            format!("{key}_{form}")
        };
        bodies.push((name.clone(), name.replace('_', " "), json!({key: value})));
    };
    let features = |i: usize| forms.get(i).map(|form| form.features.clone());
    let (Some(first), Some(ordered)) = (features(0), features(forms.len().saturating_sub(1)))
    else {
        return bodies;
    };
    let names: Vec<&str> = match &first {
        Value::Object(row) => row.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let named = served.model.schema().named;
    for (key, arranged) in takes.keys {
        match arranged {
            Arranged::Split if named => {
                add(
                    key,
                    "",
                    json!({"columns": names, "data": [ordered, ordered]}),
                );
            }
            Arranged::Split => {
                let width = ordered.as_array().map_or(0, Vec::len);
                let columns: Vec<_> = (0..width).collect();
                add(
                    key,
                    "",
                    json!({"columns": columns, "data": [ordered, ordered]}),
                );
            }
            Arranged::Records if named => add(key, "", json!([first, first])),
            Arranged::Records => {}
            Arranged::Rows if named => {
                add(key, "by_name", json!([first, first]));
                add(key, "by_order", json!([ordered, ordered]));
            }
            Arranged::Rows => add(key, "", json!([ordered, ordered])),
            Arranged::RowsOrColumns => {
                add(key, "rows", json!([ordered, ordered]));
                if let Value::Object(row) = &first {
                    let column = |(name, x): (&String, &Value)| (name.clone(), json!([x, x]));
                    let columns: Map<_, _> = row.iter().map(column).collect();
                    add(key, "columns", columns.into());
                }
            }
        }
    }
    bodies
}

/// The example row as CSV.
fn csv(forms: &[Form]) -> String {
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let (mut header, mut line): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    match forms.first().map(|form| &form.features) {
        Some(Value::Object(row)) => {
            header.extend(row.keys().cloned());
            line.extend(row.values().map(cell));
        }
        Some(Value::Array(row)) => {
            header.extend((0..row.len()).map(|i| format!("x{i}")));
            line.extend(row.iter().map(cell));
        }
        _ => {}
    }
    let mut writer = csv_writer();
    // Writing to memory does not fail.
    let _infallible = writer
        .write_record(header)
        .and_then(|()| writer.write_record(line));
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn csv_writer() -> ::csv::Writer<Vec<u8>> {
    ::csv::Writer::from_writer(Vec::new())
}

/// What the server answers to a body.
fn answer(
    takes: &'static Takes,
    body: &str,
    served: &LoadedModel,
    shown: impl Fn(bool) -> Shown,
) -> Option<Value> {
    let given = wrapped::read(takes, body.as_bytes(), served, usize::MAX).ok()?;
    let mut predictions = Predictions::default();
    served.model.predict(&given.batch, &mut predictions).ok()?;
    if predictions.scores.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let frame = matches!(given.arranged, Arranged::Split | Arranged::Records);
    let answer = Answer {
        served,
        predictions: &predictions,
        shown: shown(frame),
    };
    serde_json::from_slice(&answer.to_json().ok()?).ok()
}

/// What the server answers to bodies that are wrong, and where it cannot answer.
fn refusals(
    operation: &mut Map<String, Value>,
    takes: &'static Takes,
    served: &LoadedModel,
    body: &str,
    tell: fn(&Failure) -> Written,
) {
    let parse = |body: &str| wrapped::read(takes, body.as_bytes(), served, usize::MAX).err();
    for code in [
        Code::InvalidJson,
        Code::UnknownModel,
        Code::BodyTimeout,
        Code::BodyTooLarge,
        Code::UnsupportedMediaType,
        Code::MissingField,
        Code::Overloaded,
        Code::Internal,
        Code::NotReady,
    ] {
        let failure = match code {
            Code::InvalidJson => parse(&body[..body.len() - 1]),
            Code::MissingField => parse("{}"),
            Code::UnknownModel => None,
            other => refusal(other, served, None, true),
        };
        if let Some(failure) = failure {
            let told = serde_json::from_slice::<Value>(&tell(&failure).body).ok();
            set(operation, &code.status().to_string(), "example", told);
        }
    }
}

/// What the server says of itself.
fn about(operation: &mut Map<String, Value>, id: &str, served: &LoadedModel) {
    let version = served.pyfunc.mlflow_version.as_deref();
    let version = version.unwrap_or(env!("CARGO_PKG_VERSION"));
    let example = match id {
        "mlflow_ping" | "mlflow_health" => json!("\n"),
        "mlflow_version" => json!(version),
        "v1_models" => v1::listed(served),
        "v1_model" | "v1_model_version" => v1::told(served, true),
        "vertex_health" => json!({"status": "ready"}),
        _ => return,
    };
    set(operation, "200", "example", example);
}

/// The parameters of a path have one value.
fn name_the_model(operation: &mut Map<String, Value>, served: &LoadedModel) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let value = match parameter["name"].as_str() {
            Some("model") => &served.name,
            Some("version") => &served.version,
            _ => continue,
        };
        parameter["schema"]["enum"] = json!([value]);
        parameter["example"] = json!(value);
    }
}
