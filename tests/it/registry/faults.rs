//! What networks and registries do wrong.

use super::{
    at, load, local,
    proxy::{Fault, Proxy},
    tracking_server,
};
use ml_serving::{
    Error,
    config::ModelConfig,
    load::LoadError,
    registry::{Access, RegistryError, Secret},
};

const URI: &str = "models:/Wine & Co/2";
const DOWNLOAD: &str = "artifacts/model.onnx ";

#[test]
fn a_fault_that_passes_is_survived() {
    let proxy = Proxy::before(&tracking_server());
    for (fault, of, times) in [
        (Fault::Answer(500, "oops"), "", 2),
        (Fault::Answer(429, "busy"), "get-download-uri", 1),
        (Fault::Answer(503, "busy"), DOWNLOAD, 3),
        (Fault::Truncate, DOWNLOAD, 2),
        (Fault::Reset, DOWNLOAD, 2),
        (Fault::Truncate, "model-versions/get?", 1),
        (Fault::Down, "", 3),
        (Fault::Slow, "", 100),
    ] {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(fault, of, times);
        let served = load(URI, &at(&proxy.url), cache.path())
            .unwrap_or_else(|error| panic!("{fault:?} of {of:?}: {error}"));
        assert_eq!(served.version, "2");
    }
}

#[test]
fn a_fault_that_stays_is_named_and_leaves_nothing_in_the_cache() {
    let proxy = Proxy::before(&tracking_server());
    for (fault, of, says) in [
        (Fault::Answer(500, "oops"), "get-download-uri", "500"),
        (Fault::Truncate, DOWNLOAD, "artifacts/model.onnx"),
        (Fault::Reset, DOWNLOAD, "artifacts/model.onnx"),
        (Fault::Down, "", "does not answer"),
    ] {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(fault, of, usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err(says);
        assert!(
            matches!(error, LoadError::Registry(RegistryError::Unavailable(_)))
                && error.is_transient(),
            "{fault:?}: {error}"
        );
        assert!(error.to_string().contains(says), "{fault:?}: {error}");
        let left = std::fs::read_dir(cache.path().join("packages")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{fault:?}");
    }
}

#[test]
fn a_closed_door_is_told_apart_from_a_missing_model() {
    let proxy = Proxy::before(&tracking_server());
    let cache = tempfile::tempdir().unwrap();
    for (status, text, says) in [
        (
            401,
            "You are not authenticated.",
            "MLFLOW_TRACKING_USERNAME",
        ),
        (403, "Permission denied", "credentials do not allow"),
        (
            403,
            "Invalid Host header - possible DNS rebinding attack detected",
            "--allowed-hosts",
        ),
    ] {
        proxy.fail(Fault::Answer(status, text), "", usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err(says);
        assert_eq!(error.reason(), "denied");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(Error::from(error).exit_code(), 69);
    }
}

#[test]
fn a_file_name_that_leads_out_of_the_package_is_refused() {
    // A server that has nothing but the listing: MLflow itself has the files that the MLmodel names.
    let proxy = Proxy::before(&local::mlflow(Vec::new()));
    for listing in [
        r#"{"files": [{"path": "../../evil", "is_dir": false, "file_size": 1}]}"#,
        r#"{"files": [{"path": "/etc/evil", "is_dir": false, "file_size": 1}]}"#,
        r#"{"files": [{"path": "a/..", "is_dir": true}]}"#,
        r#"{"files": [{"path": "..\\evil", "is_dir": false}]}"#,
    ] {
        let cache = tempfile::tempdir().unwrap();
        proxy.fail(Fault::Answer(200, listing), "artifacts?path=", usize::MAX);
        let error = load(URI, &at(&proxy.url), cache.path()).expect_err(listing);
        // What no package can have is left out, and nothing else is there.
        assert_eq!(error.reason(), "not_found", "{error}");
        assert!(error.to_string().contains("there are no files"), "{error}");
    }
}

#[test]
fn a_directory_without_an_end_is_refused() {
    let proxy = Proxy::before(&local::mlflow(Vec::new()));
    let cache = tempfile::tempdir().unwrap();
    proxy.fail(
        Fault::Answer(200, r#"{"files": [{"path": "a", "is_dir": true}]}"#),
        "artifacts?path=",
        usize::MAX,
    );
    let error = load(URI, &at(&proxy.url), cache.path()).expect_err("a circle");
    assert_eq!(error.reason(), "not_found", "{error}");
}

#[test]
fn a_size_that_is_not_the_listed_one_is_a_broken_download() {
    let proxy = Proxy::before(&tracking_server());
    let cache = tempfile::tempdir().unwrap();
    proxy.fail(Fault::Answer(200, "short"), DOWNLOAD, usize::MAX);
    let error = load(URI, &at(&proxy.url), cache.path()).expect_err("short");
    assert!(
        error.is_transient() && error.to_string().contains("but 5 came"),
        "{error}"
    );
}

#[test]
fn content_that_is_not_the_pinned_one_is_refused() {
    let cache = tempfile::tempdir().unwrap();
    let access = at(&tracking_server());
    let digest = load(URI, &access, cache.path()).unwrap().digest;
    let pinned = |sha256: &str| {
        let config = ModelConfig {
            uri: Secret::uri(URI),
            sha256: sha256.to_owned(),
            cache_dir: cache.path().display().to_string(),
            ..ModelConfig::default()
        };
        ml_serving::load::load(&config, &access)
    };
    pinned(digest.trim_start_matches("sha256:")).unwrap();
    let error = pinned(&"0".repeat(64)).expect_err("another model");
    assert_eq!(error.reason(), "wrong_digest");
    assert!(error.to_string().contains(&digest[7..]), "{error}");
    assert_eq!(Error::from(error).exit_code(), 65);
}

#[test]
fn credentials_go_to_the_tracking_server() {
    let cache = tempfile::tempdir().unwrap();
    let proxy = Proxy::before(&tracking_server());
    let basic = Access {
        username: Secret::key("me"),
        password: Secret::key("secret"),
        token: Secret::key("unused"),
        ..at(&proxy.url)
    };
    load("models:/Wine & Co/1", &basic, cache.path()).unwrap();
    let bearer = Access {
        token: Secret::key("abc"),
        ..at(&proxy.url)
    };
    load("models:/Wine & Co/2", &bearer, cache.path()).unwrap();
    let in_url = at(&proxy.url.replace("http://", "http://me:secret@"));
    load("models:/Wine & Co@champion", &in_url, cache.path()).unwrap();
    for head in proxy.heads() {
        let head = head.to_ascii_lowercase();
        assert!(
            head.contains("authorization: basic bwu6c2vjcmv0")
                || head.contains("authorization: bearer abc"),
            "{head}"
        );
    }
    assert!(proxy.heads().iter().any(|head| head.contains("Bearer abc")));
    assert!(!format!("{basic:?} {bearer:?} {in_url:?}").contains("secret"));
}
