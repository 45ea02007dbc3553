//! The protocol in the terms of one model: its name in paths, its tensors in schemas, and examples that are true.

use super::super::{examples, paths::operations};
use crate::{
    http::{
        dialects::{
            tensors::{
                answer::Output,
                datatype::Datatype,
                describe::{self, Tensor},
            },
            v2::{parts::Parts, request, wire, write},
        },
        problem::Failure,
    },
    load::LoadedModel,
    model::Predictions,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Where the answer to an inference request may be bytes.
const BYTES: &str = "application/octet-stream";

/// Adds what poem-openapi's types cannot say, and what the model says.
pub(in crate::http::openapi) fn show(document: &mut Value, served: Option<&LoadedModel>) {
    let schemas = &mut document["components"]["schemas"];
    for name in ["InferInput", "InferOutput"] {
        schemas[name]["properties"]["datatype"]["enum"] = json!(Datatype::list());
    }
    if let Some(served) = served {
        let names: Vec<_> = Output::of(&served.model).iter().map(|o| o.name()).collect();
        for name in ["InferRequestedOutput", "InferOutput"] {
            schemas[name]["properties"]["name"]["enum"] = json!(names);
        }
    }
    schemas["InferRequest"]["properties"]["inputs"]["minItems"] = json!(1);
    schemas["RepositoryIndexRequest"]["properties"]["ready"]["nullable"] = json!(true);
    let bodies = served.map(bodies).unwrap_or_default();
    for operation in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.unwrap_or_default().to_owned();
        if !id.starts_with("v2") {
            continue;
        }
        if let Some(served) = served {
            name_model(operation, served);
        }
        match (id.as_str(), served) {
            ("v2_infer" | "v2_infer_version", _) => infer(operation, served, &bodies),
            ("v2_index", _) => {
                operation["requestBody"]["required"] = json!(false);
                let model = served.map(describe::Indexed::of);
                answers(operation, "200", &model.as_slice());
            }
            ("v2_model" | "v2_model_version", Some(served)) => {
                answers(operation, "200", &wire::Model::of(served));
            }
            ("v2", _) => answers(operation, "200", &wire::Server::THIS),
            ("v2_load" | "v2_unload", _) => {
                answers(operation, "400", &wire::Refused::of(&describe::fixed()));
            }
            _ => {}
        }
    }
}

/// The one model and version that paths take.
fn name_model(operation: &mut Map<String, Value>, served: &LoadedModel) {
    let parameters = operation.get_mut("parameters");
    let parameters = parameters.and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["in"] != "path" {
            continue;
        }
        let value = if parameter["name"] == "version" {
            &served.version
        } else {
            &served.name
        };
        parameter["schema"]["enum"] = json!([value]);
        parameter["example"] = json!(value);
    }
}

/// An example beside the schema of an answer.
fn answers(operation: &mut Map<String, Value>, status: &str, example: &impl Serialize) {
    let example = serde_json::to_value(example).unwrap_or_default();
    let content = &mut operation["responses"][status]["content"];
    content["application/json"]["example"] = example;
}

/// Bodies and their answers.
fn infer(
    operation: &mut Map<String, Value>,
    served: Option<&LoadedModel>,
    bodies: &[(&str, &str, Value)],
) {
    let content = &mut operation["responses"]["200"]["content"];
    content[BYTES] = json!({"schema": {
        "type": "string", "format": "binary",
        "description": "JSON as in the other form, and the bytes of the outputs behind it. The header inference-header-content-length has the length of the JSON.",
    }});
    let Some(served) = served else { return };
    let (mut requests, mut replies) = (Map::new(), Map::new());
    for (key, summary, body) in bodies {
        let Ok(value) = answer(served, body) else {
            continue;
        };
        requests.insert(
            (*key).to_owned(),
            json!({"summary": summary, "value": body}),
        );
        let summary = format!("The answer to: {summary}");
        let reply = json!({"summary": summary, "value": value});
        replies.insert((*key).to_owned(), reply);
    }
    let content = &mut operation["responses"]["200"]["content"];
    content["application/json"]["examples"] = replies.into();
    operation["requestBody"]["content"]["application/json"]["examples"] = requests.into();
}

/// The example row in every form that the model takes: key, summary, body.
fn bodies(served: &LoadedModel) -> Vec<(&'static str, &'static str, Value)> {
    let schema = served.model.schema();
    let forms = examples::forms(served);
    let Some(Value::Array(row)) = forms.last().map(|form| form.features.clone()) else {
        return Vec::new();
    };
    let mut bodies = Vec::new();
    if schema.named {
        let tensors = describe::inputs(schema).into_iter().zip(&row);
        let tensors = tensors.map(|(tensor, value)| input(&tensor, [1, 1], &json!([value])));
        let body = json!({"inputs": tensors.collect::<Vec<_>>()});
        bodies.push(("columns", "A tensor for each column", body));
    }
    let matrix = describe::matrix(schema);
    let whole = input(&matrix, [1, schema.len()], &json!([row]));
    bodies.push((
        "matrix",
        "One tensor of all columns",
        json!({"inputs": [whole]}),
    ));
    let outputs: Vec<_> = Output::of(&served.model)
        .iter()
        .map(|output| json!({"name": output.name()}))
        .collect();
    if outputs.len() > 1 {
        let body = json!({"id": "1", "inputs": [whole], "outputs": outputs});
        let (key, summary) = if served.model.has_probabilities() {
            ("probabilities", "With probabilities")
        } else {
            ("outputs", "With every output")
        };
        bodies.push((key, summary, body));
    }
    bodies
}

fn input(tensor: &Tensor, shape: [usize; 2], data: &Value) -> Value {
    json!({"name": tensor.name, "shape": shape, "datatype": tensor.datatype, "data": data})
}

/// What the server answers to a body. It is read and written by the same code as requests are.
fn answer(served: &LoadedModel, body: &Value) -> Result<Value, Failure> {
    let json = body.to_string();
    let parts = Parts {
        json: json.as_bytes(),
        bytes: &[],
    };
    let (rows, wanted) = request::read(&parts, served, usize::MAX)?;
    let mut predictions = Predictions::default();
    let predicted = served.model.predict(&rows, &mut predictions);
    predicted.map_err(Failure::internal)?;
    let written = write::answer(&wanted, served, &predictions)?;
    serde_json::from_slice(&written.body).map_err(Failure::internal)
}
