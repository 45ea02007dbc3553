//! API keys: who may ask what, and how keys change while the server runs.

use crate::{
    app::{Answer, ROW, Server, app_with, iris, predict_text, send},
    binary::{Binary, eventually_answers, exchange},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use ml_serving::{
    Error,
    config::{Config, Secrets},
    http::App,
    secret::Secret,
};
use serde_json::Value;
use std::{process::Command, sync::Arc, time::Duration};

const FIRST: &str = "first-key-of-ours";
const SECOND: &str = "second-key-of-ours";
/// The SHA-256 of [`SECOND`].
const DIGEST: &str = "sha256:a019d59f17bc2b762ffc6d58510c1c44597ddb0d22caf9f5a90b52dc21441a0a";

fn config() -> Config {
    let mut config = Config::default();
    config.server.auth.keys = Secrets(vec![Secret::key(FIRST), Secret::key(DIGEST)]);
    config
}

fn guarded() -> Arc<App> {
    app_with("builtin:iris", &config())
}

async fn ask(app: &Arc<App>, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(app, request.body(Full::new(Bytes::from(ROW))).unwrap()).await
}

#[tokio::test]
async fn a_key_is_taken_in_either_header_and_every_key_counts() {
    let app = guarded();
    for (name, value) in [
        ("authorization", format!("Bearer {FIRST}")),
        ("authorization", format!("bearer  {SECOND}")),
        ("x-api-key", FIRST.to_owned()),
        ("x-api-key", SECOND.to_owned()),
    ] {
        let headers = [(name, value.as_str())];
        let answer = ask(&app, Method::POST, "/predict", &headers).await;
        assert_eq!(answer.status, 200, "{name}: {value}");
        assert_eq!(ask(&app, Method::GET, "/model", &headers).await.status, 200);
    }
}

#[tokio::test]
async fn without_a_known_key_the_answer_is_401_whatever_was_sent() {
    let app = guarded();
    let long = "x".repeat(9000);
    let mut details = Vec::new();
    for (name, value) in [
        ("x-nothing", "x"),
        ("x-api-key", ""),
        ("x-api-key", "first-key-of-our"),
        ("x-api-key", "first-key-of-ours1"),
        ("x-api-key", DIGEST),
        ("x-api-key", &long),
        ("authorization", "Bearer"),
        ("authorization", "Bearer wrong-key"),
        ("authorization", "Basic first-key-of-ours"),
        ("authorization", FIRST),
    ] {
        for (method, path) in [(Method::POST, "/predict"), (Method::GET, "/model")] {
            let answer = ask(&app, method, path, &[(name, value)]).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (401, "unauthorized"),
                "{path} {name}: {value}"
            );
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            assert!(answer.headers.contains_key("x-request-id"));
            details.push(answer.text);
        }
    }
    details.dedup();
    assert_eq!(details.len(), 1, "{details:?}");
}

#[tokio::test]
async fn probes_metrics_and_pages_are_open_unless_told_otherwise() {
    let status = async |config: &Config, path: &str| {
        let app = app_with("builtin:iris", config);
        ask(&app, Method::GET, path, &[]).await.status.as_u16()
    };
    let (probes, pages) = (
        ["/health/live", "/health/ready", "/metrics"],
        ["/docs", "/openapi.json"],
    );
    let mut closed = config();
    closed.server.auth.protect_probes = true;
    closed.server.auth.protect_docs = true;
    for path in probes.into_iter().chain(pages) {
        assert_eq!(status(&config(), path).await, 200, "{path}");
        assert_eq!(status(&closed, path).await, 401, "{path}");
    }
    let mut probes_only = config();
    probes_only.server.auth.protect_probes = true;
    assert_eq!(status(&probes_only, "/docs").await, 200);
    // What is not there needs no key.
    assert_eq!(status(&config(), "/nothing").await, 404);
    assert_eq!(status(&config(), "/predict").await, 405);
}

#[tokio::test]
async fn a_preflight_needs_no_key_and_the_refusal_can_be_read_by_the_page() {
    let mut config = config();
    config.server.cors.allowed_origins = vec!["https://a.example".to_owned()];
    let app = app_with("builtin:iris", &config);
    let headers = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ];
    let answer = ask(&app, Method::OPTIONS, "/predict", &headers).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.headers["access-control-allow-headers"],
        "authorization"
    );
    let answer = ask(&app, Method::POST, "/predict", &headers[..1]).await;
    assert_eq!(answer.status, 401);
    assert!(answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_document_says_where_a_key_is_needed() {
    let document = ask(&guarded(), Method::GET, "/openapi.json", &[])
        .await
        .json();
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(schemes["api_key"]["name"], "x-api-key");
    assert_eq!(document["security"].as_array().unwrap().len(), 2);
    for (path, method, open) in [
        ("/predict", "post", false),
        ("/predict/batch", "post", false),
        ("/model", "get", false),
        ("/metrics", "get", true),
        ("/health/live", "get", true),
        ("/health/ready", "get", true),
    ] {
        let operation = &document["paths"][path][method];
        let of_its_own = operation["security"].as_array().map(Vec::len);
        assert_eq!(of_its_own, open.then_some(0), "{path}");
        let refused = &operation["responses"]["401"];
        assert_eq!(refused.is_null(), open, "{path}");
        if !open {
            let schema = &refused["content"]["application/problem+json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/Problem");
            assert!(refused["headers"]["www-authenticate"].is_object());
        }
    }
    let plain = ask(&iris(), Method::GET, "/openapi.json", &[]).await.json();
    assert_eq!(
        (&plain["security"], &plain["components"]["securitySchemes"]),
        (&Value::Null, &Value::Null)
    );
}

/// `GET /model` with this key, as text.
fn with_key(key: &str) -> String {
    format!("GET /model HTTP/1.0\r\nx-api-key: {key}\r\n\r\n")
}

#[tokio::test]
async fn keys_rotate_with_their_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys");
    std::fs::write(&file, format!("{FIRST}\n")).unwrap();
    let mut config = Config::default();
    config.server.auth.keys_file = file.display().to_string();
    let server = Server::start(config).await;
    let status = async |key: &str| {
        let answer = exchange(server.address, &with_key(key)).await;
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let becomes = async |key: &str, wanted: &str| {
        let looking = async {
            while status(key).await != wanted {
                tokio::task::yield_now().await;
            }
        };
        let looking = tokio::time::timeout(Duration::from_mins(1), looking);
        looking
            .await
            .unwrap_or_else(|_| panic!("{key} is never {wanted}"));
    };
    assert_eq!(
        (status(FIRST).await, status(SECOND).await),
        ("200".into(), "401".into())
    );
    // Swapped by a rename, as a mounted secret is.
    let swap = |content: &str| {
        let next = dir.path().join("next");
        std::fs::write(&next, content).unwrap();
        std::fs::rename(&next, &file).unwrap();
    };
    swap(&format!("{FIRST}\n{SECOND}\n"));
    becomes(SECOND, "200").await;
    assert_eq!(status(FIRST).await, "200");
    swap(&format!("{SECOND}\n"));
    becomes(FIRST, "401").await;
    assert_eq!(status(SECOND).await, "200");
    // A file that is no good changes nothing; an empty one takes all keys away.
    swap("two words\n");
    swap("# none\n");
    becomes(SECOND, "401").await;
}

#[tokio::test]
async fn a_file_without_keys_ends_the_start_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("empty"), "# none\n").unwrap();
    std::fs::write(path("wrong"), "good-key-1\nsecret words\n").unwrap();
    for (name, why) in [
        ("absent", "cannot be read"),
        ("empty", "holds no key"),
        ("wrong", "line 2 is no key"),
    ] {
        let mut config = Config::default();
        config.server.auth.keys_file = path(name);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ended = ml_serving::serve(config, listener, std::future::pending());
        let ended = tokio::time::timeout(Duration::from_mins(1), ended).await;
        let error = ended.expect("the start fails").unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Usage(_)), "{text}");
        assert!(
            text.contains("server.auth.keys_file") && text.contains(why),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn a_key_is_never_logged() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .env(
            "MLSERVING__SERVER__AUTH__KEYS",
            format!("{FIRST}, {SECOND}"),
        )
        .env("MLSERVING__SERVER__DRAIN_SECONDS", "0")
        .env("MLSERVING__LOG__ACCESS", "all")
        .env("MLSERVING__LOG__LEVEL", "trace")
        .env("MLSERVING__LOG__FORMAT", "json")
        .args(["--port", "0", "--host", "127.0.0.1"]);
    let mut server = Binary::spawn(&mut command);
    assert!(server.get("/model").starts_with("HTTP/1.0 401"));
    let mut stream = server.connect().unwrap();
    std::io::Write::write_all(&mut stream, with_key(SECOND).as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    let mut log = std::mem::take(&mut server.lines).concat();
    server.send("-TERM");
    log += &server.ended().1;
    assert!(log.contains("2 hidden"), "{log}");
    assert!(!log.contains(FIRST) && !log.contains(SECOND), "{log}");
}

#[test]
fn a_key_that_is_none_is_refused_without_showing_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .env("MLSERVING__SERVER__AUTH__KEYS", "hunter2")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{log}");
    assert!(
        log.contains("server.auth.keys") && !log.contains("hunter2"),
        "{log}"
    );
}

#[tokio::test]
async fn a_refused_client_keeps_no_body_and_others_are_served() {
    let server = Server::start(config()).await;
    let answer = server.exchange(&predict_text(ROW)).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    eventually_answers(server.address, "/health/ready", |answer| {
        answer.starts_with("HTTP/1.0 200")
    })
    .await;
}
