//! The V1 protocol of `KServe` and of TensorFlow Serving.

use crate::{
    app::{Answer, app, get, iris, post},
    kinds::{serving, typed, uri},
};
use ml_serving::{config::Config, http::App};
use serde_json::{Value, json};
use std::sync::Arc;

async fn ask(app: &Arc<App>, body: &Value) -> Answer {
    let name = app.served().unwrap().name.clone();
    post(app, &format!("/v1/models/{name}:predict"), body.to_string()).await
}

async fn predictions(app: &Arc<App>, body: &Value) -> Value {
    let answer = ask(app, body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text);
    answer.json()["predictions"].clone()
}

/// A row that the model takes, by name where its columns have names, from the document.
async fn example(app: &Arc<App>) -> Value {
    let document = get(app, "/openapi.json").await.json();
    let examples = &document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
        ["examples"];
    let form = if examples["by_name"].is_object() {
        "by_name"
    } else {
        "by_order"
    };
    examples[form]["value"]["features"].clone()
}

#[tokio::test]
async fn a_row_gets_the_prediction_of_the_servers_own_route() {
    let typed_package = typed();
    for (kind, app) in [
        ("named columns", iris()),
        ("no names", app("tests/data/onnx/iris_rf_double.onnx")),
        ("text labels", app("tests/data/onnx/iris_rf_strings.onnx")),
        ("missing values", app(&uri(&typed_package))),
        ("a regressor", app("tests/data/onnx/diabetes_rf.onnx")),
        (
            "two targets",
            app("tests/data/onnx/diabetes_two_targets.onnx"),
        ),
        ("a pipeline over words", serving("1.9.1-core_logistic")),
        (
            "a regressor over words",
            serving("1.9.1-core_forest_regressor"),
        ),
    ] {
        let row = example(&app).await;
        let native = post(&app, "/predict", json!({"features": row}).to_string())
            .await
            .json();
        let expected = match &native["label"] {
            Value::Null => native["prediction"].clone(),
            label => label.clone(),
        };
        let found = predictions(&app, &json!({"instances": [row, row]})).await;
        assert!(
            alike(&found[0], &expected) && found[0] == found[1],
            "{kind}: {found} for {expected}"
        );
    }
}

/// The same, where numbers of 32 bits may be written with the digits of 64.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Number(a), Value::Number(b)) => {
            let [a, b] = [a, b].map(|x| x.as_f64().unwrap());
            (a - b).abs() <= 1e-6 * b.abs()
        }
        _ => a == b,
    }
}

#[tokio::test]
async fn rows_come_as_arrays_objects_and_columns() {
    let iris = iris();
    let expected = json!([0, 2]);
    let rows = json!([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]);
    let object = |sl: f64, sw: f64, pl: f64, pw: f64| json!({"petal_width": pw, "sepal_length": sl, "sepal_width": sw, "petal_length": pl});
    let objects = json!([object(5.1, 3.5, 1.4, 0.2), object(6.7, 3.0, 5.2, 2.3)]);
    let columns = json!({"sepal_length": [5.1, 6.7], "sepal_width": [[3.5], [3.0]], "petal_length": [1.4, 5.2], "petal_width": [0.2, 2.3]});
    for body in [
        json!({"instances": rows}),
        json!({"instances": objects}),
        json!({"inputs": rows}),
        json!({"inputs": columns}),
        json!({"signature_name": "serving_default", "instances": rows}),
    ] {
        assert_eq!(predictions(&iris, &body).await, expected, "{body}");
    }
    assert_eq!(
        predictions(&iris, &json!({"instances": []})).await,
        json!([])
    );
    let one = json!({"inputs": {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}});
    assert_eq!(predictions(&iris, &one).await, json!([0]));
}

#[tokio::test]
async fn probabilities_come_when_they_are_asked_for() {
    let body = json!({"instances": [[5.1, 3.5, 1.4, 0.2]]}).to_string();
    let answer = post(&iris(), "/v1/models/iris:predict?probabilities=true", body)
        .await
        .json();
    assert_eq!(answer["predictions"][0].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_version_may_be_named_and_another_one_is_not_there() {
    let iris = iris();
    let version = iris.served().unwrap().version.clone();
    let body = json!({"instances": [[5.1, 3.5, 1.4, 0.2]]}).to_string();
    for (path, status) in [
        (format!("/v1/models/iris/versions/{version}:predict"), 200),
        ("/v1/models/iris/versions/0:predict".to_owned(), 404),
        ("/v1/models/other:predict".to_owned(), 404),
    ] {
        let answer = post(&iris, &path, body.clone()).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        if status == 404 {
            let error = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(
                error.contains("this server has the model \"iris\""),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_model_tells_its_state_as_both_servers_do() {
    let iris = iris();
    let version = iris.served().unwrap().version.clone();
    assert_eq!(
        get(&iris, "/v1/models").await.json(),
        json!({"models": ["iris"]})
    );
    for path in [
        "/v1/models/iris".to_owned(),
        format!("/v1/models/iris/versions/{version}"),
    ] {
        let state = get(&iris, &path).await.json();
        assert_eq!(
            (&state["name"], &state["ready"]),
            (&json!("iris"), &json!(true))
        );
        let expected = json!([{"version": version, "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}]);
        assert_eq!(state["model_version_status"], expected);
    }
    let empty = App::new(&Config::default());
    for path in ["/v1/models", "/v1/models/iris"] {
        let answer = get(&empty, path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.json()["error"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn failures_are_told_in_one_text() {
    let iris = iris();
    for (body, status, expected) in [
        (
            json!({}),
            422,
            "the rows are missing: there is no field \"instances\" or \"inputs\"; send {\"instances\": [{\"sepal_length\": ",
        ),
        (
            json!({"instances": [[1, 2, 3]]}),
            422,
            "row 0: expected 4 features, got 3",
        ),
        (
            json!({"instances": [[1, 2, 3, "x"], [1]]}),
            422,
            "row 0, column 3: expected a number, got a string (the first of 2 mistakes)",
        ),
        (
            json!({"instances": [{"petal": 1}]}),
            422,
            "row 0: unknown column \"petal\" (the first of 5 mistakes)",
        ),
    ] {
        let answer = ask(&iris, &body).await;
        let answered = answer.json();
        let error = answered["error"].as_str().unwrap();
        assert_eq!(
            (answer.status.as_u16(), answered.as_object().unwrap().len()),
            (status, 1)
        );
        assert!(error.starts_with(expected), "{error}");
    }
    let nan = post(
        &iris,
        "/v1/models/iris:predict",
        "{\"instances\": [[NaN, 1, 2, 3]]}",
    )
    .await;
    assert_eq!(nan.status, 400);
}

#[tokio::test]
async fn no_body_is_too_odd_to_be_refused() {
    let iris = iris();
    let deep = format!(
        "{{\"instances\": {}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let fields = |value: &str| {
        let fields: Vec<_> = (0..20_000).map(|i| format!("\"c{i}\": {value}")).collect();
        fields.join(",")
    };
    let wide = format!("{{\"inputs\": {{{}}}}}", fields("[1]"));
    let names = format!("{{\"instances\": [{{{}}}]}}", fields("1"));
    for body in [
        deep.as_str(),
        &wide,
        &names,
        "{\"instances\"",
        "{\"instances\": [[1,2,3,4]]}x",
        "",
        "\u{feff}{}",
        "{\"inputs\": [[[[]]]]}",
    ] {
        for path in ["/v1/models/iris:predict", "/invocations"] {
            let answer = post(&iris, path, body.to_owned()).await;
            assert!(
                [400, 422].contains(&answer.status.as_u16()),
                "{path} {}",
                answer.text
            );
            assert!(answer.text.len() < 2000, "{path} {}", answer.text);
        }
    }
}
