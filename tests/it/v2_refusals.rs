//! What is refused by the Open Inference Protocol: with what is wrong, and where.

use crate::{
    app::{app, app_with, get, iris, post},
    kinds::serving,
    v2::{INFER, both, columns, matrix, words},
};
use ml_serving::{config::Config, http::App};
use serde_json::{Value, json};

fn one(shape: &Value, datatype: &str, data: &Value) -> Value {
    json!([{"name": "x", "shape": shape, "datatype": datatype, "data": data}])
}

const ROW: [f64; 4] = [5.1, 3.5, 1.4, 0.2];

/// Sends every body and compares status and error.
async fn refused(cases: impl IntoIterator<Item = (Value, u16, &str)>) {
    let app = iris();
    for (body, status, error) in cases {
        let answer = post(&app, INFER, body.to_string()).await;
        let got = answer.json()["error"].as_str().map(str::to_owned);
        assert_eq!(
            (answer.status.as_u16(), got.as_deref()),
            (status, Some(error)),
            "{body}"
        );
        assert_eq!(answer.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_tensor_that_is_not_what_it_claims_is_refused_by_name() {
    let inputs = |inputs: Value| json!({ "inputs": inputs });
    refused([
        (inputs(one(&json!([1, 3]), "FP64", &json!([1, 2, 3]))), 422,
            "input \"x\": its shape is [1, 3]; this model takes [-1, 4], or one tensor of the shape [-1, 1] for each column, by its name"),
        (inputs(one(&json!([4]), "FP64", &json!(ROW))), 422,
            "input \"x\": its shape is [4]; this model takes [-1, 4]; send a single row as [1, 4]"),
        (inputs(one(&json!([1, 4]), "FP64", &json!([1, 2, 3]))), 422,
            "input \"x\": its shape [1, 4] has 4 values, its data has 3"),
        (inputs(one(&json!([1, 4]), "FP64", &json!([1, 2, 3, 4, 5]))), 422,
            "input \"x\": its shape [1, 4] has 4 values, its data has 5"),
        (inputs(one(&json!([2, 4]), "FP64", &json!([[1, 2, 3], [1, 2, 3, 4, 5]]))), 422,
            "input \"x\": an array of its data has 3 values, where its shape has 4"),
        (inputs(one(&json!([1, 4]), "FP64", &json!([[1, 2, 3, [4]]]))), 422,
            "input \"x\": its data is nested more deeply than its shape"),
        (inputs(one(&json!([2, 4]), "FP64", &json!([[1, 2, 3, 4], 1, 2, 3, 4]))), 422,
            "input \"x\": its data has values beside arrays"),
        (inputs(one(&json!([1, 4]), "FP64", &json!(7))), 422, "input \"x\": its data is a number, not an array"),
        (inputs(one(&json!([1, 4]), "BF16", &json!(ROW))), 422,
            "input \"x\": the datatype \"BF16\" is not read here; send one of BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BYTES"),
        (inputs(one(&json!([-1, 4]), "FP64", &json!(ROW))), 422, "input \"x\": no tensor has the shape [-1, 4]"),
        (inputs(one(&json!([i64::MAX, i64::MAX]), "FP64", &json!(ROW))), 422,
            "input \"x\": no tensor has the shape [9223372036854775807, 9223372036854775807]"),
        (inputs(one(&json!([9000, 4]), "FP64", &json!(ROW))), 422, "input \"x\": the body is too short for the shape [9000, 4]"),
        (inputs(one(&json!([1, 1, 4]), "FP64", &json!(ROW))), 422, "input \"x\": its shape has 3 dimensions, not 1 or 2"),
        (inputs(one(&json!([10_001, 4]), "FP64", &json!(ROW))), 413, "The batch has more than 10000 rows, which is this server's limit."),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_value_is_named_by_row_and_column() {
    let with = |datatype: &str, value: Value| {
        let mut row = json!(ROW);
        row[2] = value;
        json!({"inputs": one(&json!([2, 4]), datatype, &json!([ROW.map(f64::floor), row]))})
    };
    let at = "row 1, column \"petal_length\": ";
    for (body, error) in [
        (with("FP64", json!("high")), "expected FP64, got a string"),
        (with("FP32", json!(true)), "expected FP32, got a boolean"),
        (
            with("FP32", json!(1e39)),
            "expected FP32, got a number beyond its range",
        ),
        (
            with("FP64", json!(1e39)),
            "the number is out of range for a 32-bit float (±3.4e38)",
        ),
        (
            with("FP64", Value::Null),
            "null is a missing value, which this model cannot handle",
        ),
        (with("FP64", json!({})), "expected FP64, got an object"),
        (
            with("BYTES", json!("high")),
            "expected a number, got a string",
        ),
    ] {
        refused([(body, 422, format!("{at}{error}").as_str())]).await;
    }
    let whole = json!({"inputs": one(&json!([1, 4]), "UINT8", &json!([1, 2, 300, 4.5]))});
    let error = "row 0, column \"petal_length\": expected UINT8, got a number beyond its range (and 1 more mistake)";
    refused([(whole, 422, error)]).await;
    let digits = format!(
        "{{\"inputs\":{}}}",
        one(&json!([1, 4]), "FP64", &json!([1, 2, 3, 4]))
    );
    let answer = post(&iris(), INFER, digits.replace("3,4]", "3,1e999]")).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(
        answer.text.contains(
            "row 0, column \\\"petal_width\\\": the number is too large for a 64-bit float"
        )
    );
}

#[tokio::test]
async fn columns_that_do_not_belong_together_are_refused() {
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut inputs = columns().as_array().unwrap().clone();
        change(&mut inputs);
        json!({ "inputs": inputs })
    };
    refused([
        (
            with(&|inputs| drop(inputs.pop())),
            422,
            "the column \"sepal_width\" is missing",
        ),
        (
            with(&|inputs| inputs[1]["name"] = json!("age")),
            422,
            "unknown column \"age\" (and 1 more mistake)",
        ),
        (
            with(&|inputs| inputs[1]["name"] = inputs[0]["name"].clone()),
            422,
            "the column \"petal_length\" is given twice (and 1 more mistake)",
        ),
        (
            with(&|inputs| {
                inputs[1]["shape"] = json!([1]);
                inputs[1]["data"] = json!([1]);
            }),
            422,
            "input \"sepal_length\": it has 1 rows, and \"petal_length\" has 2",
        ),
        (
            with(&|inputs| inputs[1]["shape"] = json!([1, 2])),
            422,
            "input \"sepal_length\": a column has the shape [-1] or [-1, 1], not [1, 2]",
        ),
        (
            json!({"inputs": []}),
            422,
            "The request has no inputs; send one tensor of rows, or one for each column.",
        ),
    ])
    .await;
    let unnamed = app("tests/data/onnx/iris_rf_double.onnx");
    let answer = post(
        &unnamed,
        "/v2/models/iris_rf_double/infer",
        both(&columns()),
    )
    .await;
    assert_eq!(answer.status, 422);
    assert!(
        answer
            .text
            .contains("send one tensor of the shape [-1, 4], not 4"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn an_output_that_the_model_does_not_have_is_refused_by_name() {
    let asking = |outputs: Value| json!({"inputs": columns(), "outputs": outputs});
    refused([
        (asking(json!([{"name": "transform"}])), 422, "unknown output \"transform\"; this model has predict and predict_proba"),
        (asking(json!([{"name": "predict"}, {"name": "predict"}])), 422, "the output \"predict\" is asked for twice"),
        (asking(json!([{"name": "predict", "parameters": {"classification": 2}}])), 400,
            "outputs have no parameters but binary_data here: neither classification nor shared memory"),
    ])
    .await;
    let labels_only = serving("1.9.1-linear_svc_words");
    let answer = post(&labels_only, "/v2/models/pipeline/infer", both(&words())).await;
    assert!(
        answer.text.contains("this model has predict\""),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_with_the_reason() {
    let app = iris();
    for (body, status, part) in [
        (
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP64\",\"data\":[NaN,1,2,3]}]}",
            400,
            "send null for a missing value",
        ),
        ("{", 400, "The body is not valid JSON"),
        ("", 400, "The body is empty; send JSON."),
        ("{}", 422, "missing field `inputs`"),
        ("[]", 422, "no inference request"),
        (
            "{\"inputs\":[],\"inputs\":[]}",
            422,
            "duplicate field `inputs`",
        ),
        (
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP64\"}]}",
            422,
            "input \\\"x\\\": it has no data",
        ),
        ("{\"inputs\":{}}", 422, "invalid type"),
        (
            "[null,null,[[\"x\",[1,4],\"FP64\",null,[1,2,3,4]]],null]",
            400,
            "fields come by name",
        ),
    ] {
        let answer = post(&app, INFER, body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
        assert!(answer.json()["error"].is_string());
    }
    let long = format!("{{\"inputs\":\"{}\"}}", "x".repeat(100_000));
    assert!(post(&app, INFER, long).await.text.len() < 500);
}

#[tokio::test]
async fn before_the_model_is_there_nothing_is_predicted() {
    let app = App::new(&Config::default());
    for path in [
        "/v2/health/ready",
        "/v2/models/iris",
        "/v2/models/iris/ready",
    ] {
        assert_eq!(get(&app, path).await.status, 503, "{path}");
    }
    assert_eq!(
        get(&app, "/v2/health/ready").await.json(),
        json!({"ready": false})
    );
    assert_eq!(
        get(&app, "/v2/models/stats").await.json(),
        json!({"model_stats": []})
    );
    let answer = post(&app, INFER, both(&columns())).await;
    assert_eq!(answer.status, 503);
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("not loaded yet")
    );
    assert_eq!(answer.headers["retry-after"], "1");
}

#[tokio::test]
async fn another_model_is_neither_loaded_nor_unloaded() {
    let app = iris();
    for path in [
        "/v2/repository/models/rose/load",
        "/v2/repository/models/iris/unload",
    ] {
        let answer = post(&app, path, "").await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.json()["error"]
                .as_str()
                .unwrap()
                .contains("one model")
        );
    }
    // What is not there at all is told in the same form.
    let answer = get(&app, "/v2/models/iris/config").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"].is_string()),
        (404, true)
    );
}

#[tokio::test]
async fn a_smaller_limit_of_rows_holds_for_tensors_too() {
    let mut config = Config::default();
    config.server.max_batch_rows = 1;
    let app = app_with("builtin:iris", &config);
    let answer = post(&app, INFER, both(&json!([matrix(&json!([ROW, ROW]))]))).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
}
