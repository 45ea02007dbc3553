//! Two versions of MLflow, with models that Python and `push` have logged.

use super::{answers_like_python, at, load, logged, refusal, var};
use ml_serving::{
    load::LoadError,
    registry::{self, Origin, RegistryError},
};
use serde_json::Value;
use std::{path::Path, process::Command};

const SERVERS: [(&str, &str); 2] = [("mlflow3", "MLFLOW3"), ("mlflow2", "MLFLOW2")];

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
#[ignore = "needs make registry-test"]
fn every_form_of_a_uri_leads_to_its_version() {
    for (server, address) in SERVERS {
        let (logged, access, cache) = (
            logged(server),
            at(&var(address)),
            tempfile::tempdir().unwrap(),
        );
        let mut forms = vec![
            ("models:/Wine & Co/1".to_owned(), 0, "1".to_owned()),
            ("models:/Wine & Co/2".to_owned(), 1, "2".to_owned()),
            ("models:/Wine & Co/latest".to_owned(), 1, "2".to_owned()),
            ("models:/Wine & Co/Production".to_owned(), 0, "1".to_owned()),
            ("models:/Wine & Co/production".to_owned(), 0, "1".to_owned()),
            ("models:/Wine & Co@champion".to_owned(), 1, "2".to_owned()),
        ];
        for i in [0, 1] {
            let version = &logged["versions"][i];
            forms.push((
                format!("runs:/{}/my model", text(&version["run_id"])),
                i,
                String::new(),
            ));
            forms.push((text(&version["download_uri"]), i, String::new()));
            if let Some(id) = version["model_id"].as_str() {
                forms.push((format!("models:/{id}"), i, id.to_owned()));
            }
        }
        for (uri, i, version) in forms {
            let served = load(&uri, &access, cache.path())
                .unwrap_or_else(|error| panic!("{server}: {uri}: {error}"));
            answers_like_python(&served, &logged, i);
            let version = if version.is_empty() {
                served.digest[7..19].to_owned()
            } else {
                version
            };
            assert_eq!(served.version, version, "{server}: {uri}");
            assert_eq!(served.source, Origin::Registry, "{server}: {uri}");
            assert_eq!(
                served.run_id.as_deref(),
                logged["versions"][i]["run_id"].as_str(),
                "{server}: {uri}"
            );
            if uri.contains("Wine") {
                assert_eq!(served.name, "Wine & Co");
            }
        }
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn what_is_not_there_is_answered_with_what_is() {
    for (_, address) in SERVERS {
        let access = at(&var(address));
        for uri in [
            "models:/Wine & Co/9",
            "models:/Wine & Co/Staging",
            "models:/Wine & Co@nobody",
        ] {
            let error = refusal(uri, &access);
            assert!(
                matches!(error, LoadError::Registry(RegistryError::NotFound(_))),
                "{error}"
            );
            assert!(
                error
                    .to_string()
                    .contains("it has the versions 2, 1 (Production)"),
                "{error}"
            );
        }
        for uri in [
            "models:/Nobody/1",
            "models:/Nobody/latest",
            "models:/Nobody@a",
            "models:/m-00000000000000000000000000000000",
            "runs:/00000000000000000000000000000000/model",
        ] {
            let error = refusal(uri, &access);
            assert!(
                matches!(error, LoadError::Registry(RegistryError::NotFound(_))),
                "{uri}: {error}"
            );
        }
        assert!(
            refusal("models:/Wine & Co/Prodution", &access)
                .to_string()
                .contains("Prodution")
        );
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn artifacts_that_are_not_proxied_are_had_from_the_server() {
    let (logged, access, cache) = (
        logged("plain"),
        at(&var("MLFLOW_PLAIN")),
        tempfile::tempdir().unwrap(),
    );
    let version = &logged["versions"][0];
    for uri in [
        "models:/Wine & Co/1".to_owned(),
        format!("models:/{}", text(&version["model_id"])),
        format!("runs:/{}/my model", text(&version["run_id"])),
    ] {
        let served =
            load(&uri, &access, cache.path()).unwrap_or_else(|error| panic!("{uri}: {error}"));
        answers_like_python(&served, &logged, 0);
    }
}

/// What a command prints, which must succeed.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs make registry-test"]
fn what_pack_makes_is_pythons_too() {
    let python = |server: &str| {
        var(if server == "mlflow3" {
            "PYTHON3"
        } else {
            "PYTHON2"
        })
    };
    for (server, address) in SERVERS {
        let tracking = var(address);
        let work = tempfile::tempdir().unwrap();
        let place = |name: &str| work.path().join(name).display().to_string();
        let script = ["tests/registry/beside.py", &place("")].map(str::to_owned);
        printed(Command::new(python(server)).args(&script));
        let packed = place("packed");
        printed(
            Command::new(env!("CARGO_BIN_EXE_ml-serving"))
                .args(["pack", "--model", &place("model.pkl")])
                .args(["--before", &place("label_encoders.pkl")])
                .args(["--before", &place("scaler.pkl")])
                .args(["--labels", &place("classes.json")])
                .args(["--columns", &place("columns.json")])
                .args(["--threshold", "0.3", "--out", &packed]),
        );
        let access = at(&tracking);
        let pushed = registry::push(Path::new(&packed), "models:/packed", None, &access).unwrap();
        let mut opened = Command::new(python(server));
        opened.args(&script).args([&tracking, &pushed.version]);
        let wanted: Vec<String> = serde_json::from_str(printed(&mut opened).trim()).unwrap();
        let predicted = printed(
            Command::new(env!("CARGO_BIN_EXE_ml-serving"))
                .args(["predict", &format!("models:/packed/{}", pushed.version)])
                .args(["--input", &place("rows.csv")])
                .env("MLFLOW_TRACKING_URI", &tracking)
                .env("MLSERVING__MODEL__CACHE_DIR", place("cache")),
        );
        let lines = predicted.lines().skip(1);
        let ours: Vec<&str> = lines.filter_map(|line| line.split(',').next()).collect();
        assert_eq!(ours, wanted, "{server}");
    }
}
