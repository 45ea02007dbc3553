//! Registries, stores and services that take connections and say nothing, or not even take them.

use super::{
    at, local,
    proxy::{Fault, Proxy},
    tracking_server,
};
use ml_serving::{
    config::ModelConfig,
    load::{self, LoadError, LoadedModel},
    registry::{Access, Origin, Secret, Variables},
};
use std::{
    net::TcpListener,
    path::Path,
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

const URI: &str = "models:/Wine & Co@champion";
/// Of one version in a directory, which the local server has: a URI without a version of its own.
const DIRECTORY: &str = "mlflow-artifacts:/1/models/m-2/artifacts";

/// Loads with a budget of a second, which must end: what hangs would do so for ever.
pub fn load_soon(uri: &str, access: &Access, cache: &Path) -> Result<LoadedModel, LoadError> {
    load_within(1, Duration::from_secs(20), uri, access, cache)
}

/// Loads with all the time there is.
pub fn load_at_leisure(uri: &str, access: &Access, cache: &Path) -> LoadedModel {
    load_within(60, Duration::from_mins(2), uri, access, cache).unwrap()
}

fn load_within(
    budget: u64,
    most: Duration,
    uri: &str,
    access: &Access,
    cache: &Path,
) -> Result<LoadedModel, LoadError> {
    let config = ModelConfig {
        uri: Secret::uri(uri),
        cache_dir: cache.display().to_string(),
        load_timeout_seconds: budget,
        ..ModelConfig::default()
    };
    let access = access.clone();
    let (tell, told) = mpsc::channel();
    let start = Instant::now();
    thread::spawn(move || {
        // Nobody waits for what comes too late.
        drop(tell.send(load::load(&config, &access)));
    });
    let loaded = told.recv_timeout(most);
    loaded.unwrap_or_else(|_| panic!("{uri}: nothing after {:?}", start.elapsed()))
}

/// A server that takes every connection, and never answers.
fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    url
}

/// What reaches a bucket at `endpoint`.
fn bucket(endpoint: &str, more: &[(&str, &str)]) -> Access {
    let fixed = [("AWS_ENDPOINT_URL", endpoint), ("AWS_REGION", "us-east-1")];
    with(&[&fixed, more].concat())
}

/// These variables.
fn with(variables: &[(&str, &str)]) -> Access {
    let variables = variables.iter();
    let set = variables.map(|(name, value)| ((*name).to_owned(), Secret::key(*value)));
    Access {
        variables: Variables(set.collect()),
        ..Access::default()
    }
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

#[test]
fn whatever_of_mlflow_hangs_the_cache_serves() {
    for uri in [URI, DIRECTORY] {
        let (proxy, cache) = (
            Proxy::before(&local::mlflow(Vec::new())),
            tempfile::tempdir().unwrap(),
        );
        let before = load_at_leisure(uri, &at(&proxy.url), cache.path());
        for fault in [Fault::Hang, Fault::HangInBody] {
            proxy.fail(fault, "", usize::MAX);
            let after = load_soon(uri, &at(&proxy.url), cache.path())
                .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(
                (after.source, after.digest),
                (Origin::Cache, before.digest.clone()),
                "{uri}: {fault:?}"
            );
        }
        let _queue = proxy.fill_the_queue();
        let after = load_soon(uri, &at(&proxy.url), cache.path()).unwrap();
        assert_eq!(after.source, Origin::Cache, "{uri}: no connection");
    }
}

#[test]
fn a_download_that_hangs_lets_the_cache_serve() {
    let (proxy, cache) = (
        Proxy::before(&local::mlflow(Vec::new())),
        tempfile::tempdir().unwrap(),
    );
    load_at_leisure(DIRECTORY, &at(&proxy.url), cache.path());
    for fault in [Fault::Hang, Fault::HangInBody] {
        proxy.fail(fault, "artifacts/model.onnx ", usize::MAX);
        let after = load_soon(DIRECTORY, &at(&proxy.url), cache.path()).unwrap();
        assert_eq!(after.source, Origin::Cache, "{fault:?}");
    }
}

#[test]
fn with_a_warm_cache_the_usual_settings_serve_within_ten_seconds() {
    let (proxy, cache) = (
        Proxy::before(&tracking_server()),
        tempfile::tempdir().unwrap(),
    );
    let usual = ModelConfig::default().load_timeout_seconds;
    let most = Duration::from_secs(10);
    load_within(usual, most, URI, &at(&proxy.url), cache.path()).unwrap();
    proxy.fail(Fault::Hang, "", usize::MAX);
    let after = load_within(usual, most, URI, &at(&proxy.url), cache.path()).unwrap();
    assert_eq!(after.source, Origin::Cache);
}

#[test]
fn without_a_cache_what_hangs_is_named_and_may_pass() {
    let proxy = Proxy::before(&tracking_server());
    for (fault, of) in [
        (Fault::Hang, "registered-models/alias"),
        (Fault::HangInBody, "get-download-uri"),
        (Fault::Hang, "artifacts?path="),
        (Fault::Hang, "artifacts/model.onnx "),
        (Fault::HangInBody, "artifacts/model.onnx "),
    ] {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(fault, of, usize::MAX);
        let error = load_soon(URI, &at(&proxy.url), cache.path()).expect_err("it hangs");
        assert!(error.is_transient(), "{fault:?} of {of}: {error}");
        let text = error.to_string();
        let thing = of.trim().trim_end_matches("?path=");
        let thing = thing.rsplit('/').next().unwrap_or(thing);
        assert!(
            text.contains(thing) && text.contains("has not answered within"),
            "{fault:?} of {of}: {text}"
        );
    }
}

#[test]
fn a_store_that_hangs_is_not_waited_for_long() {
    let cache = tempfile::tempdir().unwrap();
    let access = bucket(&silent(), &KEYS);
    let error = load_soon("s3://models/churn", &access, cache.path()).expect_err("it hangs");
    assert!(
        error.is_transient() && error.to_string().contains("s3://models/churn"),
        "{error}"
    );
}

#[test]
fn a_metadata_service_that_hangs_is_named_with_the_keys_that_are_missing() {
    let cache = tempfile::tempdir().unwrap();
    let silent = silent();
    let aws = bucket(&silent, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &silent)]);
    let azure = with(&[
        ("AZURE_STORAGE_ACCOUNT_NAME", "models"),
        ("IDENTITY_ENDPOINT", &silent),
    ]);
    for (uri, access) in [("s3://models/churn", aws), ("az://models/churn", azure)] {
        let error = load_soon(uri, &access, cache.path()).expect_err("it hangs");
        let text = error.to_string();
        assert!(
            error.is_transient() && text.contains("where no keys are set") && text.contains(uri),
            "{text}"
        );
    }
}

#[test]
fn every_long_wait_has_a_line_in_the_log() {
    let cache = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
        .args(["inspect", "models:/churn/1"])
        .env_clear()
        .env("MLFLOW_TRACKING_URI", silent())
        .env("MLSERVING__MODEL__CACHE_DIR", cache.path())
        .env("MLSERVING__MODEL__LOAD_TIMEOUT_SECONDS", "3")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{log}");
    for says in ["waiting for http://127.0.0.1", "since 1", "; gives up in "] {
        assert!(log.contains(says), "{says}: {log}");
    }
}
