//! Registries and stores. Tests that need real ones are ignored: `make registry-test` starts those and runs all tests of this
//! room, and then what can be held against a real MLflow is.

mod cache;
mod faults;
mod local;
mod mlflow;
mod optional;
mod proxy;
mod stores;
mod web;

use ml_serving::{
    config::ModelConfig,
    load::{self, LoadError, LoadedModel},
    registry::Access,
};
use serde_json::Value;
use std::path::Path;

/// A variable that tests/registry/run sets.
fn var(name: &str) -> String {
    std::env::var(name).expect("tests/registry/run sets it")
}

/// An MLflow server: the real one that tests/registry/run has started, else a local one that answers like it.
fn tracking_server() -> String {
    std::env::var("MLFLOW3").unwrap_or_else(|_| local::mlflow(Vec::new()))
}

/// The digest of the embedded model, which all local servers have.
fn iris_digest() -> String {
    load::load(&ModelConfig::default(), &Access::default())
        .unwrap()
        .digest
}

/// What `log_models.py` noted about a server's models.
fn logged(server: &str) -> Value {
    let text = std::fs::read_to_string(format!("{}/{server}.json", var("REGISTRY_TESTS"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn at(tracking_uri: &str) -> Access {
    Access {
        tracking_uri: tracking_uri.to_owned(),
        ..Access::default()
    }
}

fn load(uri: &str, access: &Access, cache: &Path) -> Result<LoadedModel, LoadError> {
    let config = ModelConfig {
        uri: uri.to_owned(),
        cache_dir: cache.display().to_string(),
        ..ModelConfig::default()
    };
    load::load(&config, access)
}

fn refusal(uri: &str, access: &Access) -> LoadError {
    let cache = tempfile::tempdir().unwrap();
    load(uri, access, cache.path()).expect_err(uri)
}
