//! Real registries and stores, which tests/registry/run starts: `make registry-test`.

mod cache;
mod faults;
mod mlflow;
mod proxy;
mod stores;

use ml_serving::{
    config::ModelConfig,
    load::{self, LoadError, Served},
    registry::Access,
};
use serde_json::Value;
use std::path::Path;

/// A variable that tests/registry/run sets.
fn var(name: &str) -> String {
    std::env::var(name).expect("tests/registry/run sets it")
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

fn load(uri: &str, access: &Access, cache: &Path) -> Result<Served, LoadError> {
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
