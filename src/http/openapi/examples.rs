//! Examples that are true: the model's own row, its answers to it, and the errors that this server answers.

use super::paths::operations;
use crate::{
    card::ModelCard,
    config::Server,
    http::{
        dialects::native::{
            form::{self, value},
            read::{self, More},
            wire::{Answer, Readiness},
        },
        problem::{Code, Failure},
    },
    load::LoadedModel,
    model::Predictions,
};
use poem_openapi::types::ToJSON;
use serde_json::{Map, Value, json};

/// The latency in examples. The true one differs from request to request.
const LATENCY_MS: f64 = 0.012;
/// The time of loading in examples. With the true time, every replica would have another document.
const LOADED_AT: f64 = 1_767_225_600.0;

/// One way to write the example row.
pub(super) struct Form {
    key: &'static str,
    summary: &'static str,
    /// What stands in the field `features`.
    pub(super) features: Value,
}

impl Form {
    fn row(&self) -> Value {
        json!({"features": self.features})
    }

    /// The body of `/predict`, or one of `/predict/batch` with the row twice.
    fn body(&self, batch: bool) -> Value {
        if batch {
            json!([self.row(), self.row()])
        } else {
            self.row()
        }
    }
}

/// The example row in every form that the model takes, the one with names first.
pub(super) fn forms(served: &LoadedModel) -> Vec<Form> {
    let schema = served.model.schema();
    let given = served
        .example_row()
        .iter()
        .copied()
        .chain(std::iter::repeat(0.0));
    let values: Vec<Value> = schema
        .columns
        .iter()
        .zip(given)
        .map(|(column, x)| value(column, x, served.example.texts(), schema.precision))
        .collect();
    let by_name = schema.named.then(|| {
        let names = schema.columns.iter().map(|column| column.name.clone());
        let row: Map<_, _> = names.zip(values.iter().cloned()).collect();
        Form {
            key: "by_name",
            summary: "By name",
            features: row.into(),
        }
    });
    let by_order = Form {
        key: "by_order",
        summary: "By order",
        features: values.into(),
    };
    by_name.into_iter().chain([by_order]).collect()
}

/// Puts examples into every operation: its bodies, its answers and its refusals.
pub(super) fn show(document: &mut Value, served: &LoadedModel) {
    let forms = forms(served);
    for operation in operations(document).filter(|operation| is_own(operation)) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.unwrap_or_default().to_owned();
        let batch = id == "predict_batch";
        match id.as_str() {
            "predict" | "predict_batch" => {
                show_prediction(operation, served, &forms, batch);
            }
            "model" => set(operation, "200", "example", card(served)),
            "health_live" => set(operation, "200", "example", json!({"status": "alive"})),
            "health_ready" => {
                set(
                    operation,
                    "200",
                    "example",
                    Readiness::of(Some(served), None).to_json(),
                );
                let not_loaded = Readiness::of(None, Some("model_not_loaded"));
                set(operation, "503", "example", not_loaded.to_json());
                continue;
            }
            _ => {}
        }
        for code in [
            Code::InvalidJson,
            Code::BodyTimeout,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidType,
            Code::Overloaded,
            Code::Internal,
            Code::NotReady,
        ] {
            let status = code.status().to_string();
            if let Some(failure) = refusal(code, served, forms.first(), batch) {
                set(operation, &status, "example", failure.problem().to_json());
            }
        }
    }
}

/// Whether an operation is one of the server's own. Those of other protocols tell failures otherwise.
fn is_own(operation: &Map<String, Value>) -> bool {
    let tag = operation.get("tags").and_then(|tags| tags[0].as_str());
    matches!(tag, Some("Predict" | "Model" | "Operate"))
}

/// Puts `value` beside the schema of an operation's answer of this status, where it has one.
pub(super) fn set(
    operation: &mut Map<String, Value>,
    status: &str,
    name: &str,
    value: impl Into<Option<Value>>,
) {
    let response = operation
        .get_mut("responses")
        .and_then(|responses| responses.get_mut(status));
    let content = response.and_then(|response| response["content"].as_object_mut());
    let media_type = content.and_then(|content| content.values_mut().next());
    if let (Some(media_type), Some(value)) = (media_type, value.into()) {
        media_type[name] = value;
    }
}

/// The example row in every form, and what the model answers to it.
fn show_prediction(
    operation: &mut Map<String, Value>,
    served: &LoadedModel,
    forms: &[Form],
    batch: bool,
) {
    let body = |form: &Form| {
        (
            form.key.to_owned(),
            json!({"summary": form.summary, "value": form.body(batch)}),
        )
    };
    let bodies: Map<_, _> = forms.iter().map(body).collect();
    if let Some(request) = operation.get_mut("requestBody") {
        request["content"]["application/json"]["examples"] = bodies.into();
    }
    let Some(form) = forms.first() else { return };
    let bytes = form.body(batch).to_string();
    let mut answers = Map::new();
    let plain = More::default();
    let (mut probabilities, mut distances) = (plain, plain);
    probabilities.probabilities = true;
    distances.distances = true;
    let model = &served.model;
    for (key, summary, more, has) in [
        ("answer", "The answer to the example", plain, true),
        (
            "probabilities",
            "With ?probabilities=true",
            probabilities,
            model.has_probabilities(),
        ),
        (
            "distances",
            "With ?distances=true",
            distances,
            model.has_distances(),
        ),
    ] {
        if has && let Some(value) = answer(served, &bytes, batch, more) {
            answers.insert(key.to_owned(), json!({"summary": summary, "value": value}));
        }
    }
    set(operation, "200", "examples", Value::from(answers));
}

/// The form of the body that an operation takes.
fn kind(batch: bool) -> form::Form {
    if batch {
        form::Form::Many
    } else {
        form::Form::One
    }
}

/// What the server answers to a body. It is read and written by the same code as requests are.
fn answer(served: &LoadedModel, body: &str, batch: bool, more: More) -> Option<Value> {
    let rows = read::rows(kind(batch), body.as_bytes(), served, usize::MAX).ok()?;
    let mut predictions = Predictions::default();
    served.model.predict(&rows, &mut predictions).ok()?;
    if predictions.scores.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let answer = Answer {
        served,
        predictions: &predictions,
        more,
    };
    let bytes = if batch {
        answer.batch()
    } else {
        answer.one(LATENCY_MS)
    };
    serde_json::from_slice(&bytes.ok()?).ok()
}

/// The model's card, as if it had been loaded at a fixed time.
fn card(served: &LoadedModel) -> Option<Value> {
    let mut card = ModelCard::of(served);
    card.loaded_at = LOADED_AT;
    card.to_json()
}

/// The error that is shown for a status, under the default limits of the server.
pub(super) fn refusal(
    code: Code,
    served: &LoadedModel,
    form: Option<&Form>,
    batch: bool,
) -> Option<Failure> {
    let limits = Server::default();
    let parse = |body: &str| read::rows(kind(batch), body.as_bytes(), served, usize::MAX).err();
    let detail = match code {
        Code::InvalidJson => {
            let whole = form?.body(batch).to_string();
            return parse(&whole[..whole.len() - 1]);
        }
        Code::InvalidType => return parse(&wrong(form?).body(batch).to_string()),
        Code::Internal => return Some(Failure::internal("an example")),
        Code::BodyTimeout => {
            let pause = limits.header_timeout_seconds;
            format!("The body paused for more than {pause} s or took more than {} s.", pause * 6)
        }
        Code::BodyTooLarge => format!(
            "The body is larger than {} bytes, which is this server's limit.",
            limits.max_body_bytes
        ),
        Code::UnsupportedMediaType => "the body's media type is not JSON; send JSON with the header content-type: application/json".to_owned(),
        Code::Overloaded => "Too many predictions are in flight; try again in a second.".to_owned(),
        Code::NotReady => "The model is not loaded yet; /health/ready tells when it is.".to_owned(),
        _ => return None,
    };
    Some(Failure::new(code, detail))
}

/// The example with a text in the place of its first value.
fn wrong(form: &Form) -> Form {
    let mut features = form.features.clone();
    let first = match &mut features {
        Value::Object(row) => row.values_mut().next(),
        Value::Array(row) => row.first_mut(),
        _ => None,
    };
    if let Some(first) = first {
        *first = json!("high");
    }
    Form { features, ..*form }
}
