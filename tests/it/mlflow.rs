//! MLflow's scoring protocol.

use crate::{
    app::{Answer, app, app_with, get, iris, post, send},
    kinds::{serving, typed, uri},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::{config::Config, http::App};
use serde_json::{Value, json};
use std::sync::Arc;

async fn ask(app: &Arc<App>, body: &Value) -> Answer {
    post(app, "/invocations", body.to_string()).await
}

/// The predictions to a body that is taken.
async fn predictions(app: &Arc<App>, body: &Value) -> Value {
    let answer = ask(app, body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text);
    answer.json()["predictions"].clone()
}

async fn ask_csv(app: &Arc<App>, body: &str) -> Answer {
    let request = Request::post("/invocations").header("content-type", "text/csv");
    let body = Full::new(Bytes::from(body.to_owned()));
    send(app, request.body(body).unwrap()).await
}

/// The message of a refusal with this status and code.
async fn refusal(app: &Arc<App>, status: u16, body: &Value) -> String {
    let answer = ask(app, body).await;
    assert_eq!(answer.status, status, "{body}: {}", answer.text);
    message(&answer)
}

fn message(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    assert_eq!(body["error_code"], "BAD_REQUEST");
    body["message"].as_str().unwrap().to_owned()
}

/// What the server's own route answers to rows by name.
async fn native(app: &Arc<App>, rows: &[Value]) -> Vec<Value> {
    let rows: Vec<_> = rows.iter().map(|row| json!({"features": row})).collect();
    let answer = post(app, "/predict/batch", Value::from(rows).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json().as_array().unwrap().clone()
}

/// Two rows of the columns of every type, one of them with missing values.
fn typed_rows() -> [Value; 2] {
    let row = |tenure: Value, balance: f64| {
        json!({
            "tenure_months": tenure, "balance": balance, "account": 3, "score": 0.5, "is_member": true, "age": 40.0, "region": 7,
            "calls": 3,
        })
    };
    [row(json!(12), 1500.5), row(Value::Null, -2.0)]
}

/// A package whose `MLmodel` has another text in the place of one.
fn changed(from: &str, to: &str) -> (tempfile::TempDir, Arc<App>) {
    let package = typed();
    let path = package.path().join("churn/MLmodel");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    let app = app(&uri(&package));
    (package, app)
}

fn columns_of(rows: &[Value]) -> (Vec<String>, Vec<Vec<Value>>) {
    let names: Vec<String> = rows[0].as_object().unwrap().keys().cloned().collect();
    let data = rows
        .iter()
        .map(|row| names.iter().map(|name| row[name].clone()).collect());
    let data = data.collect();
    (names, data)
}

fn csv_of(rows: &[Value]) -> String {
    let (names, data) = columns_of(rows);
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = data
        .iter()
        .map(|row| row.iter().map(cell).collect::<Vec<_>>().join(","));
    std::iter::once(names.join(","))
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\r\n")
}

fn word_rows() -> [Value; 2] {
    let row = |age: Value, city: &str| {
        json!({
            "age": age, "income": 503.5, "score": -3.25, "ratio": 0.12, "balance": 0.0, "month": 8,
            "city": city, "plan": "basic", "job": "smith", "note": "ok", "grade": "low", "member": false,
        })
    };
    [row(json!(43), "São Paulo"), row(json!(22), "Atlantis")]
}

#[tokio::test]
async fn every_form_of_the_same_rows_gets_the_same_predictions() {
    let typed_package = typed();
    for (kind, app, rows) in [
        (
            "numbers with missing values",
            app(&uri(&typed_package)),
            typed_rows(),
        ),
        (
            "a pipeline over words",
            serving("1.9.1-core_logistic"),
            word_rows(),
        ),
        (
            "a regressor over words",
            serving("1.9.1-core_forest_regressor"),
            word_rows(),
        ),
        (
            "text labels",
            serving("1.9.1-core_forest_words"),
            word_rows(),
        ),
    ] {
        let expected = native(&app, &rows).await.into_iter();
        let expected = expected.map(|row| match &row["label"] {
            Value::Null => row["prediction"].clone(),
            label => label.clone(),
        });
        let expected = Value::from(expected.collect::<Vec<_>>());
        let (names, data) = columns_of(&rows);
        let column = |(at, name): (usize, &String)| {
            let values: Vec<_> = data.iter().map(|row| row[at].clone()).collect();
            (name.clone(), Value::from(values))
        };
        let columns: serde_json::Map<_, _> = names.iter().enumerate().map(column).collect();
        let mut bodies = vec![
            json!({"dataframe_split": {"columns": names, "index": [5, 6], "data": data}}),
            json!({"dataframe_split": {"columns": names, "data": data}}),
            json!({"dataframe_records": rows}),
            json!({"instances": rows}),
            json!({"instances": data}),
            json!({"inputs": rows}),
            json!({"inputs": data}),
            json!({"inputs": columns}),
        ];
        // The same with the columns the other way round.
        let back = |values: &Vec<Value>| values.iter().rev().cloned().collect::<Vec<_>>();
        let backwards: Vec<_> = names.iter().rev().collect();
        let data: Vec<_> = data.iter().map(back).collect();
        bodies.push(json!({"dataframe_split": {"columns": backwards, "data": data}}));
        for body in bodies {
            assert_eq!(predictions(&app, &body).await, expected, "{kind} {body}");
        }
        let answer = ask_csv(&app, &csv_of(&rows)).await;
        assert_eq!(answer.status, 200, "{kind}: {}", answer.text);
        assert_eq!(answer.json()["predictions"], expected, "{kind}");
    }
}

#[tokio::test]
async fn data_may_come_before_the_names_of_their_columns() {
    let rows = typed_rows();
    let app = app(&uri(&typed()));
    let (names, data) = columns_of(&rows);
    let [names, data] = [json!(names), json!(data)];
    let first = format!(r#"{{"dataframe_split": {{"data": {data}, "columns": {names}}}}}"#);
    let answer = post(&app, "/invocations", first).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let expected = predictions(&app, &json!({"dataframe_records": rows})).await;
    assert_eq!(answer.json()["predictions"], expected);
    // Without names the model's order counts.
    let order = columns_of(&rows).1;
    let unnamed = json!({"dataframe_split": {"data": order}});
    assert_eq!(predictions(&app, &unnamed).await, expected);
}

#[tokio::test]
async fn columns_that_the_model_does_not_have_are_dropped_and_those_that_it_needs_are_named() {
    let app = app(&uri(&typed()));
    let mut row = typed_rows()[0].clone();
    let expected = predictions(&app, &json!({"dataframe_records": [row]})).await;
    row["customer"] = json!("x");
    row["other"] = json!([1, {"a": null}]);
    let (names, data) = columns_of(&[row.clone()]);
    let csv = csv_of(&[row.clone()]).replace("[1,{\"a\":null}]", "1");
    for body in [
        json!({"dataframe_records": [row]}),
        json!({"dataframe_split": {"columns": names, "data": data}}),
    ] {
        assert_eq!(predictions(&app, &body).await, expected, "{body}");
    }
    assert_eq!(ask_csv(&app, &csv).await.json()["predictions"], expected);

    let mut row = typed_rows()[0].clone();
    let fields = row.as_object_mut().unwrap();
    // Both are optional, and the model takes missing values.
    fields.retain(|name, _| !["score", "region"].contains(&name.as_str()));
    let (names, data) = columns_of(&[row.clone()]);
    let split = json!({"dataframe_split": {"columns": names, "data": data}});
    let records = predictions(&app, &json!({"dataframe_records": [row]})).await;
    assert_eq!(predictions(&app, &split).await, records);
    row.as_object_mut().unwrap().remove("calls");
    let (names, data) = columns_of(&[row.clone()]);
    for body in [
        json!({"dataframe_records": [row]}),
        json!({"dataframe_split": {"columns": names, "data": data}}),
        json!({"inputs": {"tenure_months": [1]}}),
    ] {
        let message = refusal(&app, 422, &body).await;
        assert!(
            message.contains("the column \"") && message.contains("\" is missing"),
            "{message}"
        );
    }
    let message = message(&ask_csv(&app, &csv_of(&[row])).await);
    assert!(
        message.starts_with("the body has no column calls, which the model needs; it has "),
        "{message}"
    );
}

#[tokio::test]
async fn rows_of_a_model_without_names_are_read_by_order_as_pandas_has_it() {
    let app = app("tests/data/onnx/iris_rf_double.onnx");
    let rows = json!([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]);
    let frame = predictions(
        &app,
        &json!({"dataframe_split": {"columns": [0, 1, 2, 3], "data": rows}}),
    )
    .await;
    let labels: Vec<_> = frame
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["label"].clone())
        .collect();
    let first = json!({"d": 5.1, "c": 3.5, "b": 1.4, "a": 0.2});
    let second = json!({"a": 2.3, "b": 5.2, "c": 3.0, "d": 6.7});
    let records = json!({"dataframe_records": [first, second]});
    assert_eq!(predictions(&app, &records).await, frame);
    // Rows that are no data frame get an object of the graph's outputs, as one array or by the name of the graph's input.
    for inputs in [
        json!({"instances": rows}),
        json!({"inputs": rows}),
        json!({"inputs": {"X": rows}}),
    ] {
        let outputs = predictions(&app, &inputs).await;
        assert_eq!(outputs["label"], Value::from(labels.clone()), "{inputs}");
    }
    let csv = "w,x,y,z\n5.1,3.5,1.4,0.2\n6.7,3,5.2,2.3\n";
    assert_eq!(ask_csv(&app, csv).await.json()["predictions"], frame);
    let message = refusal(
        &app,
        422,
        &json!({"dataframe_records": [first, {"a": 2.3, "e": 1}]}),
    )
    .await;
    assert!(
        message.starts_with("row 1: unknown column \"e\": the first row does not have it"),
        "{message}"
    );
    let message = refusal(
        &app,
        422,
        &json!({"dataframe_split": {"columns": ["a"], "data": [[1]]}}),
    )
    .await;
    assert!(
        message.starts_with("expected 4 features, got 1"),
        "{message}"
    );
}

#[tokio::test]
async fn nan_is_a_missing_value_to_this_protocol_alone() {
    let app = app(&uri(&typed()));
    let rows = json!({"dataframe_records": typed_rows()}).to_string();
    let expected = post(&app, "/invocations", rows.clone()).await.json();
    let answer = post(&app, "/invocations", rows.replace("null", "NaN")).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));
    let answer = post(&app, "/invocations", "{\"inputs\": [[NaN, }").await;
    assert_eq!(answer.status, 400);
    let answer = post(&app, "/invocations", rows.replace("null", "Infinity")).await;
    assert!(message(&answer).contains("Infinity is not JSON; send a finite number"));
    let answer = post(&app, "/predict", "{\"features\": [NaN]}").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "invalid_json")
    );
}

#[tokio::test]
async fn exactly_one_key_holds_the_rows() {
    let iris = iris();
    let row = json!([[5.1, 3.5, 1.4, 0.2]]);
    let listed = "\"dataframe_split\", \"dataframe_records\", \"instances\" or \"inputs\"";
    let advice = "send {\"dataframe_records\": [{\"sepal_length\": ";
    let message = refusal(&iris, 422, &json!({})).await;
    assert!(
        message.starts_with(&format!(
            "the rows are missing: there is no field {listed}; {advice}"
        )),
        "{message}"
    );
    for (body, got) in [
        (row.clone(), "an array"),
        (json!(5), "a number"),
        (json!("a"), "a string"),
        (Value::Null, "null"),
    ] {
        let message = refusal(&iris, 422, &body).await;
        assert!(
            message.starts_with(&format!(
                "expected an object with the field {listed}, got {got}; {advice}"
            )),
            "{message}"
        );
    }
    let both = refusal(&iris, 422, &json!({"inputs": row, "instances": row})).await;
    assert_eq!(
        both,
        format!("\"inputs\" and \"instances\" are both given; send exactly one of {listed}")
    );
    let twice = format!(r#"{{"inputs": {row}, "inputs": {row}}}"#);
    let answer = post(&iris, "/invocations", twice).await;
    assert_eq!(message_of(&answer), "the field \"inputs\" is given twice");
    // MLflow skips what it does not know, and so does this.
    assert_eq!(
        ask(&iris, &json!({"inputs": row, "id": 7})).await.status,
        200
    );
}

fn message_of(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rows_of_another_form_are_refused_with_what_to_send_instead() {
    let iris = iris();
    for (body, expected) in [
        (
            json!({"instances": [5.1, 3.5]}),
            "row 0: expected a row as an array or an object, got a number; send {",
        ),
        (
            json!({"instances": {"sepal_length": [1]}}),
            "expected \"instances\" as an array of rows, got an object; send {",
        ),
        (
            json!({"inputs": "x"}),
            "expected \"inputs\" as an array of rows, got a string; send {",
        ),
        (
            json!({"inputs": {"sepal_length": [1, 2], "sepal_width": [1], "petal_length": [1], "petal_width": [1]}}),
            "the columns have different lengths: \"sepal_length\" has 2 values, \"sepal_width\" has 1",
        ),
        (
            json!({"inputs": {"sepal_length": [[1, 2]], "sepal_width": [1], "petal_length": [1], "petal_width": [1]}}),
            "row 0, column \"sepal_length\": expected a number, got an array",
        ),
        (
            json!({"dataframe_split": [1]}),
            "expected an object with the fields \"columns\" and \"data\", got an array; send {",
        ),
        (
            json!({"dataframe_split": {"columns": []}}),
            "the column \"sepal_length\" is missing (the first of 5 mistakes)",
        ),
        (
            json!({"dataframe_split": {"columns": "a", "data": []}}),
            "expected \"columns\" as an array of names, got a string",
        ),
        (
            json!({"dataframe_split": {"index": []}}),
            "the field \"data\" is missing; send {",
        ),
        (
            json!({"dataframe_split": {"data": {}, "columns": ["sepal_length", "sepal_width", "petal_length", "petal_width"]}}),
            "expected \"data\" as an array of rows, got an object",
        ),
        (
            json!({"dataframe_split": {"columns": ["sepal_length", "sepal_width", "petal_length", "petal_width"], "data": [[1, 2, 3]]}}),
            "row 0: expected 4 values, one for each of \"columns\", got 3",
        ),
        (
            json!({"dataframe_split": {"columns": ["sepal_length", "sepal_length", "petal_length", "petal_width"], "data": []}}),
            "column \"sepal_length\": the column is given twice (the first of 2 mistakes)",
        ),
        (
            json!({"dataframe_records": [{"sepal_length": "high"}]}),
            "row 0, column \"sepal_length\": expected a number, got a string (",
        ),
    ] {
        let message = refusal(&iris, 422, &body).await;
        assert!(message.starts_with(expected), "{message}");
    }
}

#[tokio::test]
async fn params_are_refused_unless_there_are_none() {
    let iris = iris();
    let with = |params: Value| json!({"inputs": [[5.1, 3.5, 1.4, 0.2]], "params": params});
    for params in [json!({}), Value::Null] {
        assert_eq!(ask(&iris, &with(params)).await.status, 200);
    }
    let message = refusal(&iris, 422, &with(json!({"temperature": [0.5]}))).await;
    assert_eq!(
        message,
        "unknown parameter \"temperature\": this model takes none; leave \"params\" out"
    );
    let message = refusal(&iris, 422, &with(json!([1]))).await;
    assert_eq!(message, "expected \"params\" as an object, got an array");
}

#[tokio::test]
async fn a_package_answers_what_its_python_model_predicts() {
    let rows = typed_rows();
    let body = json!({"dataframe_records": rows});
    let classifier = app(&uri(&typed()));
    let classes = native(&classifier, &rows).await;
    let classes: Vec<_> = classes
        .iter()
        .map(|row| row["prediction"].clone())
        .collect();
    assert_eq!(predictions(&classifier, &body).await, Value::from(classes));

    let (_kept, booster) = changed("xgboost.sklearn.XGBClassifier", "xgboost.core.Booster");
    let scores = predictions(&booster, &body).await;
    let (_kept, graded) = changed(
        "flavors:\n",
        "flavors:\n  python_function: {predict_fn: predict_proba}\n",
    );
    let probabilities = predictions(&graded, &body).await;
    let asked = post(
        &classifier,
        "/invocations?probabilities=true",
        body.to_string(),
    )
    .await;
    assert_eq!(asked.json()["predictions"], probabilities);
    let (_kept, logged) = changed(
        "flavors:\n",
        "flavors:\n  python_function: {predict_fn: predict_log_proba}\n",
    );
    let logarithms = predictions(&logged, &body).await;
    for row in 0..2 {
        // A booster answers the probability of class 1.
        assert_eq!(scores[row], probabilities[row][1]);
        let both: Vec<f64> = probabilities[row]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect();
        assert!((both[0] + both[1] - 1.0).abs() < 1e-6, "{both:?}");
        assert_eq!(logarithms[row], json!([both[0].ln(), both[1].ln()]));
    }
    let (_kept, booleans) = changed(
        "outputs: null",
        r#"outputs: '[{"type": "boolean", "required": true}]'"#,
    );
    assert!(predictions(&booleans, &body).await[0].is_boolean());
}

#[tokio::test]
async fn an_onnx_graph_answers_its_outputs_by_name() {
    let iris = iris();
    let row =
        json!({"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2});
    let answer = predictions(&iris, &json!({"dataframe_records": [row]})).await;
    let native = post(
        &iris,
        "/predict?probabilities=true",
        json!({"features": row}).to_string(),
    )
    .await
    .json();
    assert_eq!(answer[0]["output_label"], native["prediction"]);
    let scores = answer[0]["output_probability"].as_object().unwrap();
    assert_eq!(scores.keys().collect::<Vec<_>>(), ["0", "1", "2"]);
    for (class, score) in scores.values().enumerate() {
        let wanted = native["probabilities"][class].as_f64().unwrap();
        assert!((score.as_f64().unwrap() - wanted).abs() < 1e-7);
    }
    // Its signature makes a data frame of every request.
    let rows = predictions(&iris, &json!({"instances": [[5.1, 3.5, 1.4, 0.2]]})).await;
    assert_eq!(rows, answer);
    let regressor = app("tests/data/onnx/diabetes_rf.onnx");
    let row = vec![0.01; 10];
    let names: Vec<usize> = (0..10).collect();
    let frame = predictions(
        &regressor,
        &json!({"dataframe_split": {"columns": names, "data": [row]}}),
    )
    .await;
    let tensor = predictions(&regressor, &json!({"inputs": [row]})).await;
    assert_eq!(tensor, json!({"variable": [[frame[0]["variable"]]]}));
}

#[tokio::test]
async fn a_csv_that_is_no_table_of_the_models_is_refused() {
    let iris = iris();
    let header = "sepal_length,sepal_width,petal_length,petal_width\n";
    for (body, status, expected) in [
        (
            "",
            400,
            "the body is empty; it needs a header line and at least one row",
        ),
        (
            "a;b\n1;2",
            400,
            "the body has one column only, \"a;b\", which looks separated by semicolons",
        ),
        (
            &format!("{header}1,2,3"),
            422,
            "the body: row 1 (line 2) has 3 fields where the header has 4",
        ),
        (
            &format!("{header}1,2,3,x"),
            422,
            "row 0, column \"petal_width\": expected a number, got a string",
        ),
        (
            &format!("{header}1,2,3,4\n1,,3,4"),
            422,
            "row 1, column \"sepal_width\": null is a missing value",
        ),
        (
            "a,a\n1,2",
            422,
            "the body: two columns are named a; rename one of them",
        ),
    ] {
        let answer = ask_csv(&iris, body).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(
            message(&answer).starts_with(expected),
            "{}",
            message(&answer)
        );
    }
    let answer = ask_csv(&iris, header).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"predictions": []}))
    );
}

#[tokio::test]
async fn too_many_rows_are_refused_in_every_form() {
    let mut config = Config::default();
    config.server.max_batch_rows = 2;
    let app = app_with("builtin:iris", &config);
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
    let rows = |n: usize| vec![[5.1, 3.5, 1.4, 0.2]; n];
    let column = |n: usize| vec![1.0; n];
    let bodies = |n: usize| {
        let columns: serde_json::Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!(column(n))))
            .collect();
        [
            json!({"instances": rows(n)}),
            json!({"inputs": columns}),
            json!({"dataframe_split": {"columns": names, "data": rows(n)}}),
        ]
    };
    for body in bodies(2) {
        assert_eq!(ask(&app, &body).await.status, 200, "{body}");
    }
    for body in bodies(3) {
        assert_eq!(
            refusal(&app, 413, &body).await,
            "The body has more than 2 rows, which is this server's limit."
        );
    }
    let csv = format!("{}\n{}", names.join(","), "1,2,3,4\n".repeat(3));
    assert_eq!(ask_csv(&app, &csv).await.status, 413);
}

#[tokio::test]
async fn failures_are_told_in_mlflows_shape_without_what_was_sent() {
    let iris = iris();
    let secret = "s3cr3t".repeat(40);
    let answer = ask(&iris, &json!({"inputs": [[secret.clone(), 1, 2, 3]]})).await;
    assert!(
        !answer.text.contains("s3cr3t") && !answer.text.contains("stack_trace"),
        "{}",
        answer.text
    );
    let get_it = get(&iris, "/invocations").await;
    assert_eq!(
        (
            get_it.status.as_u16(),
            get_it.headers["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
    let parquet =
        Request::post("/invocations").header("content-type", "application/vnd.apache.parquet");
    let answer = send(
        &iris,
        parquet
            .body(Full::new(Bytes::from_static(b"PAR1")))
            .unwrap(),
    )
    .await;
    assert_eq!(answer.status, 415);
    assert!(message(&answer).starts_with("the body's media type is not JSON or CSV"));
    let answer = post(&App::new(&Config::default()), "/invocations", "{}").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error_code"]),
        (503, &json!("TEMPORARILY_UNAVAILABLE"))
    );
    let mut full = Config::default();
    full.server.max_in_flight = 0;
    let answer = post(&app_with("builtin:iris", &full), "/invocations", "{}").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error_code"]),
        (429, &json!("REQUEST_LIMIT_EXCEEDED"))
    );
}

#[tokio::test]
async fn probes_answer_an_empty_line_once_the_model_is_there() {
    let empty = App::new(&Config::default());
    let iris = iris();
    for path in ["/ping", "/health"] {
        assert_eq!(get(&empty, path).await.status, 503, "{path}");
        let answer = get(&iris, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (200, "\n"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_version_is_that_of_the_mlflow_that_logged_the_model() {
    let text = std::fs::read_to_string("models/iris/MLmodel").unwrap();
    let logged = text
        .lines()
        .find_map(|line| line.strip_prefix("mlflow_version: "))
        .unwrap();
    assert_eq!(get(&iris(), "/version").await.text, logged);
    let app = app("tests/data/onnx/diabetes_rf.onnx");
    assert_eq!(get(&app, "/version").await.text, env!("CARGO_PKG_VERSION"));
}
