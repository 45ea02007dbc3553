//! Containers of Vertex AI and of `SageMaker`: routes and ports where the environment says.

use crate::{
    app::{Answer, app_with, get, post},
    binary::Binary,
};
use ml_serving::{
    config::{Config, Vertex},
    http::App,
};
use serde_json::{Value, json};
use std::{process::Command, sync::Arc};

fn config(predict: &str, health: &str) -> Config {
    let mut config = Config::default();
    config.server.vertex = Vertex {
        predict_route: Some(predict.to_owned()),
        health_route: Some(health.to_owned()),
    };
    config
}

const PREDICT: &str = "/v1/endpoints/7/deployedModels/9:predict";
const HEALTH: &str = "/v1/endpoints/7/deployedModels/9";

fn served() -> Arc<App> {
    app_with("builtin:iris", &config(PREDICT, HEALTH))
}

async fn ask(app: &Arc<App>, body: &Value) -> Answer {
    post(app, PREDICT, body.to_string()).await
}

#[tokio::test]
async fn instances_are_predicted_at_the_route_that_the_environment_names() {
    let app = served();
    let row = json!([5.1, 3.5, 1.4, 0.2]);
    for body in [
        json!({"instances": [row]}),
        json!({"instances": [row], "parameters": {}}),
        json!({"instances": [row], "parameters": null}),
        json!({"instances": [{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]}),
    ] {
        let answer = ask(&app, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!({"predictions": [0]})),
            "{body}"
        );
    }
}

#[tokio::test]
async fn parameters_ask_for_probabilities_and_for_nothing_else() {
    let app = served();
    let with =
        |parameters: Value| json!({"instances": [[5.1, 3.5, 1.4, 0.2]], "parameters": parameters});
    let answer = ask(&app, &with(json!({"probabilities": true})))
        .await
        .json();
    assert_eq!(answer["predictions"][0].as_array().unwrap().len(), 3);
    let answer = ask(&app, &with(json!({"probabilities": false})))
        .await
        .json();
    assert_eq!(answer["predictions"], json!([0]));
    for (parameters, expected) in [
        (
            json!({"top": 3}),
            "unknown parameter \"top\": \"parameters\" takes probabilities",
        ),
        (
            json!({"probabilities": "yes"}),
            "the parameter probabilities must be true or false",
        ),
        (
            json!([]),
            "expected \"parameters\" as an object, got an array",
        ),
    ] {
        let answer = ask(&app, &with(parameters)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (422, json!({"error": expected}))
        );
    }
}

#[tokio::test]
async fn the_health_route_is_200_once_the_model_is_there() {
    let empty = App::new(&config(PREDICT, HEALTH));
    assert_eq!(get(&empty, HEALTH).await.status, 503);
    assert_eq!(get(&served(), HEALTH).await.status, 200);
}

#[tokio::test]
async fn a_route_of_the_environment_wins_over_the_servers_own() {
    let app = app_with("builtin:iris", &config("/predict", "/health"));
    let answer = post(
        &app,
        "/predict",
        json!({"instances": [[5.1, 3.5, 1.4, 0.2]]}).to_string(),
    )
    .await;
    assert_eq!(answer.json(), json!({"predictions": [0]}));
    assert_eq!(
        get(&app, "/health").await.json(),
        json!({"status": "ready"})
    );
    // Both may be at one path.
    let app = app_with("builtin:iris", &config("/vertex", "/vertex"));
    assert_eq!(get(&app, "/vertex").await.status, 200);
    let document = get(&app, "/openapi.json").await.json();
    let path = document["paths"]["/vertex"].as_object().unwrap();
    assert_eq!(path.keys().collect::<Vec<_>>(), ["post", "get"]);
}

#[tokio::test]
async fn the_document_has_these_routes_only_where_there_are_any() {
    let document = get(&served(), "/openapi.json").await.json();
    let examples = &document["paths"][PREDICT]["post"]["requestBody"]["content"]["application/json"]
        ["examples"];
    let app = served();
    for (name, example) in examples.as_object().unwrap() {
        assert_eq!(ask(&app, &example["value"]).await.status, 200, "{name}");
    }
    let plain = get(&crate::app::iris(), "/openapi.json").await;
    assert!(
        !plain.text.contains("AIP_") && !plain.text.contains("Vertex"),
        "no route of Vertex AI"
    );
}

#[test]
fn a_container_listens_where_its_platform_says() {
    for (variables, path) in [
        (
            [("AIP_HTTP_PORT", "0"), ("AIP_HEALTH_ROUTE", "/healthy")],
            "/healthy",
        ),
        (
            [
                ("SAGEMAKER_BIND_TO_PORT", "0"),
                ("SAGEMAKER_BATCH", "false"),
            ],
            "/ping",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        command.args(["serve", "--host", "127.0.0.1"]);
        let server = Binary::spawn(command.envs(variables));
        let answer = server.get(path);
        assert!(answer.starts_with("HTTP/1.0 200"), "{path}: {answer}");
    }
}
