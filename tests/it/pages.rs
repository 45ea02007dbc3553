//! What a working server answers.

use crate::app::{ROW, app, get, iris, post, send};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use ml_serving::{
    config::{Config, ModelConfig},
    http::App,
    load,
    registry::Access,
};
use serde_json::json;
use std::{io::Read, sync::Arc};

#[tokio::test]
async fn a_row_is_answered_with_class_confidence_and_latency() {
    let app = iris();
    let answer = post(&app, "/predict?probabilities=true", ROW).await.json();
    assert_eq!(answer["prediction"], 0);
    assert!(answer["confidence"].as_f64().unwrap() > 0.9 && answer["latency_ms"].is_f64());
    let sum: f64 = answer["probabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p.as_f64().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-6);
}

#[tokio::test]
async fn columns_by_name_in_any_order_answer_as_columns_by_position() {
    let app = iris();
    let named = r#"{"features":{"petal_width":0.2,"petal_length":1.4,"sepal_width":3.5,"sepal_length":5.1}}"#;
    let (a, b) = (
        post(&app, "/predict", named).await.json(),
        post(&app, "/predict", ROW).await.json(),
    );
    assert_eq!(
        (&a["prediction"], &a["confidence"]),
        (&b["prediction"], &b["confidence"])
    );
    assert_eq!(post(&app, "/predict/batch", "[]").await.text, "[]");
}

#[tokio::test]
async fn text_labels_come_beside_the_class_index() {
    let app = app("tests/data/onnx/iris_rf_strings.onnx");
    let answer = post(&app, "/predict", ROW).await.json();
    assert!(
        answer["prediction"].is_u64() && answer["label"].is_string(),
        "{answer}"
    );
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_predictions_the_model_version() {
    let app = iris();
    let request = Request::post("/predict")
        .header("x-request-id", "abc")
        .body(Full::new(Bytes::from(ROW)))
        .unwrap();
    let answer = send(&app, request).await;
    assert_eq!(answer.headers["x-request-id"], "abc");
    assert!(answer.headers.contains_key("x-model-version"));
    let (a, b) = (get(&app, "/nope").await, get(&app, "/health/live").await);
    assert_ne!(a.headers["x-request-id"], b.headers["x-request-id"]);
}

#[tokio::test]
async fn before_the_model_is_there_only_liveness_says_yes() {
    let app = App::new(&Config::default());
    assert_eq!(
        get(&app, "/health/live").await.json(),
        json!({"status": "alive"})
    );
    let ready = get(&app, "/health/ready").await;
    assert_eq!(
        (ready.status.as_u16(), ready.json()),
        (
            503,
            json!({"status": "not_ready", "reason": "model_not_loaded"})
        )
    );
    let answer = post(&app, "/predict", ROW).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (503, "not_ready")
    );
    assert_eq!(get(&app, "/model").await.status, 503);
    assert_eq!(get(&app, "/openapi.json").await.status, 200);
}

#[tokio::test]
async fn the_pages_are_there_and_can_be_turned_off() {
    let app = iris();
    let docs = get(&app, "/docs").await;
    assert!(docs.text.contains("SwaggerUIBundle") && docs.text.contains("petal_width"));
    let root = get(&app, "/").await;
    assert_eq!(
        (
            root.status.as_u16(),
            root.headers["location"].to_str().unwrap()
        ),
        (303, "docs")
    );
    let mut config = Config::default();
    config.server.docs = false;
    let app = crate::app::app_with("builtin:iris", &config);
    assert_eq!(get(&app, "/docs").await.code(), "not_found");
    assert_eq!(get(&app, "/").await.status, 404);
    for path in ["/docs", "/"] {
        let answer = post(&app, path, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers.get("allow")),
            (404, None),
            "{path}"
        );
        let detail = "There is nothing at this path; /openapi.json lists what there is.";
        assert_eq!(answer.json()["detail"], detail);
    }
}

/// A page's status, headers and bytes for a request with these headers.
async fn page(app: &Arc<App>, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app
        .handle(request.body(Full::<Bytes>::default()).unwrap())
        .await;
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_page_is_sent_compressed_to_who_takes_that_and_not_at_all_to_who_has_it() {
    let app = iris();
    for path in ["/docs", "/openapi.json"] {
        let plain = page(&app, path, &[]).await;
        assert!(!plain.headers().contains_key("content-encoding"));
        let packed = page(&app, path, &[("accept-encoding", "br, gzip;q=0.5")]).await;
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert!(packed.body().len() * 2 < plain.body().len());
        let mut unpacked = Vec::new();
        let mut gzip = flate2::read::GzDecoder::new(&packed.body()[..]);
        gzip.read_to_end(&mut unpacked).unwrap();
        assert_eq!(plain.body(), &unpacked);
        for answer in [&plain, &packed] {
            let vary = answer.headers()["vary"].to_str().unwrap();
            assert!(vary.starts_with("accept-encoding"), "{vary}");
            assert_eq!(
                answer.headers()["content-type"],
                plain.headers()["content-type"]
            );
            assert_eq!(answer.headers()["etag"], plain.headers()["etag"]);
        }
        let etag = plain.headers()["etag"].to_str().unwrap();
        let known = page(&app, path, &[("if-none-match", etag)]).await;
        assert_eq!((known.status().as_u16(), known.body().len()), (304, 0));
        assert_eq!(known.headers()["etag"], etag);
        let other = page(&app, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status().as_u16(), other.body()), (200, plain.body()));
    }
    let metrics = get(&app, "/metrics").await.text;
    assert!(
        metrics.contains(r#"http_requests_total{code="304",operation="docs"} 1"#),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_page_asked_for_before_the_model_is_there_is_another_one_afterwards() {
    let app = App::new(&Config::default());
    let before = page(&app, "/openapi.json", &[]).await;
    let model = load::load(&ModelConfig::default(), &Access::default()).unwrap();
    app.set_model(model);
    let etag = before.headers()["etag"].to_str().unwrap();
    let after = page(&app, "/openapi.json", &[("if-none-match", etag)]).await;
    assert_eq!(after.status(), 200);
    let text = |page: &Response<Bytes>| String::from_utf8(page.body().to_vec()).unwrap();
    assert!(!text(&before).contains("petal_width") && text(&after).contains("petal_width"));
}

#[tokio::test]
async fn head_is_answered_as_get_is() {
    let app = iris();
    for path in ["/model", "/health/live", "/docs", "/"] {
        let request = Request::head(path).body(Full::<Bytes>::default()).unwrap();
        let (head, get) = (send(&app, request).await, get(&app, path).await);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.headers.get("content-type"),
            get.headers.get("content-type")
        );
    }
}

#[tokio::test]
async fn a_request_that_gets_no_prediction_is_counted_by_its_rows_or_as_one() {
    let app = iris();
    let errors = async || {
        let metrics = get(&app, "/metrics").await.text;
        let line = r#"predictions_total{model_name="iris",status="error"} "#;
        let count = metrics.lines().find_map(|l| l.strip_prefix(line));
        count.unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(errors().await, 0);
    // Three rows, one of them wrong: none of them is predicted.
    post(
        &app,
        "/predict/batch",
        format!(r#"[{ROW},{{"features":[1]}},{ROW}]"#),
    )
    .await;
    assert_eq!(errors().await, 3);
    post(&app, "/predict", "no JSON").await;
    assert_eq!(errors().await, 4);
    post(&app, "/predict?probabilities=perhaps", ROW).await;
    assert_eq!(errors().await, 5);
    let text = Request::post("/predict").header("content-type", "text/csv");
    send(&app, text.body(Full::new(Bytes::from(ROW))).unwrap()).await;
    assert_eq!(errors().await, 6);
    // What is no prediction request is not counted here.
    get(&app, "/predict").await;
    post(&app, "/predict/", ROW).await;
    assert_eq!(errors().await, 6);
}

#[tokio::test]
async fn predictions_and_refusals_are_counted_by_closed_labels() {
    let app = iris();
    post(&app, "/predict/batch", format!("[{ROW},{ROW}]")).await;
    post(&app, "/predict", "{}").await;
    get(&app, "/wp-admin").await;
    let metrics = get(&app, "/metrics").await.text;
    for line in [
        r#"predictions_total{model_name="iris",status="success"} 2"#,
        r#"predictions_total{model_name="iris",status="error"} 1"#,
        r#"prediction_class_total{class="0",model_name="iris"} 2"#,
        r#"http_requests_total{code="200",operation="predict_batch"} 1"#,
        r#"http_requests_total{code="422",operation="predict"} 1"#,
        r#"http_requests_total{code="404",operation="unmatched"} 1"#,
        r#"prediction_rows_count{model_name="iris"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert!(metrics.contains("process_resident_memory_bytes") && !metrics.contains("wp-admin"));
    let names: std::collections::BTreeSet<_> = metrics
        .lines()
        .filter_map(|l| l.strip_prefix("# TYPE "))
        .collect();
    insta::assert_snapshot!(names.into_iter().collect::<Vec<_>>().join("\n"));
}
