//! A server below the path of a proxy.

use crate::app::{Answer, ROW, app_with, get, iris, post, send};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use ml_serving::{config::Config, http::App};
use std::sync::Arc;

fn below(root_path: &str) -> Arc<App> {
    let mut config = Config::default();
    root_path.clone_into(&mut config.server.root_path);
    app_with("builtin:iris", &config)
}

async fn forwarded(app: &Arc<App>, path: &str, prefix: &str) -> Answer {
    let request = Request::get(path).header("x-forwarded-prefix", prefix);
    send(app, request.body(Full::<Bytes>::default()).unwrap()).await
}

#[tokio::test]
async fn requests_come_with_the_prefix_or_without_it() {
    let app = below("/models/churn/");
    for prefix in ["", "/models/churn"] {
        let path = |path: &str| format!("{prefix}{path}");
        assert_eq!(post(&app, &path("/predict"), ROW).await.status, 200);
        assert_eq!(get(&app, &path("/health/ready")).await.status, 200);
        assert_eq!(get(&app, &path("/nothing")).await.status, 404);
        assert_eq!(get(&app, &path("/predict")).await.status, 405);
        let slash = get(&app, &path("/docs/")).await.json()["detail"].to_string();
        assert!(slash.contains("without a slash"), "{slash}");
    }
    assert_eq!(post(&app, "/models/churned/predict", ROW).await.status, 404);
    let metrics = get(&app, "/models/churn/metrics").await.text;
    let counted = r#"http_requests_total{code="200",operation="predict"} 2"#;
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn the_redirect_stays_below_the_prefix() {
    let to = async |app: &Arc<App>, path: &str, prefix: &str| {
        let answer = forwarded(app, path, prefix).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.headers["vary"], "x-forwarded-prefix");
        answer.headers["location"].to_str().unwrap().to_owned()
    };
    assert_eq!(to(&iris(), "/", "").await, "docs");
    assert_eq!(to(&iris(), "/", "/a/b").await, "/a/b/docs");
    for hostile in ["//evil.example", "https://evil.example", "/a/../..", "/a b"] {
        assert_eq!(to(&iris(), "/", hostile).await, "docs", "{hostile}");
    }
    let app = below("/churn");
    for path in ["/", "/churn", "/churn/"] {
        let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
        let answer = send(&app, request).await;
        assert_eq!(answer.headers["location"], "/churn/docs", "{path}");
    }
    assert_eq!(to(&app, "/", "/outside").await, "/outside/docs");
}

#[tokio::test]
async fn the_document_names_the_prefix_as_its_server() {
    let servers = async |app: &Arc<App>, prefix: &str| {
        let answer = forwarded(app, "/openapi.json", prefix).await;
        let document = answer.json();
        assert!(document["paths"]["/predict"].is_object());
        document["servers"].clone()
    };
    // Without `servers` it is the root of where the document came from.
    assert!(servers(&iris(), "//evil").await.is_null());
    assert_eq!(servers(&iris(), "/a").await[0]["url"], "/a");
    assert_eq!(servers(&below("/churn"), "\"").await[0]["url"], "/churn");
    assert_eq!(servers(&below("/churn"), "/a").await[0]["url"], "/a");
}

#[tokio::test]
async fn each_prefix_has_a_tag_of_its_own() {
    let app = iris();
    let tag = async |prefix: &str| {
        let answer = forwarded(&app, "/openapi.json", prefix).await;
        let varies = "accept-encoding, x-forwarded-prefix";
        assert_eq!(answer.headers["vary"], varies);
        answer.headers["etag"].clone()
    };
    let (none, a, b) = (tag("").await, tag("/a").await, tag("/b").await);
    assert!(none != a && a != b && none != b);
    for (prefix, status) in [("/a", 304), ("/b", 200)] {
        let request = Request::get("/openapi.json").header("if-none-match", &a);
        let request = request.header("x-forwarded-prefix", prefix);
        let answer = send(&app, request.body(Full::<Bytes>::default()).unwrap()).await;
        assert_eq!(answer.status, status, "{prefix}");
    }
}
