//! The registry that everybody runs, filled by the tool that everybody uses.

use super::with_config;
use crate::registry::{iris_digest, load, local, var};
use base64::{Engine, prelude::BASE64_STANDARD};
use ml_serving::registry::{Access, CaBundle};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Command, Output},
};

/// The entry of the user that tests/registry/servers.py has given to the registry.
fn login() -> Value {
    json!({"auth": BASE64_STANDARD.encode(var("OCI_LOGIN"))})
}

/// Runs `oras` in `directory` with the credentials of `access`.
fn oras(directory: &Path, access: &Access, arguments: &[&str]) -> Output {
    let mut command = Command::new(var("ORAS"));
    command.current_dir(directory).args(arguments);
    command.env(
        "DOCKER_CONFIG",
        access.variables.get("DOCKER_CONFIG").unwrap(),
    );
    let done = command.output().unwrap();
    let text = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {text}");
    done
}

/// What `oras push` has pushed as `tag`: its digest.
fn push(directory: &Path, access: &Access, tag: &str, files: &[&str]) -> String {
    let target = format!("{}/team/iris:{tag}", var("OCI"));
    let arguments = ["push", "--plain-http", "--format", "json", &target];
    let done = oras(directory, access, &[&arguments[..], files].concat());
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    told["digest"].as_str().unwrap().to_owned()
}

#[test]
#[ignore = "needs a real OCI registry: make registry-test"]
fn what_oras_pushes_to_a_registry_behind_a_password_is_served() {
    let place = tempfile::tempdir().unwrap();
    let access = with_config(place.path(), &json!({"auths": {var("OCI"): login()}}));
    let models = local::iris();
    let models = models.parent().unwrap();
    let files = push(
        &local::iris(),
        &access,
        "files",
        &["MLmodel", "model.onnx", "input_example.json"],
    );
    let directory = push(models, &access, "directory", &["iris"]);
    let file = push(
        &local::iris(),
        &access,
        "file",
        &["model.onnx:application/onnx"],
    );
    for version in [
        ":files".to_owned(),
        ":directory".to_owned(),
        ":file".to_owned(),
        format!("@{files}"),
        format!("@{directory}"),
        format!("@{file}"),
    ] {
        let (uri, cache) = (
            format!("oci://{}/team/iris{version}", var("OCI")),
            tempfile::tempdir().unwrap(),
        );
        let served =
            load(&uri, &access, cache.path()).unwrap_or_else(|error| panic!("{uri}: {error}"));
        assert_eq!(
            (served.digest, &*served.name),
            (iris_digest(), "iris"),
            "{uri}"
        );
    }
    let (cache, uri) = (
        tempfile::tempdir().unwrap(),
        format!("oci://{}/team/iris:none", var("OCI")),
    );
    let missing = load(&uri, &access, cache.path()).expect_err("no such tag");
    assert_eq!(missing.reason(), "not_found", "{missing}");
    let nobody = load(&uri, &Access::default(), cache.path()).expect_err("no credentials");
    assert_eq!(nobody.reason(), "denied", "{nobody}");
    let stranger = json!({"auths": {var("OCI"): {"username": "ann", "password": "wrong"}}});
    let stranger = with_config(cache.path(), &stranger);
    let stranger = load(&uri, &stranger, place.path()).expect_err("wrong credentials");
    assert_eq!(stranger.reason(), "denied", "{stranger}");
    assert!(!stranger.to_string().contains("wrong"), "{stranger}");
}

#[test]
#[ignore = "needs a real OCI registry: make registry-test"]
fn a_registry_behind_tls_is_asked_where_its_authority_is_known() {
    let place = tempfile::tempdir().unwrap();
    let config = json!({"auths": {var("OCI"): login(), var("OCI_TLS"): login()}});
    let access = with_config(place.path(), &config);
    let files = ["MLmodel", "model.onnx", "input_example.json"];
    push(&local::iris(), &access, "tls", &files);
    let uri = format!("oci+https://{}/team/iris:tls", var("OCI_TLS"));
    let stranger = load(&uri, &access, place.path()).expect_err("an unknown authority");
    assert!(
        stranger.to_string().to_lowercase().contains("certificate"),
        "{stranger}"
    );
    let known = Access {
        ca_bundle: CaBundle {
            variable: "SSL_CERT_FILE",
            path: format!("{}/ca.pem", var("REGISTRY_TESTS")),
        },
        ..access
    };
    let served = load(&uri, &known, place.path()).expect("the authority is known");
    assert_eq!(served.digest, iris_digest());
}
