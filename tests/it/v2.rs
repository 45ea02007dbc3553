//! The Open Inference Protocol by REST: rows as tensors, and what is told about the model.

use crate::{
    app::{app, get, iris, post, send},
    kinds::{serving, typed, uri},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::http::App;
use serde_json::{Value, json};
use std::sync::Arc;

pub const INFER: &str = "/v2/models/iris/infer";
pub const COLUMNS: [&str; 4] = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const ROWS: [[f64; 4]; 2] = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]];

/// One tensor of the two rows.
pub fn matrix(data: &Value) -> Value {
    json!({"name": "x", "shape": [2, 4], "datatype": "FP64", "data": data})
}

/// A request with these inputs for both outputs.
pub fn both(inputs: &Value) -> String {
    let outputs = json!([{"name": "predict"}, {"name": "predict_proba"}]);
    json!({"inputs": inputs, "outputs": outputs}).to_string()
}

/// The data of the outputs by name, which must be there.
pub async fn outputs(app: &Arc<App>, path: &str, body: String) -> Vec<(String, Value)> {
    let answer = post(app, path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let outputs = answer["outputs"].as_array().unwrap().iter();
    outputs
        .map(|output| {
            let name = output["name"].as_str().unwrap().to_owned();
            (name, output["data"].clone())
        })
        .collect()
}

/// The same by the server's own API.
async fn expected(app: &Arc<App>) -> Vec<(String, Value)> {
    let rows = ROWS.map(|row| json!({ "features": row }));
    let answer = post(
        app,
        "/predict/batch?probabilities=true",
        json!(rows).to_string(),
    )
    .await;
    let answer = answer.json();
    let answers = answer.as_array().unwrap();
    let classes: Vec<_> = answers
        .iter()
        .map(|row| row["prediction"].clone())
        .collect();
    let all = answers
        .iter()
        .flat_map(|row| row["probabilities"].as_array().unwrap());
    let all: Vec<_> = all.cloned().collect();
    vec![
        ("predict".into(), classes.into()),
        ("predict_proba".into(), all.into()),
    ]
}

/// The rows as one tensor for each column.
pub fn columns() -> Value {
    let column = |i: usize| json!({"name": COLUMNS[i], "shape": [2, 1], "datatype": "FP64", "data": [ROWS[0][i], ROWS[1][i]]});
    // In another order than the model's.
    json!([column(2), column(0), column(3), column(1)])
}

#[tokio::test]
async fn one_tensor_or_one_for_each_column_gets_the_answers_of_predict() {
    let app = iris();
    let expected = expected(&app).await;
    let flat: Vec<f64> = ROWS.concat();
    for inputs in [
        json!([matrix(&json!(ROWS))]),
        json!([matrix(&json!(flat))]),
        columns(),
    ] {
        assert_eq!(outputs(&app, INFER, both(&inputs)).await, expected);
    }
}

#[tokio::test]
async fn fields_may_come_in_any_order_and_unknown_ones_are_left_alone() {
    let app = iris();
    let body = format!(
        r#"{{"inputs":[{{"data":{},"parameters":{{"mine":[1]}},"datatype":"FP64","shape":[2,4],"name":"x"}}],"outputs":null,"mine":{{}},"id":"a7"}}"#,
        json!(ROWS)
    );
    let answer = post(&app, INFER, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let version = get(&app, "/model").await.json()["version"].clone();
    assert_eq!(
        answer.json(),
        json!({
            "model_name": "iris", "model_version": version, "id": "a7",
            "outputs": [{
                "name": "predict", "shape": [2, 1], "datatype": "INT64", "parameters": {"content_type": "np"}, "data": [0, 2],
            }],
        })
    );
    assert_eq!(answer.headers["x-model-version"], version.as_str().unwrap());
}

#[tokio::test]
async fn a_version_in_the_path_is_the_models_own() {
    let app = iris();
    let version = get(&app, "/model").await.json()["version"].clone();
    let version = version.as_str().unwrap();
    let body = both(&json!([matrix(&json!(ROWS))]));
    let path = format!("/v2/models/iris/versions/{version}/infer");
    assert_eq!(
        outputs(&app, &path, body.clone()).await,
        expected(&app).await
    );
    for path in ["/v2/models/iris/versions/9/infer", "/v2/models/rose/infer"] {
        let answer = post(&app, path, body.clone()).await;
        assert_eq!(answer.status, 404);
        assert!(
            answer.json()["error"]
                .as_str()
                .unwrap()
                .contains("\"iris\"")
        );
    }
}

#[tokio::test]
async fn single_precision_is_rounded_as_numpy_rounds_it() {
    let app = app("tests/data/onnx/iris_rf_double.onnx");
    let path = "/v2/models/iris_rf_double/infer";
    let ask = |datatype: &str, x: f64| {
        let input =
            json!({"name": "x", "shape": [1, 4], "datatype": datatype, "data": [x, 3.5, 1.4, 0.2]});
        outputs(
            &app,
            path,
            json!({"inputs": [input], "outputs": [{"name": "predict_proba"}]}).to_string(),
        )
    };
    assert_eq!(ask("FP32", 5.1).await, ask("FP64", f64::from(5.1f32)).await);
    assert_eq!(ask("FP16", 5.1).await, ask("FP64", 5.101_562_5).await);
    for datatype in [
        "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64",
    ] {
        let input =
            json!({"name": "x", "shape": [1, 4], "datatype": datatype, "data": [5, 3, 1, 0]});
        let body = json!({"inputs": [input], "outputs": [{"name": "predict_proba"}]});
        let double = body.to_string().replace(datatype, "FP64");
        let answer = outputs(&app, path, body.to_string()).await;
        assert_eq!(answer, outputs(&app, path, double).await, "{datatype}");
    }
}

#[tokio::test]
async fn text_labels_are_strings_and_regressors_answer_numbers() {
    for (uri, name, datatype, data) in [
        (
            "tests/data/onnx/iris_rf_strings.onnx",
            "iris_rf_strings",
            "BYTES",
            json!(["setosa", "virginica"]),
        ),
        (
            "tests/data/onnx/iris_rf_double.onnx",
            "iris_rf_double",
            "INT64",
            json!([0, 2]),
        ),
    ] {
        let app = app(uri);
        let body = json!({"inputs": [matrix(&json!(ROWS))]}).to_string();
        let answer = post(&app, &format!("/v2/models/{name}/infer"), body)
            .await
            .json();
        let output = &answer["outputs"][0];
        assert_eq!(
            (&output["datatype"], &output["data"]),
            (&json!(datatype), &data)
        );
    }
    let app = app("tests/data/onnx/diabetes_two_targets.onnx");
    let metadata = get(&app, "/v2/models/diabetes_two_targets").await.json();
    assert_eq!(
        metadata["outputs"],
        json!([{"name": "predict", "datatype": "FP32", "shape": [-1, 2]}])
    );
}

/// The row of `words`, a tensor for each column.
pub fn words() -> Value {
    let column = |name: &str, datatype: &str, value: Value| json!({"name": name, "shape": [1], "datatype": datatype, "data": [value]});
    json!([
        column("age", "INT64", json!(43)),
        column("income", "FP64", json!(503.5)),
        column("score", "FP64", json!(-3.25)),
        column("ratio", "FP64", json!(0.12)),
        column("balance", "FP64", json!(0.0)),
        column("month", "INT64", json!(8)),
        column("city", "BYTES", json!("São Paulo")),
        column("plan", "BYTES", json!("basic")),
        column("job", "BYTES", json!("smith")),
        column("note", "BYTES", json!("ok")),
        column("grade", "BYTES", json!("low")),
        column("member", "BOOL", json!(false)),
    ])
}

#[tokio::test]
async fn columns_of_words_are_strings_plain_in_base64_or_as_json() {
    let app = serving("1.9.1-core_logistic");
    let path = "/v2/models/pipeline/infer";
    let body = |inputs: &Value| {
        json!({"inputs": inputs, "outputs": [{"name": "predict_proba"}]}).to_string()
    };
    let expected = outputs(&app, path, body(&words())).await;
    for (content_type, text) in [
        ("str", "São Paulo"),
        ("base64", "U8OjbyBQYXVsbw=="),
        ("pd_json", "\"S\\u00e3o Paulo\""),
    ] {
        let mut inputs = words();
        inputs[6]["parameters"] = json!({ "content_type": content_type });
        inputs[6]["data"] = json!([text]);
        assert_eq!(
            outputs(&app, path, body(&inputs)).await,
            expected,
            "{content_type}"
        );
    }
    let mut other = words();
    other[7]["data"] = json!(["pro"]);
    assert_ne!(outputs(&app, path, body(&other)).await, expected);
}

#[tokio::test]
async fn null_is_a_missing_value_in_every_datatype() {
    let app = app(&uri(&typed()));
    let names = [
        "tenure_months",
        "balance",
        "account",
        "score",
        "is_member",
        "age",
        "region",
        "calls",
    ];
    let datatypes = [
        "INT32", "FP64", "INT64", "FP32", "BOOL", "FP64", "INT32", "INT64",
    ];
    let missing = names.iter().zip(datatypes).map(|(name, datatype)| {
        json!({"name": name, "shape": [1, 1], "datatype": datatype, "data": [null]})
    });
    let missing: Vec<_> = missing.collect();
    let body = |inputs: &[Value]| {
        json!({"inputs": inputs, "outputs": [{"name": "predict_proba"}]}).to_string()
    };
    let answer = outputs(&app, "/v2/models/churn/infer", body(&missing)).await;
    // Columns that are optional may be left out, which is the same.
    let without: Vec<Value> = missing
        .iter()
        .filter(|input| !["score", "age", "region"].contains(&input["name"].as_str().unwrap()))
        .cloned()
        .collect();
    assert_eq!(
        outputs(&app, "/v2/models/churn/infer", body(&without)).await,
        answer
    );
    let native = json!({"features": names.map(|_| Value::Null)}).to_string();
    let native = post(&app, "/predict?probabilities=true", native)
        .await
        .json();
    assert_eq!(answer[0].1, native["probabilities"]);
}

#[tokio::test]
async fn no_rows_get_no_answers() {
    let input = json!({"name": "x", "shape": [0, 4], "datatype": "FP32", "data": []});
    let answer = outputs(&iris(), INFER, both(&json!([input]))).await;
    assert_eq!(
        answer,
        [
            ("predict".into(), json!([])),
            ("predict_proba".into(), json!([]))
        ]
    );
}

#[tokio::test]
async fn a_body_without_a_media_type_is_json_and_bytes_are_too() {
    let app = iris();
    for media_type in [
        None,
        Some("application/octet-stream"),
        Some("application/json; charset=utf-8"),
    ] {
        let mut request = Request::post(INFER);
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let body = Full::new(Bytes::from(both(&columns())));
        let answer = send(&app, request.body(body).unwrap()).await;
        assert_eq!(answer.status, 200, "{media_type:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn in_a_matrix_of_numbers_one_and_zero_are_true_and_false() {
    let app = app(&uri(&typed()));
    let path = "/v2/models/churn/infer";
    let ask = |datatype: &str, member: Value| {
        let row = json!([12, 1500.5, 7, 0.5, member, null, 7, 3]);
        let input = json!({"name": "x", "shape": [1, 8], "datatype": datatype, "data": [row]});
        let outputs = json!([{"name": "predict_proba"}]);
        json!({"inputs": [input], "outputs": outputs}).to_string()
    };
    let expected = outputs(&app, path, ask("FP64", json!(true))).await;
    assert_eq!(outputs(&app, path, ask("FP64", json!(1))).await, expected);
    let refused = post(&app, path, ask("FP64", json!(2))).await;
    assert_eq!(refused.status, 422);
    let at = "row 0, column \\\"is_member\\\": expected true or false";
    assert!(refused.text.contains(at), "{}", refused.text);
}

#[tokio::test]
async fn where_a_split_lies_between_a_number_and_its_nearest_float_the_datatype_decides() {
    let app = app("tests/data/onnx/iris_rf_double.onnx");
    let path = "/v2/models/iris_rf_double/infer";
    // The splits of this forest are half-way between values of one digit.
    let rows = (0..4).flat_map(|column| {
        (2..160).map(move |step| {
            let mut row = ROWS[1];
            row[column] = f64::from(step) * 0.05;
            row
        })
    });
    let rows: Vec<[f64; 4]> = rows.collect();
    let rounded: Vec<_> = rows
        .iter()
        .map(|row| row.map(|x| f64::from(x as f32)))
        .collect();
    let ask = |datatype: &str, rows: &[[f64; 4]]| {
        let input =
            json!({"name": "x", "shape": [rows.len(), 4], "datatype": datatype, "data": rows});
        both(&json!([input]))
    };
    let doubles = outputs(&app, path, ask("FP64", &rows)).await;
    let singles = outputs(&app, path, ask("FP32", &rows)).await;
    assert_ne!(doubles, singles);
    assert_eq!(singles, outputs(&app, path, ask("FP64", &rounded)).await);
}
