//! Files of a version that somebody writes to after they were downloaded.

use super::{
    at, load, local,
    proxy::{Fault, Proxy},
};
use ml_serving::{
    load::LoadedModel,
    registry::{Access, CheckedBy, Origin, Secret, Variables},
};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
use tempfile::TempDir;

const URI: &str = "models:/Wine & Co@champion";

/// A package of its own, which MLflow keeps.
fn kept() -> (TempDir, Proxy) {
    let root = tempfile::tempdir().unwrap();
    for name in ["MLmodel", "model.onnx", "input_example.json", "conda.yaml"] {
        fs::copy(local::iris().join(name), root.path().join(name)).unwrap();
    }
    let proxy = Proxy::before(&local::mlflow_of(root.path(), Vec::new()));
    (root, proxy)
}

fn checked_by(served: &LoadedModel) -> CheckedBy {
    served.cached.as_ref().unwrap().checked_by
}

/// Writes other bytes to a file of the package.
fn change(root: &Path, name: &str, change: impl FnOnce(String) -> String) {
    let path = root.join(name);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(text)).unwrap();
}

#[test]
fn files_that_were_changed_in_place_are_downloaded_again() {
    let ((root, proxy), cache) = (kept(), tempfile::tempdir().unwrap());
    let load = || load(URI, &at(&proxy.url), cache.path()).unwrap();
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    assert_eq!(checked_by(&load()), CheckedBy::Sizes);
    // As set_signature does; in the second case without another size.
    change(root.path(), "MLmodel", |text| format!("{text}# a note\n"));
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    assert_eq!(checked_by(&load()), CheckedBy::Sizes);
    change(root.path(), "MLmodel", |text| {
        text.replace("# a note", "# a vote")
    });
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    change(root.path(), "input_example.json", |text| {
        format!("{text}\n")
    });
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    assert_eq!(checked_by(&load()), CheckedBy::Sizes);
}

#[test]
fn entity_tags_tell_of_every_change_in_a_bucket() {
    let ((root, _), cache) = (kept(), tempfile::tempdir().unwrap());
    let variables = [
        ("AWS_ENDPOINT_URL", local::bucket(root.path()).as_str()),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
    ]
    .map(|(name, value)| (name.to_owned(), Secret::key(value)));
    let access = Access {
        variables: Variables(variables.to_vec()),
        ..at(&local::mlflow(vec!["s3://models/iris".to_owned()]))
    };
    let load = || load("models:/Wine & Co/3", &access, cache.path()).unwrap();
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    assert_eq!(checked_by(&load()), CheckedBy::EntityTags);
    change(root.path(), "conda.yaml", |text| text.replace("pip", "pop"));
    assert_eq!(checked_by(&load()), CheckedBy::Download);
    assert_eq!(checked_by(&load()), CheckedBy::EntityTags);
}

#[test]
fn files_that_cannot_be_compared_are_served_and_said_to_be_so() {
    let ((_root, proxy), cache) = (kept(), tempfile::tempdir().unwrap());
    load(URI, &at(&proxy.url), cache.path()).unwrap();
    for fault in [Fault::Answer(500, "oops"), Fault::Down, Fault::Page(404)] {
        proxy.fail(fault, "artifacts?path=", usize::MAX);
        let served = load(URI, &at(&proxy.url), cache.path()).unwrap();
        assert_eq!(
            (checked_by(&served), served.source),
            (CheckedBy::Nothing, Origin::Registry),
            "{fault:?}"
        );
    }
}

#[test]
fn a_new_version_that_cannot_be_downloaded_leaves_the_old_one() {
    let ((_root, inner), cache) = (kept(), tempfile::tempdir().unwrap());
    let outer = Proxy::before(&inner.url);
    let version = || {
        let served = load(URI, &at(&outer.url), cache.path()).unwrap();
        (served.version, served.source)
    };
    assert_eq!(version(), ("2".to_owned(), Origin::Registry));
    let moved = r#"{"model_version": {"version": "1", "run_id": "run-1", "status": "READY"}}"#;
    inner.fail(
        Fault::Answer(200, moved),
        "registered-models/alias",
        usize::MAX,
    );
    outer.fail(Fault::Down, "run-1/artifacts", usize::MAX);
    assert_eq!(version(), ("2".to_owned(), Origin::Cache));
    outer.heal();
    assert_eq!(version(), ("1".to_owned(), Origin::Registry));
}

#[test]
fn a_cache_that_can_only_be_read_serves_what_is_in_it() {
    let ((_root, proxy), cache) = (kept(), tempfile::tempdir().unwrap());
    let uris = [URI, "mlflow-artifacts:/1/models/m-2/artifacts"];
    for uri in uris {
        load(uri, &at(&proxy.url), cache.path()).unwrap();
    }
    let set = |mode| {
        for directory in ["", "packages", "uris", "contents"] {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(cache.path().join(directory), mode).unwrap();
        }
    };
    set(0o555);
    let writable = fs::write(cache.path().join("x"), "").is_ok();
    let served = uris.map(|uri| load(uri, &at(&proxy.url), cache.path()));
    set(0o755);
    // The superuser may write anyway.
    let wanted = if writable {
        [CheckedBy::Sizes, CheckedBy::Download]
    } else {
        [CheckedBy::Sizes, CheckedBy::Nothing]
    };
    let served = served.map(|served| checked_by(&served.unwrap()));
    assert_eq!(served, wanted);
}
