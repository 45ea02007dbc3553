//! What answers in front of MLflow, without it.

use super::{
    at, load,
    proxy::{Fault, Proxy},
    tracking_server,
};
use ml_serving::registry::Origin;

const URI: &str = "models:/Wine & Co@champion";
const DOWNLOAD: &str = "artifacts/model.onnx ";

/// Answers of an ingress whose backend is away, and of one that wants a login.
const NOT_MLFLOW: [Fault; 5] = [
    Fault::Page(404),
    Fault::Page(200),
    Fault::Answer(404, "default backend - 404"),
    Fault::Answer(400, "The plain HTTP request was sent to HTTPS port"),
    Fault::Answer(200, r#"{"status": "starting"}"#),
];

#[test]
fn an_answer_that_is_not_mlflows_lets_the_cache_serve() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    let before = load(URI, &at(&proxy.url), cache.path()).unwrap();
    for fault in NOT_MLFLOW {
        proxy.fail(fault, "", usize::MAX);
        let after = load(URI, &at(&proxy.url), cache.path())
            .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(
            (after.source, after.digest),
            (Origin::Cache, before.digest.clone())
        );
    }
}

#[test]
fn without_a_cache_an_answer_that_is_not_mlflows_is_waited_out_and_named() {
    let proxy = Proxy::before(&tracking_server());
    for fault in NOT_MLFLOW {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(fault, "", usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err("not MLflow");
        assert!(
            error.is_transient() && error.to_string().contains("check MLFLOW_TRACKING_URI"),
            "{fault:?}: {error}"
        );
    }
}

#[test]
fn what_mlflow_itself_does_not_have_stays_an_error() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    load(URI, &at(&proxy.url), cache.path()).unwrap();
    let gone = r#"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Registered Model with name=Wine & Co not found"}"#;
    for status in [404, 400] {
        proxy.fail(Fault::Answer(status, gone), "", usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err("gone");
        assert_eq!(error.reason(), "not_found", "{error}");
    }
}

#[test]
fn a_page_in_place_of_a_file_is_not_taken_for_it() {
    let proxy = Proxy::before(&tracking_server());
    for fault in [
        Fault::Page(200),
        Fault::Page(404),
        Fault::Answer(404, "default backend - 404"),
    ] {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(fault, DOWNLOAD, usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err("a page");
        assert!(error.is_transient(), "{fault:?}: {error}");
        proxy.fail(fault, DOWNLOAD, 2);
        load(URI, &at(&proxy.url), cache.path()).expect("it passed");
    }
}

#[test]
fn mlflow_3_that_seems_not_to_know_its_logged_models_is_asked_again() {
    let (proxy, cache) = (
        Proxy::before(&super::local::mlflow(Vec::new())),
        tempfile::tempdir().unwrap(),
    );
    proxy.fail(Fault::Page(404), "logged-models/search", usize::MAX);
    let error = load("runs:/run-2/model", &at(&proxy.url), cache.path()).expect_err("unknown");
    assert!(error.is_transient(), "{error}");
    proxy.heal();
    let served = load("runs:/run-2/model", &at(&proxy.url), cache.path()).unwrap();
    assert_eq!(served.run_id.as_deref(), Some("run-2"));
}
