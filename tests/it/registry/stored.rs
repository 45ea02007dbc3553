//! What real stores and servers keep of a package, and what is read of it: names, sizes and places.

use super::{
    iris_digest, load, local,
    places::{files, package},
    servers::{BUCKET, MLFLOW3, PLAIN, PRESIGNED, SECOND, Server},
    var,
};
use crate::binary;
use ml_serving::registry::{self, Access, Origin};
use serde_json::Value;
use std::{fs, process::Command};

/// What Python prints for a script with arguments. It must succeed.
fn python(mut python: Command, script: &str, arguments: &[&str]) -> String {
    let output = python.args(["-c", script]).args(arguments).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A client of the store that speaks S3, as `s3`.
const BOTO: &str = r#"
import boto3, json, os, sys
s3 = boto3.client("s3", endpoint_url=os.environ["S3"], region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
"#;

fn boto(script: &str, arguments: &[&str]) -> String {
    python(
        Command::new(var("PYTHON2")),
        &format!("{BOTO}{script}"),
        arguments,
    )
}

fn s3() -> Access {
    BUCKET.access()
}

#[test]
#[ignore = "needs make registry-test"]
fn what_lies_beside_a_model_in_a_bucket_does_no_harm() {
    let script = r#"
package, *keys = sys.argv[1:]
for key in keys:
    s3.put_object(Bucket="models", Key=f"{key}/", Body=b"")
    for name in ["MLmodel", "model.onnx", "input_example.json"]:
        s3.upload_file(f"{package}/{name}", "models", f"{key}/{name}")
    for name in ["code/", "empty/", "code/ü.py", "12:30", "logs/12:30.txt", "100%25.txt", "50%.txt", "a b+c.txt", "it's \"x\".txt",
                 "~[x]{y}#z.txt", "a\\b.txt", "x" * 300, "__init__.py", "._model.onnx", "/".join("d" * 40)]:
        s3.put_object(Bucket="models", Key=f"{key}/{name}", Body=b"" if name.endswith(("/", "__init__.py")) else b"x")
# A key that object_store does not list.
s3.put_object(Bucket="models", Key=f"{keys[1]}/a//b", Body=b"x")
"#;
    let iris = local::iris().display().to_string();
    let keys = ["odd/ü 100%25+", "odd/doubled"];
    boto(script, &[&iris, keys[0], keys[1]]);
    for key in keys {
        let cache = tempfile::tempdir().unwrap();
        let uri = format!("s3://models/{key}");
        for _ in 0..2 {
            let served =
                load(&uri, &s3(), cache.path()).unwrap_or_else(|error| panic!("{uri}: {error}"));
            assert_eq!(
                (served.digest, served.source),
                (iris_digest(), Origin::Registry)
            );
        }
    }
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("fetched");
    registry::fetch(&format!("s3://models/{}", keys[0]), &s3(), &dir).unwrap();
    let found = files(&dir);
    for name in [
        "code/ü.py",
        "12:30",
        "logs/12:30.txt",
        "100%25.txt",
        "50%.txt",
        "it's \"x\".txt",
        "__init__.py",
    ] {
        assert!(found.contains(name), "{name}: {found:?}");
    }
}

/// The names of a package, each a trap of some store.
const NAMES: [&str; 8] = [
    "code/ü ß.py",
    "code/12:30.txt",
    "a b+c.txt",
    "it's \"x\".txt",
    "100%25.txt",
    "50%.txt",
    "~[x]{y}|z.txt",
    "empty/__init__.py",
];

#[test]
#[ignore = "needs make registry-test"]
fn what_push_writes_to_a_bucket_has_the_keys_that_python_writes() {
    for model in ["modèle.onnx", "my model+100%.onnx", "it's & \"mine\".onnx"] {
        let dir = package(&model.replace('"', "'"), &NAMES);
        let access = BUCKET.access();
        let pushed = registry::push(dir.path(), "models:/odd keys", None, &access).unwrap();
        // Python's own client writes the same files, and opens what was pushed.
        let script = r#"
import json, mlflow, sys
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
dir, version = sys.argv[1:]
ours = mlflow.MlflowClient().get_model_version_download_uri("odd keys", version)
model = mlflow.pyfunc.load_model(f"models:/odd keys/{version}")
theirs = "s3://direct/theirs/" + version
get_artifact_repository(theirs).log_artifacts(dir)
print(json.dumps([ours.split("/", 3)[3], theirs.split("/", 3)[3], model.metadata.flavors["onnx"]["data"]]))
"#;
        let printed = python(
            BUCKET.python(),
            script,
            &[dir.path().to_str().unwrap(), &pushed.version],
        );
        let [ours, theirs, data]: [String; 3] = serde_json::from_str(printed.trim()).unwrap();
        assert_eq!(data, model.replace('"', "'"));
        let script = r#"
for prefix in sys.argv[1:]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="direct", Prefix=prefix + "/")
    print(json.dumps(sorted(each["Key"][len(prefix) + 1:] for page in pages for each in page["Contents"])))
"#;
        let keys = boto(script, &[&ours, &theirs]);
        let (ours, theirs) = keys.trim().split_once('\n').unwrap();
        assert_eq!(ours, theirs);
        let cache = tempfile::tempdir().unwrap();
        let uri = format!("models:/odd keys/{}", pushed.version);
        assert_eq!(
            load(&uri, &access, cache.path()).unwrap().digest,
            iris_digest()
        );
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn a_large_file_is_pushed_to_a_bucket_and_fetched_in_little_memory() {
    const MIB: u64 = 1 << 20;
    let dir = package("model.onnx", &[]);
    let large = dir.path().join("code/large.bin");
    fs::create_dir_all(large.parent().unwrap()).unwrap();
    let bytes: Vec<u8> = (0..150 * MIB).map(|i| (i * 31 % 251) as u8).collect();
    fs::write(&large, &bytes).unwrap();
    let peak =
        binary::peak(
            BUCKET
                .binary()
                .args(["push", dir.path().to_str().unwrap(), "models:/large"]),
        );
    assert!(peak < 80 * MIB, "{} MiB", peak / MIB);
    let place = tempfile::tempdir().unwrap();
    let fetched = place.path().join("large");
    let peak =
        binary::peak(
            BUCKET
                .binary()
                .args(["fetch", "models:/large/1", fetched.to_str().unwrap()]),
        );
    assert!(peak < 80 * MIB, "{} MiB", peak / MIB);
    assert!(fs::read(fetched.join("code/large.bin")).unwrap() == bytes);
}

#[test]
#[ignore = "needs make registry-test"]
fn a_model_of_a_run_is_found_behind_more_than_a_hundred_newer_ones() {
    let script = r#"
import concurrent.futures, json, os, mlflow, urllib.request
client = mlflow.MlflowClient()
experiment = client.create_experiment("crowded")
run = client.create_run(experiment).info.run_id
def call(path, body, method="POST"):
    request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/" + path, json.dumps(body).encode(), {"content-type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request))
def log(run, name):
    return call("logged-models", {"experiment_id": experiment, "name": name, "source_run_id": run})["model"]["info"]
first = log(run, "model")
call("logged-models/" + first["model_id"], {"model_id": first["model_id"], "status": "LOGGED_MODEL_READY"}, "PATCH")
repository = mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(first["artifact_uri"])
repository.log_artifacts("models/iris")
log(run, "other")
for _ in range(130):
    log(client.create_run(experiment).info.run_id, "model")
print(run)
"#;
    let run = python(MLFLOW3.python(), script, &[]);
    let cache = tempfile::tempdir().unwrap();
    let uri = format!("runs:/{}/model", run.trim());
    let served = load(&uri, &MLFLOW3.access(), cache.path()).unwrap();
    assert_eq!(served.digest, iris_digest());
}

#[test]
#[ignore = "needs make registry-test"]
fn files_come_from_a_server_that_signs_addresses_only_and_from_a_second_one() {
    for server in [PRESIGNED, SECOND] {
        let (logged, access) = (server.logged(), server.access());
        let version = &logged["versions"][1];
        let run = version["run_id"].as_str().unwrap();
        for uri in [
            "models:/Wine & Co@champion",
            &format!("runs:/{run}/my model"),
            version["download_uri"].as_str().unwrap(),
        ] {
            let cache = tempfile::tempdir().unwrap();
            let served = load(uri, &access, cache.path());
            served.unwrap_or_else(|error| panic!("{}: {uri}: {error}", server.name()));
        }
    }
}

/// Logs the embedded package with files beside it at a server, by Python. Gives back its version.
fn logged_with_code(server: Server, name: &str) -> Value {
    let dir = package("model.onnx", &["code/ü.py", "code/deep/er/b.py"]);
    let script = r#"
import json, mlflow, sys
dir, name = sys.argv[1:]
client = mlflow.MlflowClient()
with mlflow.start_run() as run:
    mlflow.log_artifacts(dir, "legacy model")
    client.create_registered_model(name)
    old = client.create_model_version(name, mlflow.get_artifact_uri("legacy model"), run.info.run_id)
    model = mlflow.initialize_logged_model(name="model", source_run_id=run.info.run_id)
    mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(model.artifact_location).log_artifacts(dir)
    mlflow.finalize_logged_model(model.model_id, "READY")
    new = client.create_model_version(name, f"models:/{model.model_id}", run.info.run_id, model_id=model.model_id)
print(json.dumps({"old": old.version, "new": new.version, "run": run.info.run_id, "id": model.model_id}))
"#;
    let printed = python(
        server.python(),
        script,
        &[dir.path().to_str().unwrap(), name],
    );
    // MLflow says more before.
    serde_json::from_str(printed.trim().lines().last().unwrap()).unwrap()
}

#[test]
#[ignore = "needs make registry-test"]
fn fetch_has_all_files_wherever_mlflow_keeps_them() {
    for server in [PLAIN, MLFLOW3, PRESIGNED, SECOND] {
        let logged = logged_with_code(server, "with code");
        let text = |key: &str| logged[key].as_str().unwrap();
        for uri in [
            format!("models:/with code/{}", text("old")),
            format!("models:/with code/{}", text("new")),
            format!("models:/{}", text("id")),
            format!("runs:/{}/model", text("run")),
            format!("runs:/{}/legacy model", text("run")),
        ] {
            let place = tempfile::tempdir().unwrap();
            let dir = place.path().join("fetched");
            registry::fetch(&uri, &server.access(), &dir)
                .unwrap_or_else(|error| panic!("{}: {uri}: {error}", server.name()));
            let mut found = files(&dir);
            found.remove("registered_model_meta");
            let wanted = [
                "MLmodel",
                "code/deep/er/b.py",
                "code/ü.py",
                "conda.yaml",
                "input_example.json",
                "model.onnx",
                "python_env.yaml",
                "requirements.txt",
            ];
            assert_eq!(Vec::from_iter(found), wanted, "{}: {uri}", server.name());
        }
    }
}
