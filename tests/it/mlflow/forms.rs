//! The forms of a request.

use super::*;

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
