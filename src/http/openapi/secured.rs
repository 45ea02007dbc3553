//! What the document says where requests need a key.

use serde_json::{Map, Value, json};

/// Declares the two ways to send a key, and which operations need none: `open` says so of a method and a path.
pub(in crate::http) fn secure(document: &mut Value, open: impl Fn(&str, &str) -> bool) {
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "A key of this server."},
        "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same key in a header of its own."},
    });
    document["security"] = json!([{"bearer": []}, {"api_key": []}]);
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            if open(&method.to_uppercase(), path) {
                operation["security"] = json!([]);
            } else if let Some(responses) = operation["responses"].as_object_mut() {
                let refused = refused(responses);
                responses.insert("401".to_owned(), refused);
                // In the order of their numbers.
                responses.sort_keys();
            }
        }
    }
}

/// The answer to a request without a key, in the format of the operation's other failures.
fn refused(responses: &Map<String, Value>) -> Value {
    let mut statuses = ["500", "503", "404", "400"].iter();
    let other = statuses.find_map(|status| responses.get(*status));
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let fallback = json!({"content": {"application/problem+json": {"schema": problem}}});
    let mut answer = other.cloned().unwrap_or(fallback);
    answer["description"] = "There is no key, or none that the server knows.".into();
    for media in answer["content"].as_object_mut().into_iter().flatten() {
        if let Some(media) = media.1.as_object_mut() {
            media.retain(|name, _| !name.starts_with("example"));
        }
    }
    if let Some(headers) = answer["headers"].as_object_mut() {
        headers.shift_remove("retry-after");
    }
    answer["headers"]["www-authenticate"] = json!({
        "description": "How to send a key: `Bearer`.",
        "required": true,
        "schema": {"type": "string"},
    });
    answer
}
