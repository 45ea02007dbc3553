//! The access log: which requests have a line, and what it says.

use crate::{app::ROW, binary::Binary};
use serde_json::Value;
use std::{
    io::{Read, Write},
    process::Command,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A server whose access log is `access`, in `format`.
fn server(access: &str, format: &str) -> Binary {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env("MLSERVING__LOG__ACCESS", access)
        .env("MLSERVING__LOG__LEVEL", "info")
        .env("MLSERVING__LOG__FORMAT", format)
        .env("MLSERVING__SERVER__DRAIN_SECONDS", "0");
    Binary::spawn(command.args(["--port", "0", "--host", "127.0.0.1"]))
}

/// Sends a request with these lines of headers.
fn send(server: &Binary, start: &str, headers: &[&str], body: &str) -> String {
    let mut stream = server.connect().unwrap();
    let headers = headers
        .iter()
        .flat_map(|line| [line, "\r\n"])
        .collect::<String>();
    let length = body.len();
    write!(
        stream,
        "{start} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The lines that the server writes for these requests, until its end.
fn lines(server: Binary) -> Vec<Value> {
    server.send("-TERM");
    let (_, log) = server.ended();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    lines
        .filter(|line: &Value| line["target"] == "ml_serving::access")
        .collect()
}

#[test]
fn every_request_has_a_line_with_route_status_sizes_time_rows_and_trace() {
    let server = server("all", "json");
    let rows = format!("[{ROW},{ROW}]");
    let traceparent = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01");
    let answer = send(
        &server,
        "POST /predict/batch?probabilities=true",
        &["x-request-id: mine", &traceparent],
        &rows,
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains(TRACE) && head.contains("x-request-id: mine"));
    send(&server, "HEAD /model", &[], "");
    let lines = lines(server);
    let [batch, model] = &lines[..] else {
        panic!("{lines:#?}")
    };
    for (field, value) in [
        ("request_id", Value::from("mine")),
        ("method", "POST".into()),
        ("route", "/predict/batch".into()),
        ("status", 200.into()),
        ("request_bytes", rows.len().into()),
        ("response_bytes", body.len().into()),
        ("rows", 2.into()),
        ("trace_id", TRACE.into()),
        ("level", "INFO".into()),
        ("path", Value::Null),
    ] {
        assert_eq!(batch[field], value, "{field}");
    }
    let took = batch["duration_ms"].as_f64().unwrap();
    assert!(took > 0.0 && took < 60_000.0, "{took}");
    assert_eq!(
        (&model["route"], &model["method"], &model["response_bytes"]),
        (&"/model".into(), &"HEAD".into(), &0.into())
    );
    assert_eq!(
        (&model["rows"], &model["trace_id"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn by_default_only_refused_requests_have_a_line() {
    let server = server("", "json");
    send(&server, "POST /predict", &[], ROW);
    send(&server, "GET /predict", &[], "");
    send(
        &server,
        "POST /predict/batch",
        &[],
        r#"[{"features":[1]},{"features":[2]}]"#,
    );
    send(&server, "GET /wp%20admin?x=1", &["traceparent: 00-bad"], "");
    let lines = lines(server);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                &line["status"],
                &line["route"],
                &line["path"],
                &line["rows"],
            )
        })
        .collect();
    let null = Value::Null;
    assert_eq!(
        told,
        [
            (&405.into(), &"/predict".into(), &null, &null),
            (&422.into(), &"/predict/batch".into(), &null, &2.into()),
            (&404.into(), &null, &"/wp%20admin".into(), &null),
        ]
    );
    assert!(lines.iter().all(|line| line["trace_id"].is_null()));
}

#[test]
fn it_can_be_off_and_does_not_follow_the_level() {
    let quiet = server("off", "json");
    send(&quiet, "GET /nothing", &[], "");
    assert_eq!(lines(quiet), [Value::Null; 0]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env("MLSERVING__LOG__ACCESS", "all")
        .env("MLSERVING__SERVER__DRAIN_SECONDS", "0")
        .args(["--port", "0", "--host", "127.0.0.1"]);
    let loud = Binary::spawn(&mut command);
    assert!(send(&loud, "GET /health/live", &[], "").starts_with("HTTP/1.1 200"));
    loud.send("-TERM");
    let (_, log) = loud.ended();
    assert!(
        log.contains(" INFO GET /health/live 200 request_id="),
        "{log}"
    );
}

#[test]
fn nothing_that_a_client_sends_reaches_the_terminal_raw() {
    for format in ["text", "json"] {
        let server = server("all", format);
        let path = format!("/{}", "é\u{9b}2J".repeat(1000));
        let start = format!("{} {path}", "X".repeat(5000));
        send(&server, &start, &["x-request-id: a\tb"], "");
        server.send("-TERM");
        let (_, log) = server.ended();
        let line = log.lines().find(|line| line.contains("XXX"));
        let line = line.unwrap_or_else(|| panic!("no line in {log}"));
        assert!(
            !line.contains(char::is_control) && line.len() < 4000,
            "{line}"
        );
    }
}
