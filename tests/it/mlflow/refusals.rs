//! What is refused, and how it is told.

use super::*;

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
