//! Models that `mlflow.pyfunc` answers otherwise than the flavor that lies beside it.

use super::servers::{MLFLOW2, MLFLOW3};
use ml_serving::{
    config::ModelConfig,
    input::Batch,
    load::{self, LoadError, LoadedModel},
    model::Predictions,
    registry::{Access, Secret},
};
use serde_json::Value;
use std::collections::BTreeMap;

fn load(uri: &str, flavor: &str, access: &Access) -> Result<LoadedModel, LoadError> {
    let cache = tempfile::tempdir().unwrap();
    let config = ModelConfig {
        uri: Secret::uri(uri),
        flavor: flavor.to_owned(),
        cache_dir: cache.path().display().to_string(),
        ..ModelConfig::default()
    };
    load::load(&config, access)
}

/// The classes that the model answers to `rows`.
fn classes(served: &LoadedModel, rows: &Value) -> Vec<u32> {
    let mut answers = Predictions::default();
    let row = |row: &Value| -> Vec<f64> { serde_json::from_value(row.clone()).unwrap() };
    let rows = rows.as_array().unwrap().iter().map(row);
    rows.map(|row| {
        let predicted = served.model.predict(&Batch::one(&row), &mut answers);
        predicted.unwrap();
        answers.classes[0]
    })
    .collect()
}

#[test]
#[ignore = "needs make registry-test"]
fn a_model_with_code_of_its_own_is_served_by_its_flavor_only_when_told_so() {
    for (server, count) in [(MLFLOW3, 5), (MLFLOW2, 6)] {
        let output = server.python().arg("tests/registry/own_code.py").output();
        let output = output.unwrap();
        // MLflow prints lines of its own.
        let printed = String::from_utf8(output.stdout).unwrap();
        let last = printed.lines().last().unwrap_or_default();
        let logged: BTreeMap<String, Value> = serde_json::from_str(last)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(logged.len(), count, "{:?}", logged.keys());
        for (name, case) in logged {
            assert_ne!(case["pyfunc"], case["own"], "{name}");
            let uri = case["uri"].as_str().unwrap();
            let flavor = match name.as_str() {
                "predict_joint_log_proba" => "sklearn",
                flavor => flavor,
            };
            let refusal = load(uri, "", &server.access()).expect_err(uri);
            assert_eq!(refusal.reason(), "unsupported", "{refusal}");
            let refusal = refusal.to_string();
            let cause = match name.as_str() {
                "predict_joint_log_proba" => "`predict_joint_log_proba`".to_owned(),
                flavor => format!("loader_module: always_{flavor}"),
            };
            let way_out = format!("MLSERVING__MODEL__FLAVOR={flavor}");
            assert!(
                refusal.contains(&cause) && refusal.contains(&way_out),
                "{refusal}"
            );
            let served = load(uri, flavor, &server.access()).unwrap();
            let own: Vec<u32> = serde_json::from_value(case["own"].clone()).unwrap();
            assert_eq!(classes(&served, &case["rows"]), own, "{name}");
        }
    }
}
