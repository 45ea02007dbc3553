//! The `OpenAPI` document: typed by the model, and a reviewed diff when it changes.

use crate::app::{app, get, iris};

#[tokio::test]
async fn the_document_is_typed_by_the_embedded_model() {
    let mut document = get(&iris(), "/openapi.json").await.json();
    document["info"]["description"] = "redacted".into();
    insta::assert_json_snapshot!(document);
}

#[tokio::test]
async fn a_regressors_document_promises_no_classes() {
    let document = get(&app("tests/data/onnx/diabetes_rf.onnx"), "/openapi.json")
        .await
        .json();
    let properties = &document["components"]["schemas"]["Prediction"]["properties"];
    assert_eq!(properties["prediction"]["type"], "number");
    assert!(properties.get("confidence").is_none());
}

#[tokio::test]
async fn the_configuration_page_lists_every_setting_with_its_default() {
    let page = include_str!("../../docs/configuration.md");
    let config = serde_json::to_value(ml_serving::config::Config::default()).unwrap();
    for (section, settings) in config.as_object().unwrap() {
        for (key, default) in settings.as_object().unwrap() {
            let default = default.as_str().map_or(default.to_string(), str::to_owned);
            let default = if default.is_empty() {
                String::new()
            } else {
                format!("`{default}`")
            };
            let variable = format!(
                "MLSERVING__{}__{}",
                section.to_uppercase(),
                key.to_uppercase()
            );
            let row = format!("| `{section}.{key}` | `{variable}` | {default} |");
            let squeezed = row.replace("|  |", "|");
            assert!(
                page.contains(&row) || page.contains(&squeezed),
                "docs/configuration.md has no row starting {row}"
            );
        }
    }
}
