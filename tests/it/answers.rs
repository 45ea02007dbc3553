//! What anomaly detectors, clusterers and classifiers of several targets answer, in every format.

use crate::{
    app::{app, get, post},
    kinds::{pipeline, serving},
};
use ml_serving::http::App;
use serde_json::{Value, json};
use std::{process::Command, sync::Arc};

const ANOMALIES: &str = "1.9.1-answers_isolation";
const CLUSTERS: &str = "1.9.1-answers_kmeans";
const CLUSTERS_ALONE: &str = "1.9.1-answers_mean_shift";
const TARGETS: &str = "1.9.1-answers_dummy_targets";
const TARGETS_OF_WORDS: &str = "1.9.1-answers_dummy_targets_words";

/// Rows of the table that these were fitted to: an ordinary one, and one that is far from all others.
const ROWS: [[f64; 10]; 2] = [
    [2.0, 0.0, -0.25, -0.5, 0.1, 25.0, 0.73, 2.0, 0.0, -9.0],
    [9.0, -9.0, 9.0, 9.0, -9.0, 900.0, 90.0, 9.0, 9.0, -9e4],
];

/// A row of the table of words.
fn words() -> Value {
    json!({
        "age": 43, "income": 503.5, "score": -3.25, "ratio": 0.12, "balance": 0.0, "month": 8,
        "city": "x", "plan": "basic", "job": "smith", "note": "ok", "grade": "low", "member": false,
    })
}

async fn asked(app: &Arc<App>, path: &str, body: Value) -> Value {
    let answer = post(app, path, body.to_string()).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

/// The answers to both rows.
async fn predicted(app: &Arc<App>, query: &str) -> [Value; 2] {
    let rows = ROWS.map(|row| json!({"features": row}));
    let path = format!("/predict/batch{query}");
    let mut answers = asked(app, &path, json!(rows)).await;
    let one = asked(app, &format!("/predict{query}"), rows[1].clone()).await;
    let mut of_batch = answers[1].clone();
    of_batch["latency_ms"] = one["latency_ms"].clone();
    assert_eq!(one, of_batch, "one row is answered as in a batch");
    [answers[0].take(), answers[1].take()]
}

fn fields(answer: &Value) -> Vec<&str> {
    answer
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn an_anomaly_is_told_with_its_scores() {
    let [usual, odd] = predicted(&serving(ANOMALIES), "").await;
    for (answer, anomaly, prediction) in [(&usual, false, 1), (&odd, true, -1)] {
        assert_eq!(
            fields(answer),
            ["prediction", "anomaly", "decision", "score"]
        );
        assert_eq!(answer["anomaly"], json!(anomaly));
        assert_eq!(answer["prediction"], json!(prediction));
        assert_eq!(answer["decision"].as_f64().unwrap() < 0.0, anomaly);
        let offset = answer["score"].as_f64().unwrap() - answer["decision"].as_f64().unwrap();
        assert!((offset + 0.5).abs() < 1e-12, "{offset}");
    }
}

#[tokio::test]
async fn a_cluster_comes_with_distances_where_they_are_asked_for() {
    let app = serving(CLUSTERS);
    for answer in predicted(&app, "").await {
        assert_eq!(fields(&answer), ["prediction", "cluster"]);
        assert_eq!(answer["prediction"], answer["cluster"]);
    }
    for answer in predicted(&app, "?distances=true").await {
        let distances = answer["distances"].as_array().unwrap();
        let distances: Vec<f64> = distances.iter().map(|x| x.as_f64().unwrap()).collect();
        let nearest = (0..4).min_by(|a, b| distances[*a].total_cmp(&distances[*b]));
        assert_eq!(json!(nearest), answer["cluster"], "{distances:?}");
    }
}

#[tokio::test]
async fn each_target_has_a_class_and_where_asked_its_probabilities() {
    let app = serving(TARGETS);
    let [answer, _] = predicted(&app, "").await;
    assert_eq!(fields(&answer), ["prediction", "confidence"]);
    assert_eq!(answer["prediction"].as_array().unwrap().len(), 2);
    let [answer, _] = predicted(&app, "?probabilities=true").await;
    assert_eq!(answer["classes"], json!([[0, 1], [0, 1, 2]]));
    for (target, count) in [(0, 2), (1, 3)] {
        let own = answer["probabilities"][target].as_array().unwrap();
        assert_eq!(own.len(), count);
        let most = own.iter().map(|p| p.as_f64().unwrap()).fold(0.0, f64::max);
        assert_eq!(answer["confidence"][target], json!(most));
    }
}

#[tokio::test]
async fn classes_of_targets_that_are_words_are_places_with_labels() {
    let app = serving(TARGETS_OF_WORDS);
    let answer = asked(
        &app,
        "/predict?probabilities=1",
        json!({"features": words()}),
    )
    .await;
    let labels = answer["label"].as_array().unwrap();
    for (target, label) in labels.iter().enumerate() {
        let place = answer["prediction"][target].as_u64().unwrap() as usize;
        assert_eq!(answer["classes"][target][place], *label);
    }
    let rows = json!({"dataframe_records": [words()]});
    let mlflow = asked(&app, "/invocations", rows).await;
    assert_eq!(mlflow, json!({"predictions": [labels]}));
}

#[tokio::test]
async fn what_a_model_does_not_know_is_refused_when_it_is_asked_for() {
    for (case, query, why) in [
        (
            ANOMALIES,
            "probabilities",
            "anomalies and their scores only",
        ),
        (CLUSTERS, "probabilities", "clusters only"),
        (CLUSTERS_ALONE, "distances", "clusters only"),
    ] {
        let body = json!({"features": ROWS[0]}).to_string();
        let answer = post(&serving(case), &format!("/predict?{query}=true"), body).await;
        assert_eq!(answer.code(), "invalid_query", "{}", answer.text);
        assert!(answer.text.contains(why), "{}", answer.text);
    }
}

#[tokio::test]
async fn mlflow_v1_and_vertex_answer_what_predict_does_in_python() {
    for (case, query, expected) in [
        (ANOMALIES, "", json!([1, -1])),
        (TARGETS, "", json!([[0, 0], [0, 0]])),
    ] {
        let app = serving(case);
        let [a, b] = predicted(&app, "").await;
        let own = json!([a["prediction"], b["prediction"]]);
        assert_eq!(own, expected, "{case}");
        for (path, key) in [
            ("/invocations", "inputs"),
            ("/v1/models/pipeline:predict", "instances"),
        ] {
            let answer = asked(&app, &format!("{path}{query}"), json!({key: ROWS})).await;
            assert_eq!(answer, json!({"predictions": expected}), "{case} {path}");
        }
    }
    let app = serving(TARGETS);
    let answer = asked(
        &app,
        "/invocations?probabilities=true",
        json!({"inputs": ROWS}),
    )
    .await;
    let [own, _] = predicted(&app, "?probabilities=true").await;
    assert_eq!(answer["predictions"][0], own["probabilities"]);
}

#[tokio::test]
async fn v2_lists_and_answers_every_output_under_the_name_of_its_method() {
    for (case, outputs) in [
        (
            ANOMALIES,
            json!([
                ["predict", "INT64", 1],
                ["decision_function", "FP64", 1],
                ["score_samples", "FP64", 1]
            ]),
        ),
        (
            CLUSTERS,
            json!([["predict", "INT64", 1], ["transform", "FP64", 4]]),
        ),
        (
            TARGETS,
            json!([
                ["predict", "INT64", 2],
                ["predict_proba_0", "FP64", 2],
                ["predict_proba_1", "FP64", 3]
            ]),
        ),
    ] {
        let app = serving(case);
        let told = get(&app, "/v2/models/pipeline").await.json();
        let asked_for: Vec<Value> = outputs
            .as_array()
            .unwrap()
            .iter()
            .map(|output| json!({"name": output[0]}))
            .collect();
        let body = json!({
            "inputs": [{"name": "input", "shape": [2, 10], "datatype": "FP64", "data": ROWS}], "outputs": asked_for,
        });
        let answer = asked(&app, "/v2/models/pipeline/infer", body).await;
        for (i, output) in outputs.as_array().unwrap().iter().enumerate() {
            let (told, given) = (&told["outputs"][i], &answer["outputs"][i]);
            for (field, expected) in [("name", &output[0]), ("datatype", &output[1])] {
                assert_eq!(
                    (&told[field], &given[field]),
                    (expected, expected),
                    "{case}"
                );
            }
            assert_eq!(told["shape"], json!([-1, output[2]]));
            assert_eq!(given["shape"], json!([2, output[2]]));
            let count = 2 * output[2].as_u64().unwrap() as usize;
            assert_eq!(given["data"].as_array().unwrap().len(), count);
        }
        hold(
            &answer["outputs"],
            &predicted(&app, "?distances=true").await,
        );
    }
}

/// Holds tensors against the server's own answers, where those have the same.
fn hold(outputs: &Value, own: &[Value; 2]) {
    let flat = |field: &str| -> Vec<Value> {
        let of = |answer: &Value| match &answer[field] {
            Value::Array(each) => each.clone(),
            one => vec![one.clone()],
        };
        own.iter().flat_map(of).collect()
    };
    for output in outputs.as_array().unwrap() {
        let field = match output["name"].as_str().unwrap() {
            "predict" => "prediction",
            "decision_function" => "decision",
            "score_samples" => "score",
            "transform" => "distances",
            _ => continue,
        };
        assert_eq!(output["data"], json!(flat(field)), "{field}");
    }
}

#[tokio::test]
async fn classes_are_counted_by_target_where_there_are_several() {
    let app = serving(TARGETS);
    predicted(&app, "").await;
    let text = get(&app, "/metrics").await.text;
    assert!(!text.contains("prediction_class_total{"), "{text}");
    let line = r#"prediction_target_class_total{class="0",model_name="pipeline",target="1"} 3"#;
    assert!(text.contains(line), "{text}");
    let app = serving(ANOMALIES);
    predicted(&app, "").await;
    let text = get(&app, "/metrics").await.text;
    let line = r#"prediction_class_total{class="-1",model_name="pipeline"} 2"#;
    assert!(text.contains(line), "{text}");
}

#[tokio::test]
async fn the_card_says_what_kind_of_model_it_is() {
    for (case, kind, classes, targets) in [
        (
            ANOMALIES,
            "anomaly_detector",
            json!(["-1", "1"]),
            Value::Null,
        ),
        (
            CLUSTERS,
            "clusterer",
            json!(["0", "1", "2", "3"]),
            Value::Null,
        ),
        (
            TARGETS,
            "classifier",
            json!([]),
            json!([["0", "1"], ["0", "1", "2"]]),
        ),
    ] {
        let card = get(&serving(case), "/model").await.json();
        assert_eq!(card["kind"], kind);
        assert_eq!(card["classes"], classes);
        assert_eq!(card["target_classes"], targets);
    }
    let card = get(&app("builtin:iris"), "/model").await.json();
    assert_eq!(card["kind"], "classifier");
}

#[test]
fn predict_writes_a_column_for_everything_that_is_answered() {
    let rows: Vec<String> = ROWS
        .iter()
        .map(|row| row.map(|x| x.to_string()).join(","))
        .collect();
    let header: Vec<String> = (0..10).map(|i| format!("x{i}")).collect();
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("rows.csv");
    std::fs::write(
        &table,
        format!("{}\n{}\n", header.join(","), rows.join("\n")),
    )
    .unwrap();
    for (case, columns, first) in [
        (ANOMALIES, "prediction,anomaly,decision,score", "1,false,"),
        (
            CLUSTERS,
            "prediction,cluster,distance_0,distance_1,distance_2,distance_3",
            "",
        ),
        (CLUSTERS_ALONE, "prediction,cluster", ""),
        (
            TARGETS,
            "prediction_0,prediction_1,confidence_0,confidence_1,probability_0_0,probability_0_1,probability_1_0,probability_1_1,\
             probability_1_2",
            "0,0,0.5",
        ),
    ] {
        let (_model, path) = pipeline(case);
        let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args(["predict", &path, "--input"])
            .arg(&table)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{case}: {text}");
        assert_eq!(lines[0], columns);
        assert!(lines[1].starts_with(first), "{text}");
        for line in &lines {
            assert_eq!(
                line.split(',').count(),
                columns.split(',').count(),
                "{text}"
            );
        }
    }
}
