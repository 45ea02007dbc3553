//! Pages of other origins: which of them may send what, and read the answers.

use crate::app::{Answer, ROW, app_with, iris, send};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use ml_serving::{config::Config, http::App};
use std::sync::Arc;

const APP: &str = "https://app.example.com";

fn allowing(origins: &[&str]) -> Arc<App> {
    let mut config = Config::default();
    config.server.cors.allowed_origins = origins.iter().map(ToString::to_string).collect();
    app_with("builtin:iris", &config)
}

async fn ask(app: &Arc<App>, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(app, request.body(Full::new(Bytes::from(ROW))).unwrap()).await
}

async fn preflight(app: &Arc<App>, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-api-key"),
    ];
    ask(app, Method::OPTIONS, path, &headers).await
}

/// The headers of an answer that have to do with CORS.
fn told(answer: &Answer) -> Vec<(String, String)> {
    let headers = answer.headers.iter();
    let headers =
        headers.filter(|(name, _)| name.as_str().starts_with("access-control") || *name == "vary");
    let mut told: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    told.sort();
    told
}

#[tokio::test]
async fn an_allowed_origin_learns_what_it_may_send_and_reads_the_answer() {
    let app = allowing(&["https://other.example.com", APP]);
    let answer = preflight(&app, "/predict", APP).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let exposed = "x-request-id, x-model-version, retry-after, www-authenticate";
    assert_eq!(
        told(&answer),
        [
            ("access-control-allow-headers", "content-type,x-api-key"),
            ("access-control-allow-methods", "POST"),
            ("access-control-allow-origin", APP),
            ("access-control-expose-headers", exposed),
            ("access-control-max-age", "7200"),
            ("vary", "access-control-request-headers"),
            ("vary", "origin"),
        ]
        .iter()
        .map(text)
        .collect::<Vec<_>>()
    );
    assert!(answer.headers.contains_key("x-request-id"));
    let answer = ask(&app, Method::POST, "/predict", &[("origin", APP)]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        told(&answer),
        [
            ("access-control-allow-origin", APP),
            ("access-control-expose-headers", exposed),
            ("vary", "origin"),
        ]
        .iter()
        .map(text)
        .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn every_route_answers_a_preflight_with_its_own_methods() {
    let app = allowing(&[APP]);
    for (path, methods) in [
        ("/predict", "POST"),
        ("/predict/batch", "POST"),
        ("/model", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/health/ready", "GET, HEAD"),
    ] {
        let answer = preflight(&app, path, APP).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.headers["access-control-allow-methods"], methods);
    }
    assert_eq!(preflight(&app, "/nothing", APP).await.status, 404);
}

#[tokio::test]
async fn a_page_reads_failures_too() {
    let app = allowing(&[APP]);
    for path in ["/nothing", "/model", "/predict?probabilities=perhaps"] {
        let answer = ask(&app, Method::POST, path, &[("origin", APP)]).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert_eq!(answer.headers["access-control-allow-origin"], APP, "{path}");
    }
}

#[tokio::test]
async fn other_origins_learn_nothing() {
    let app = allowing(&[APP]);
    for origin in [
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://evil.example",
        "null",
        "*",
    ] {
        let answer = preflight(&app, "/predict", origin).await;
        assert_eq!(answer.status, 405, "{origin}");
        let answers = [
            answer,
            ask(&app, Method::POST, "/predict", &[("origin", origin)]).await,
        ];
        for answer in answers {
            let vary = ("vary".to_owned(), "origin".to_owned());
            assert_eq!(told(&answer), [vary], "{origin}");
        }
    }
}

#[tokio::test]
async fn a_star_allows_all_origins_alike() {
    let app = allowing(&["*"]);
    let answer = ask(&app, Method::POST, "/predict", &[("origin", "null")]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(!answer.headers.contains_key("vary"));
}

#[tokio::test]
async fn without_the_setting_options_is_no_method_and_no_origin_is_named() {
    let app = iris();
    let answer = preflight(&app, "/predict", APP).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (405, "method_not_allowed")
    );
    assert_eq!(told(&answer), []);
    let answer = ask(&app, Method::POST, "/predict", &[("origin", APP)]).await;
    assert_eq!((answer.status.as_u16(), told(&answer)), (200, vec![]));
}

#[tokio::test]
async fn a_list_of_headers_that_is_none_is_not_repeated() {
    let app = allowing(&[APP]);
    for asked in ["a\tb".to_owned(), "é".to_owned(), "x-a,".repeat(999)] {
        let headers = [
            ("origin", APP),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", &asked),
        ];
        let answer = ask(&app, Method::OPTIONS, "/predict", &headers).await;
        assert_eq!(answer.status, 204);
        assert!(!answer.headers.contains_key("access-control-allow-headers"));
    }
}
