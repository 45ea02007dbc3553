//! What push registers: Python opens it at every kind of server, and what fails leaves nothing that looks whole.

mod checks;
mod faults;
mod together;

use super::{
    load,
    servers::{ALL, MLFLOW2, PLAIN, Server},
};
use ml_serving::registry::{self, Access, Pushed, RegistryError};
use serde_json::Value;
use std::{fs, path::Path, thread};

/// A name with everything that MLflow takes.
const ODD_NAME: &str = "100% \"Öl\" & 'Gas' #1+2 (iris)";
/// Names of files that tools make, and that are to be kept.
const ODD_FILES: [&str; 4] = [
    "code/größe (1).py",
    "it's \"quoted\".txt",
    "50% & 1+1=2.txt",
    "empty",
];

/// The package of iris, with neighbours of odd names.
fn odd_package() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir("models/iris").unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
    }
    fs::create_dir(dir.path().join("code")).unwrap();
    for file in ODD_FILES {
        let text = if file == "empty" { "" } else { file };
        fs::write(dir.path().join(file), text).unwrap();
    }
    dir
}

/// `name`, and what makes it new at servers that have seen these tests before.
fn new(name: &str) -> String {
    format!("{name} {}", std::process::id())
}

fn push(name: &str, alias: Option<&str>, access: &Access) -> Result<Pushed, RegistryError> {
    registry::push(
        Path::new("models/iris"),
        &format!("models:/{name}"),
        alias,
        access,
    )
}

/// What Python finds under a version of the iris model.
fn opened(server: Server, name: &str, version: &str) -> Value {
    let mut python = server.python();
    python.args(["tests/registry/opened.py", name, version]);
    let output = python.arg("[5.1, 3.5, 1.4, 0.2]").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(printed.trim()).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{}: {error}: {said}", server.name())
    })
}

/// Checks every server that a package can be pushed to, all at once, and tells which ones fail.
fn at_every_server(check: impl Fn(Server) + Sync) {
    let failed: Vec<_> = thread::scope(|scope| {
        let servers = ALL.into_iter().filter(|server| *server != PLAIN);
        let checks: Vec<_> = servers
            .map(|server| {
                let check = &check;
                (server, scope.spawn(move || check(server)))
            })
            .collect();
        checks
            .into_iter()
            .filter_map(|(server, check)| check.join().err().map(|_| server.name()))
            .collect()
    });
    assert!(failed.is_empty(), "failed at {failed:?}");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    format!("{:x}", Sha256::digest(bytes))
}

#[test]
#[ignore = "needs make registry-test"]
fn python_opens_what_push_registers_at_every_server() {
    let package = odd_package();
    at_every_server(|server| {
        let access = server.access();
        let target = format!("models:/{ODD_NAME}");
        let pushed = registry::push(package.path(), &target, Some("champion"), &access)
            .unwrap_or_else(|error| panic!("{}: {error}", server.name()));
        let found = opened(server, ODD_NAME, &pushed.version);
        assert_eq!(found["label"], 0);
        assert_eq!(found["columns"][3], "petal_width");
        assert_eq!(found["status"], "FINISHED");
        assert_eq!(found["aliases"][0], "champion");
        for file in ODD_FILES.into_iter().chain(["model.onnx"]) {
            let wanted = sha256(&fs::read(package.path().join(file)).unwrap());
            assert_eq!(found["files"][file], wanted, "{}: {file}", server.name());
        }
        let cache = tempfile::tempdir().unwrap();
        let uri = format!("models:/{ODD_NAME}@champion");
        let served = load(&uri, &access, cache.path())
            .unwrap_or_else(|error| panic!("{}: {error}", server.name()));
        assert_eq!(
            (served.name.as_str(), served.version, served.run_id),
            (ODD_NAME, pushed.version, Some(pushed.run_id))
        );
    });
}

#[test]
#[ignore = "needs make registry-test"]
fn the_training_is_recorded_in_the_run_and_in_the_logged_model() {
    at_every_server(|server| {
        let pushed = push("measured", None, &server.access()).unwrap();
        let found = opened(server, "measured", &pushed.version);
        for kind in ["", "logged_"] {
            if server == MLFLOW2 && kind == "logged_" {
                continue;
            }
            assert_eq!(found[format!("{kind}params")]["trees"], "100", "{kind}");
            assert_eq!(
                found[format!("{kind}metrics")]["test_accuracy"],
                0.833_333,
                "{}: {kind}",
                server.name()
            );
        }
        let again = push("measured", None, &server.access()).unwrap();
        let next = pushed.version.parse::<u32>().unwrap() + 1;
        assert_eq!(again.version, next.to_string(), "{}", server.name());
    });
}
