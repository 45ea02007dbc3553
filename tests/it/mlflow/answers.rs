//! What is answered.

use super::*;

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
