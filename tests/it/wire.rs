//! What happens on a connection beside requests that are as they should be.

use crate::{
    app::{Answer, ROW, Server, get, iris, predict_text, send},
    binary::Binary,
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::config::Config;
use std::{collections::BTreeMap, process::Command};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Head and body of an answer.
fn parts(answer: &str) -> (&str, serde_json::Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    (head, body)
}

/// What is no valid HTTP, and how it is answered.
fn nonsense() -> Vec<(String, u16, &'static str)> {
    let long = "a".repeat(200_000);
    vec![
        ("nonsense\r\n\r\n".to_owned(), 400, "bad_request"),
        ("GET / HTTP/3.7\r\n\r\n".to_owned(), 400, "bad_request"),
        (
            "GET /\u{7f} HTTP/1.1\r\n\r\n".to_owned(),
            400,
            "bad_request",
        ),
        (
            "GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
            400,
            "bad_request",
        ),
        (
            "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
            400,
            "bad_request",
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
            431,
            "headers_too_large",
        ),
        (
            format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(65_600)),
            414,
            "uri_too_long",
        ),
        (
            format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200)),
            431,
            "headers_too_large",
        ),
    ]
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_a_problem_and_an_id_and_is_counted() {
    let server = Server::start(Config::default()).await;
    for (text, status, code) in nonsense() {
        let answer = server.exchange(&text).await;
        let (head, body) = parts(&answer);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(
            (&body["status"], &body["code"]),
            (&status.into(), &code.into())
        );
        for header in [
            "content-type: application/problem+json",
            "x-request-id: ",
            "connection: close",
            "date: ",
        ] {
            assert_eq!(head.matches(header).count(), 1, "{header}: {head}");
        }
        assert_eq!(head.matches("content-length").count(), 1, "{head}");
    }
    let metrics = server.exchange("GET /metrics HTTP/1.0\r\n\r\n").await;
    for (code, count) in [(400, 5), (431, 2)] {
        let line =
            format!("http_requests_total{{code=\"{code}\",operation=\"unmatched\"}} {count}");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
}

#[test]
fn what_is_no_http_has_a_line_in_the_access_log() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command.env("MLSERVING__SERVER__DRAIN_SECONDS", "0").args([
        "--port",
        "0",
        "--host",
        "127.0.0.1",
    ]);
    let server = Binary::spawn(&mut command);
    let answer = server.get("/ nonsense");
    let (head, _) = parts(&answer);
    let id = head.split_once("x-request-id: ").unwrap().1;
    let id = id.split("\r\n").next().unwrap().to_owned();
    server.send("-TERM");
    let (_, log) = server.ended();
    assert!(log.contains(&format!(" - - 400 request_id={id} ")), "{log}");
}

#[tokio::test]
async fn an_answer_before_the_nonsense_is_left_as_it_is() {
    let server = Server::start(Config::default()).await;
    let pipelined = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nnonsense\r\n\r\n";
    let answer = server.exchange(pipelined).await;
    let (first, second) = answer.split_once("{\"status\":\"alive\"}").unwrap();
    assert!(first.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        second.starts_with("HTTP/1.1 400") && second.contains("bad_request"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_that_has_nothing_more_to_say_gets_its_answer() {
    let server = Server::start(Config::default()).await;
    let batch = format!("[{}]", vec![ROW; 5000].join(","));
    let large = predict_text(&batch).replace("/predict ", "/predict/batch ");
    for text in [
        predict_text(ROW),
        large,
        predict_text(ROW).replace("connection: close\r\n", ""),
    ] {
        let mut stream = server.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with(['}', ']']), "the answer is whole");
    }
}

#[tokio::test]
async fn a_body_that_would_be_too_large_is_refused_before_it_is_sent() {
    let server = Server::start(Config::default()).await;
    let head = |length: usize| {
        format!(
            "POST /predict HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let answer = server.exchange(&head(100 << 20)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("body_too_large") && !answer.contains("100 Continue"));
    let mut stream = server.connect().await;
    stream.write_all(head(ROW.len()).as_bytes()).await.unwrap();
    let mut go = [0; 25];
    stream.read_exact(&mut go).await.unwrap();
    assert_eq!(&go, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(ROW.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn http_1_1_needs_one_host_and_http_1_0_none() {
    let server = Server::start(Config::default()).await;
    for (text, status) in [
        (
            "GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n",
            400,
        ),
        (
            "GET /health/live HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
            400,
        ),
        (
            "GET /health/live HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n",
            200,
        ),
        (
            "GET http://a/health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            200,
        ),
        ("GET /health/live HTTP/1.0\r\n\r\n", 200),
    ] {
        let answer = server.exchange(text).await;
        let got: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(got, status, "{text}");
        if status == 400 {
            assert_eq!(parts(&answer).1["code"], "bad_request");
        }
    }
}

#[tokio::test]
async fn json_is_spelt_in_one_way() {
    let app = iris();
    for path in ["/model", "/health/live", "/health/ready", "/openapi.json"] {
        let answer = get(&app, path).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
    }
}

async fn metrics(accept: &str) -> Answer {
    let app = iris();
    crate::app::post(&app, "/predict/batch", format!("[{ROW},{ROW}]")).await;
    let request = Request::get("/metrics").header("accept", accept);
    send(&app, request.body(Full::<Bytes>::default()).unwrap()).await
}

#[tokio::test]
async fn metrics_come_in_the_format_that_is_asked_for() {
    let (plain, open) = (
        "text/plain; version=0.0.4; charset=utf-8",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    for (accept, media_type) in [
        ("*/*", plain),
        ("text/html", plain),
        ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", plain),
        ("application/openmetrics-text", open),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            open,
        ),
        ("application/openmetrics-text;q=0.2,text/plain;q=0.7", plain),
        ("application/openmetrics-text;q=0", plain),
    ] {
        let answer = metrics(accept).await;
        assert_eq!(answer.headers["content-type"], media_type, "{accept}");
        assert_eq!(answer.headers["vary"], "accept");
        let ends = answer.text.ends_with("\n# EOF\n");
        assert_eq!(ends, media_type == open, "{accept}");
    }
}

#[tokio::test]
async fn openmetrics_keeps_to_its_rules() {
    let text = metrics("application/openmetrics-text").await.text;
    let mut families = BTreeMap::new();
    let mut now = (String::new(), String::new());
    let lines = text.strip_suffix("# EOF\n").unwrap();
    for line in lines.lines() {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            let (name, kind) = family.split_once(' ').unwrap();
            now = (name.to_owned(), kind.to_owned());
            assert!(
                families.insert(now.0.clone(), now.1.clone()).is_none(),
                "{line}"
            );
            assert!(
                !name.ends_with("_total") && !name.ends_with("_bucket"),
                "{line}"
            );
            continue;
        }
        if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(help.starts_with(&format!("{} ", now.0)), "{line}");
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        value.parse::<f64>().unwrap();
        let name = name.split('{').next().unwrap();
        let suffix = name
            .strip_prefix(&now.0)
            .unwrap_or_else(|| panic!("{line} in {now:?}"));
        let suffixes: &[&str] = match now.1.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            _ => &["_bucket", "_sum", "_count"],
        };
        assert!(suffixes.contains(&suffix), "{line}");
    }
    assert_eq!(families["predictions"], "counter");
    assert_eq!(families["process_cpu_seconds"], "counter");
    assert_eq!(families["prediction_latency_seconds"], "histogram");
    assert_eq!(families["model_info"], "gauge");
    for line in [
        r#"predictions_total{model_name="iris",status="success"} 2"#,
        r#"prediction_rows_bucket{model_name="iris",le="2.0"} 1"#,
        r#"prediction_rows_bucket{model_name="iris",le="+Inf"} 1"#,
        r#"prediction_latency_seconds_count{model_name="iris"} 1"#,
    ] {
        assert!(
            text.lines().any(|other| other == line),
            "{line} is not in {text}"
        );
    }
}

#[tokio::test]
async fn a_refusal_arrives_though_the_body_is_still_being_sent() {
    let server = Server::start(Config::default()).await;
    let body = vec![b' '; 6 << 20];
    for (start, status) in [
        ("POST /nothing HTTP/1.1\r\n", 404),
        ("PUT /predict HTTP/1.1\r\n", 405),
        (
            "POST /predict HTTP/1.1\r\ncontent-type: text/csv-no\r\n",
            415,
        ),
        (
            "POST /predict HTTP/1.1\r\nx: no colon here\r\nno colon\r\n",
            400,
        ),
    ] {
        let mut stream = server.connect().await;
        let head = format!("{start}host: x\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}
