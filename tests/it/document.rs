//! The `OpenAPI` document: typed by the model, and a reviewed diff when it changes.

use crate::{
    app::{app, app_with, get, iris, post, send},
    kinds::{TYPED, apps, package, typed, uri},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::{config::Config, http::App};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};

async fn document(app: &Arc<App>) -> Value {
    get(app, "/openapi.json").await.json()
}

fn content<'a>(document: &'a Value, path: &str, status: &str) -> &'a Value {
    let content = &document["paths"][path]["post"]["responses"][status]["content"];
    content.as_object().unwrap().values().next().unwrap()
}

#[tokio::test]
async fn the_document_is_typed_by_the_embedded_model() {
    let mut document = document(&iris()).await;
    document["info"]["version"] = "redacted".into();
    insta::assert_json_snapshot!(document);
}

#[tokio::test]
async fn each_kind_of_model_types_its_own_document() {
    // The first kind is the embedded model, whose whole document is held above.
    for (kind, app) in apps().into_iter().skip(1) {
        let document = document(&app).await;
        let schemas = &document["components"]["schemas"];
        let predict = &document["paths"]["/predict"]["post"];
        let parameters = predict["parameters"].as_array().unwrap();
        let parts = json!({
            "description": document["info"]["description"].as_str().unwrap().lines().collect::<Vec<_>>(),
            "parameters": parameters.iter().map(|parameter| &parameter["name"]).collect::<Vec<_>>(),
            "request": schemas["PredictRequest"],
            "requests": predict["requestBody"]["content"]["application/json"]["examples"],
            "answer": schemas["Prediction"],
            "answers": content(&document, "/predict", "200")["examples"],
            "row_of_a_batch": schemas["RowPrediction"],
            "answers_to_batches": content(&document, "/predict/batch", "200")["examples"],
            "refusal": content(&document, "/predict", "422")["example"],
        });
        insta::assert_json_snapshot!(kind, parts);
    }
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

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(
                // A place inside of a schema is a reference to it.
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(|to| to.split("/properties").next().unwrap().to_owned()),
            );
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_resolves_and_no_schema_is_left_over() {
    let empty = App::new(&Config::default());
    for (kind, app) in apps().into_iter().chain([("no_model", empty)]) {
        let document = document(&app).await;
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let there: BTreeSet<_> = schemas
            .iter()
            .filter(|(_, schema)| schema["type"] == "object" && schema["title"].is_string())
            .map(|(name, _)| format!("#/components/schemas/{name}"))
            .collect();
        assert_eq!(found, there, "{kind}");
        assert_eq!(schemas.len(), there.len(), "{kind}");
    }
}

#[tokio::test]
async fn every_example_request_gets_the_example_answer() {
    for (kind, app) in apps() {
        let document = document(&app).await;
        for path in ["/predict", "/predict/batch"] {
            let body =
                &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
            let requests = body["examples"].as_object().unwrap();
            let answers = content(&document, path, "200")["examples"]
                .as_object()
                .unwrap();
            assert!(
                requests.contains_key("by_order") && answers.contains_key("answer"),
                "{kind}"
            );
            for (request, example) in requests {
                for (answer, expected) in answers {
                    let query = match answer.as_str() {
                        "probabilities" => "?probabilities=true",
                        "distances" => "?distances=true",
                        _ => "",
                    };
                    let sent = example["value"].to_string();
                    let got = post(&app, &format!("{path}{query}"), sent).await;
                    assert_eq!(got.status, 200, "{kind} {path} {request}: {}", got.text);
                    let mut got = got.json();
                    if path == "/predict" {
                        assert!(got["latency_ms"].is_f64());
                        got["latency_ms"] = expected["value"]["latency_ms"].clone();
                    }
                    assert_eq!(got, expected["value"], "{kind} {path} {request} {answer}");
                }
            }
        }
    }
}

#[tokio::test]
async fn answers_have_the_fields_that_their_schema_promises() {
    for (kind, app) in apps() {
        let document = document(&app).await;
        for (path, name) in [
            ("/predict", "Prediction"),
            ("/predict/batch", "RowPrediction"),
        ] {
            let schema = &document["components"]["schemas"][name];
            let names = |value: &Value| -> BTreeSet<String> {
                value.as_object().unwrap().keys().cloned().collect()
            };
            let properties = names(&schema["properties"]);
            let required = schema["required"].as_array().unwrap();
            let required: BTreeSet<_> = required
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect();
            let answers = content(&document, path, "200")["examples"]
                .as_object()
                .unwrap();
            let answer = |key: &str| {
                let value = &answers.get(key)?["value"];
                Some(names(value.get(0).unwrap_or(value)))
            };
            assert_eq!(answer("answer").unwrap(), required, "{kind} {name}");
            assert_eq!(
                answer("probabilities")
                    .or(answer("distances"))
                    .unwrap_or(required),
                properties,
                "{kind} {name}"
            );
        }
    }
}

#[tokio::test]
async fn the_ends_of_every_range_are_taken() {
    for (kind, app) in apps() {
        let document = document(&app).await;
        let features =
            &document["components"]["schemas"]["PredictRequest"]["properties"]["features"];
        let Some(properties) = features["oneOf"][0]["properties"].as_object() else {
            continue;
        };
        for end in ["minimum", "maximum"] {
            let row: serde_json::Map<_, _> = properties
                .iter()
                .map(|(name, column)| {
                    let word = column["enum"].get(0).or(column.get("example"));
                    let other = match column["type"].as_str() {
                        Some("number") => json!(1.5),
                        Some("string") => json!("a word"),
                        _ => json!(true),
                    };
                    let value = column.get(end).or(word).cloned();
                    (name.clone(), value.unwrap_or(other))
                })
                .collect();
            let answer = post(&app, "/predict", json!({"features": row}).to_string()).await;
            assert_eq!(answer.status, 200, "{kind} {end}: {}", answer.text);
        }
        let required = features["oneOf"][0]["required"].as_array().unwrap();
        let least = required.iter().filter_map(Value::as_str);
        let least: serde_json::Map<_, _> = least
            .map(|name| {
                let column = &properties[name];
                let word = column["enum"].get(0).or(column.get("example")).cloned();
                let value = match column["type"].as_str() {
                    Some("boolean") => json!(false),
                    Some("string") => word.unwrap_or(json!("a word")),
                    _ => json!(0),
                };
                (name.to_owned(), value)
            })
            .collect();
        let answer = post(&app, "/predict", json!({"features": least}).to_string()).await;
        assert_eq!(answer.status, 200, "{kind}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_document_keeps_the_order_of_the_models_columns() {
    let app = app(&uri(&typed()));
    let text = get(&app, "/openapi.json").await.text;
    let row = text.split("\"by_name\"").nth(1).unwrap();
    let places: Vec<_> = TYPED
        .iter()
        .map(|(name, ..)| row.find(&format!("\"{name}\"")))
        .collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
}

#[tokio::test]
async fn two_loads_of_a_model_make_the_same_document() {
    let package = typed();
    let (first, second) = (app(&uri(&package)), app(&uri(&package)));
    assert_eq!(
        get(&first, "/openapi.json").await.text,
        get(&second, "/openapi.json").await.text
    );
}

#[tokio::test]
async fn an_example_that_the_columns_refuse_gives_way_to_zeros() {
    let package = package(&TYPED, &json!([1.5, 1e300, 1e30, 1, 7, 1, 1, 1]));
    let document = document(&app(&uri(&package))).await;
    let body = &document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(
        body["examples"]["by_order"]["value"],
        json!({"features": [0, 0.0, 0, 0.0, false, 0.0, 0, 0]})
    );
}

/// A body that never goes on.
struct Stuck;

impl hyper::body::Body for Stuck {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn every_refusal_in_the_document_is_one_that_the_server_sends() {
    let app = iris();
    let document = document(&app).await;
    let request = || Request::post("/predict").header("content-type", "application/json");
    let mut full = Config::default();
    full.server.max_in_flight = 0;
    let by_name = &document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
        ["examples"]["by_name"]["value"];
    let mut wrong = by_name.clone();
    wrong["features"]["sepal_length"] = "high".into();
    let whole = by_name.to_string();
    let text = Request::post("/predict").header("content-type", "text/plain");
    let sent = [
        post(&app, "/predict", whole[..whole.len() - 1].to_owned()).await,
        send(&app, request().body(Stuck).unwrap()).await,
        post(&app, "/predict", vec![b' '; (8 << 20) + 1]).await,
        send(&app, text.body(Full::new(Bytes::from(whole))).unwrap()).await,
        post(&app, "/predict", wrong.to_string()).await,
        post(
            &app_with("builtin:iris", &full),
            "/predict",
            crate::app::ROW,
        )
        .await,
        post(&App::new(&Config::default()), "/predict", crate::app::ROW).await,
    ];
    for (answer, status) in sent
        .iter()
        .zip(["400", "408", "413", "415", "422", "429", "503"])
    {
        assert_eq!(answer.status.as_str(), status);
        let declared = &document["paths"]["/predict"]["post"]["responses"][status];
        assert_eq!(
            answer.json(),
            content(&document, "/predict", status)["example"],
            "{status}"
        );
        let media_type = declared["content"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap();
        assert_eq!(answer.headers["content-type"], media_type.as_str());
        for header in declared["headers"].as_object().unwrap().keys() {
            assert!(answer.headers.contains_key(header), "{status} {header}");
        }
    }
}

#[tokio::test]
async fn what_get_operations_answer_is_as_the_document_shows() {
    let app = app(&uri(&typed()));
    let document = document(&app).await;
    for path in ["/model", "/health/ready", "/health/live"] {
        let declared = &document["paths"][path]["get"]["responses"]["200"];
        let (media_type, content) = declared["content"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        let answer = get(&app, path).await;
        assert_eq!(
            answer.headers["content-type"],
            media_type.as_str(),
            "{path}"
        );
        let mut got = answer.json();
        if path == "/model" {
            got["loaded_at"] = content["example"]["loaded_at"].clone();
        }
        assert_eq!(got, content["example"], "{path}");
    }
    let metrics = &document["paths"]["/metrics"]["get"]["responses"]["200"]["content"];
    let answer = get(&app, "/metrics").await;
    assert!(
        metrics
            .get(answer.headers["content-type"].to_str().unwrap())
            .is_some()
    );
}

#[tokio::test]
async fn the_configuration_page_lists_every_setting_with_its_default() {
    let page = include_str!("../../docs/configuration.md");
    let config = serde_json::to_value(ml_serving::config::Config::default()).unwrap();
    let mut left = vec![(String::new(), config)];
    while let Some((key, value)) = left.pop() {
        let default = match value {
            Value::Object(inner) => {
                let below = |(name, value)| (format!("{key}.{name}"), value);
                left.extend(inner.into_iter().map(below));
                continue;
            }
            Value::String(text) => text,
            Value::Null => String::new(),
            Value::Array(values) => values.iter().map(Value::to_string).collect(),
            other => other.to_string(),
        };
        let default = if default.is_empty() {
            String::new()
        } else {
            format!("`{default}`")
        };
        let key = key.trim_start_matches('.');
        let variable = key.replace('.', "__").to_uppercase();
        let row = format!("| `{key}` | `MLSERVING__{variable}` | {default} |");
        let squeezed = row.replace("|  |", "| |");
        assert!(
            page.contains(&row) || page.contains(&squeezed),
            "docs/configuration.md has no row starting {row}"
        );
    }
}
