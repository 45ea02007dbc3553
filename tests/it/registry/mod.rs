//! Registries and stores. Tests that need real ones are ignored: `make registry-test` starts those and runs all tests of this
//! room, and then what can be held against a real MLflow is.

mod cache;
mod changed;
mod every_request;
mod faults;
mod field;
mod hanging;
mod ingress;
mod kinds;
mod local;
mod mlflow;
mod oci;
mod optional;
mod own_code;
mod places;
mod proxy;
mod push;
mod request;
mod servers;
mod shared;
mod stored;
mod stores;
mod web;

use ml_serving::{
    config::ModelConfig,
    input::Batch,
    load::{self, LoadError, LoadedModel},
    model::Predictions,
    registry::{Access, Secret},
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
        tracking_uri: Secret::uri(tracking_uri),
        ..Access::default()
    }
}

fn load(uri: &str, access: &Access, cache: &Path) -> Result<LoadedModel, LoadError> {
    let config = ModelConfig {
        uri: Secret::uri(uri),
        cache_dir: cache.display().to_string(),
        ..ModelConfig::default()
    };
    load::load(&config, access)
}

fn refusal(uri: &str, access: &Access) -> LoadError {
    let cache = tempfile::tempdir().unwrap();
    load(uri, access, cache.path()).expect_err(uri)
}

/// The model answers every row as scikit-learn does, in which it was trained.
fn answers_like_python(served: &LoadedModel, logged: &Value, version: usize) {
    let (rows, expected) = (
        logged["rows"].as_array().unwrap(),
        &logged["versions"][version],
    );
    let mut answer = Predictions::default();
    for (i, row) in rows.iter().enumerate() {
        let row: Vec<f64> = row
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect();
        served
            .model
            .predict(&Batch::one(&row), &mut answer)
            .unwrap();
        assert_eq!(
            u64::from(answer.classes[0]),
            expected["predictions"][i].as_u64().unwrap(),
            "row {i}"
        );
        for (class, score) in answer.scores.iter().enumerate() {
            let wanted = expected["probabilities"][i][class].as_f64().unwrap();
            assert!(
                (score - wanted).abs() < 1e-6,
                "row {i}, class {class}: {score}, Python says {wanted}"
            );
        }
    }
}
