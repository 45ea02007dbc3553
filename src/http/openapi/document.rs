//! The `OpenAPI` document: declared by the operations, typed by the loaded model.

use super::{describe, examples, operations as api, paths::operations, typed, v2, wrapped};
use crate::{config::Vertex, http::problem::Code, load::LoadedModel};
use serde_json::{Map, Value, json};

/// The document; with a model, in the model's own terms: columns, types, classes, and examples with the model's own answers.
///
/// The same model gives the same document, to the byte.
pub fn document(served: Option<&LoadedModel>) -> Value {
    document_at(served, &Vertex::default())
}

/// The same with the routes of Vertex AI.
pub(in crate::http) fn document_at(served: Option<&LoadedModel>, vertex: &Vertex) -> Value {
    let declared = api::service().spec();
    let mut document: Value = serde_json::from_str(&declared).unwrap_or_default();
    if let Some(document) = document.as_object_mut() {
        // An empty list, which says as much as none.
        document.shift_remove("servers");
    }
    order_tags(&mut document);
    tidy_headers(&mut document);
    close_problem(&mut document["components"]["schemas"]);
    document["info"]["description"] = describe::description(served).into();
    if let Some(served) = served {
        document["info"]["title"] = json!(format!("ml-serving: {}", served.name));
        typed::by_model(&mut document, &served.model);
        wrapped::by_model(&mut document, served);
        examples::show(&mut document, served);
        wrapped::show(&mut document, served);
    } else {
        typed::without_model(&mut document);
        wrapped::without_model(&mut document);
    }
    v2::show(&mut document, served);
    wrapped::place(&mut document, vertex);
    document
}

/// Tags in the order of the operations: poem-openapi sorts them by name.
fn order_tags(document: &mut Value) {
    let tag_of =
        |operation: &mut Map<_, Value>| operation.get("tags")?[0].as_str().map(str::to_owned);
    let used: Vec<String> = operations(document).filter_map(tag_of).collect();
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.sort_by_key(|tag| used.iter().position(|name| tag["name"] == name.as_str()));
    }
}

/// Header names as they are sent, and parameters of the query before headers: poem-openapi writes names in capitals, and headers first.
fn tidy_headers(document: &mut Value) {
    for operation in operations(document) {
        if let Some(parameters) = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
        {
            parameters.sort_by_key(|parameter| parameter["in"] == "header");
            for parameter in parameters
                .iter_mut()
                .filter(|parameter| parameter["schema"]["type"] == "boolean")
            {
                // The name alone says yes.
                parameter["allowEmptyValue"] = json!(true);
            }
            for parameter in parameters
                .iter_mut()
                .filter(|parameter| parameter["in"] == "header")
            {
                let name = parameter["name"].as_str().map(str::to_ascii_lowercase);
                parameter["name"] = name.into();
            }
        }
        let responses = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        for response in responses.into_iter().flat_map(Map::values_mut) {
            if let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) {
                let named = std::mem::take(headers).into_iter();
                headers.extend(named.map(|(name, header)| (name.to_ascii_lowercase(), header)));
            }
        }
    }
}

/// What poem-openapi's types cannot say about a problem: the closed sets, and that `errors` is left out where it is empty.
fn close_problem(schemas: &mut Value) {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    let problem = &mut schemas["Problem"];
    problem["properties"]["type"]["enum"] = json!(["about:blank"]);
    problem["properties"]["code"]["enum"] = json!(codes);
    if let Some(required) = problem["required"].as_array_mut() {
        required.retain(|name| name != "errors");
    }
    schemas["ProblemItem"]["properties"]["loc"]["items"] =
        json!({"oneOf": [{"type": "string"}, {"type": "integer"}]});
}
