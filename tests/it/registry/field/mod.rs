//! The variables and addresses that are set in the field, for the real binary.

mod hidden;
mod listener;
mod network;
mod refused;
mod stores;

use super::{
    at, load, local,
    proxy::{Fault, Proxy},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ml_serving::registry::{Access, Secret};
use std::{
    path::Path,
    process::{Command, Output},
};

const MODEL: &str = "models:/Wine & Co/2";

/// The binary with no variables but these, and what it leaves on the disk below `home`.
fn command(home: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("MLSERVING__MODEL__CACHE_DIR", home.join("cache"))
        .envs(variables.iter().copied());
    command
}

/// The exit code and everything that was printed.
fn run(variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let home = tempfile::tempdir().unwrap();
    told(&command(home.path(), variables, arguments).output().unwrap())
}

fn told(output: &Output) -> (i32, String) {
    let text = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy);
    (output.status.code().unwrap_or(-1), text.concat())
}

/// The values of a header in a request's head.
fn header<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn the_user_of_the_address_is_sent_once_and_wins() {
    let cache = tempfile::tempdir().unwrap();
    let proxy = Proxy::before(&local::mlflow(Vec::new()));
    let access = Access {
        username: Secret::key("other"),
        password: Secret::key("other"),
        token: Secret::key("other"),
        ..at(&proxy.url.replace("http://", "http://me:p%40ss@"))
    };
    load(MODEL, &access, cache.path()).unwrap();
    let basic = format!("Basic {}", BASE64_STANDARD.encode("me:p@ss"));
    for head in proxy.heads() {
        assert_eq!(header(&head, "authorization"), [&basic], "{head}");
    }
}

/// A tracking server, one for the registered models, and the settings of who asks both.
fn with_a_registry_of_its_own() -> (Proxy, Proxy, Access) {
    let tracking = Proxy::before(&local::mlflow(Vec::new()));
    let registry = Proxy::before(&local::mlflow(Vec::new()));
    let access = Access {
        registry_uri: Secret::uri(&registry.url),
        ..at(&tracking.url)
    };
    (tracking, registry, access)
}

#[test]
fn a_failure_of_the_tracking_server_is_not_laid_to_that_of_the_registered_models() {
    let cache = tempfile::tempdir().unwrap();
    let (tracking, registry, access) = with_a_registry_of_its_own();
    tracking.fail(Fault::Page(404), "logged-models/", usize::MAX);
    let error = load("models:/m-2", &access, cache.path()).expect_err("not known");
    let text = error.to_string();
    assert!(text.contains(&tracking.url), "{text}");
    assert!(!text.contains(&registry.url), "{text}");
}

#[test]
fn registered_models_may_have_a_server_of_their_own() {
    let cache = tempfile::tempdir().unwrap();
    let (tracking, registry, access) = with_a_registry_of_its_own();
    load(MODEL, &access, cache.path()).unwrap();
    let asked = |proxy: &Proxy, path: &str| proxy.heads().iter().any(|head| head.contains(path));
    assert!(asked(&registry, "/model-versions/get"));
    assert!(!asked(&tracking, "/model-versions/"));
    assert!(asked(&tracking, "/logged-models/"));
    assert!(asked(&tracking, "/mlflow-artifacts/"));
    assert!(!asked(&registry, "/mlflow-artifacts/"));
}
