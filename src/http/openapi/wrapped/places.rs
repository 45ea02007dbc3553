//! The operations of Vertex AI at the paths that its variables name.

use crate::config::Vertex;
use serde_json::{Value, json};

/// Puts the operations where they are, and takes those out that are nowhere.
pub(in crate::http::openapi) fn place(document: &mut Value, vertex: &Vertex) {
    let Vertex {
        predict_route,
        health_route,
    } = vertex;
    for (declared, method, route, schemas) in [
        (
            "AIP_PREDICT_ROUTE",
            "post",
            predict_route,
            ["VertexRequest"],
        ),
        ("AIP_HEALTH_ROUTE", "get", health_route, ["VertexReady"]),
    ] {
        let Some(paths) = document["paths"].as_object_mut() else {
            return;
        };
        let operation = paths
            .shift_remove(declared)
            .map(|mut path| path[method].take());
        if let (Some(route), Some(operation)) = (route, operation) {
            // Of two operations at a path this one answers.
            let path = paths.entry(route.clone()).or_insert_with(|| json!({}));
            path[method] = operation;
        } else if let Some(all) = document["components"]["schemas"].as_object_mut() {
            for schema in schemas {
                all.shift_remove(schema);
            }
        }
    }
    if *vertex == Vertex::default()
        && let Some(tags) = document["tags"].as_array_mut()
    {
        tags.retain(|tag| tag["name"] != "Vertex AI");
    }
}
