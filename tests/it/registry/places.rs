//! What lies beside a model, on disks, on web servers and in stores, and what is said where a store is closed.

use super::{
    at, iris_digest, load, local,
    proxy::{Fault, Proxy},
    refusal,
};
use ml_serving::registry::{self, Access, Secret, Variables};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A copy of the embedded package whose model has another name, with files of further names beside it.
pub fn package(model: &str, beside: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mlmodel = fs::read_to_string(local::iris().join("MLmodel")).unwrap();
    let mlmodel = mlmodel.replace("data: model.onnx", &format!("data: \"{model}\""));
    fs::write(dir.path().join("MLmodel"), mlmodel).unwrap();
    fs::copy(local::iris().join("model.onnx"), dir.path().join(model)).unwrap();
    let example = "input_example.json";
    fs::copy(local::iris().join(example), dir.path().join(example)).unwrap();
    for name in ["conda.yaml", "python_env.yaml", "requirements.txt"]
        .iter()
        .chain(beside)
    {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("# {name}\n")).unwrap();
    }
    dir
}

/// Every file below a directory.
pub fn files(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(below) = directories.pop() {
        for entry in fs::read_dir(dir.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let path = below.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                directories.push(path);
            } else {
                found.insert(path.to_str().unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn a_bucket_that_is_closed_to_us_and_to_mlflow_is_told_with_both_causes() {
    let closed = local::closed();
    let mut access = at(&local::mlflow(vec!["s3://closed/iris".to_owned()]));
    let set = |name: &str, value: &str| (name.to_owned(), Secret::key(value));
    access.variables = Variables(vec![
        set("AWS_ENDPOINT_URL", &closed),
        set("AWS_ACCESS_KEY_ID", "key"),
        set("AWS_SECRET_ACCESS_KEY", "secret"),
        set("AWS_REGION", "us-east-1"),
    ]);
    let proxy = Proxy::before(access.tracking_uri.expose());
    access.tracking_uri = Secret::uri(&proxy.url);
    let uri = format!("models:/{}/3", local::NAME);
    for (status, reason) in [(500, "unavailable"), (403, "not_found"), (404, "not_found")] {
        let refused = r#"{"error_code": "X", "message": "AccessDenied for MLflow"}"#;
        proxy.fail(Fault::Answer(status, refused), "get-artifact", 9);
        let error = refusal(&uri, &access);
        let text = error.to_string();
        assert!(
            text.contains("AWS_") && text.contains("AccessDenied for MLflow"),
            "{text}"
        );
        assert_eq!(error.reason(), reason, "{text}");
    }
}

#[test]
fn a_bucket_that_the_environment_does_not_open_is_asked_of_mlflow_and_told_with_both_causes() {
    let proxy = Proxy::before(&local::mlflow(vec!["s3://closed/iris".to_owned()]));
    let uri = format!("models:/{}/3", local::NAME);
    for (name, value) in [
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", "minio:9000"),
    ] {
        let access = Access {
            variables: Variables(vec![(name.to_owned(), Secret::uri(value))]),
            ..at(&proxy.url)
        };
        let refused = r#"{"error_code": "X", "message": "AccessDenied for MLflow"}"#;
        proxy.fail(Fault::Answer(403, refused), "get-artifact", usize::MAX);
        let text = refusal(&uri, &access).to_string();
        assert!(
            text.contains(name) && text.contains("AccessDenied for MLflow"),
            "{text}"
        );
        // Where it is named itself, nobody else has it.
        proxy.heal();
        let error = refusal("s3://closed/iris", &access);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn fetch_from_a_web_server_has_what_the_mlmodel_names() {
    let dir = package("model.onnx", &["code/x.py"]);
    let mlmodel = fs::read_to_string(dir.path().join("MLmodel")).unwrap();
    let web = local::web(dir.path());
    let place = tempfile::tempdir().unwrap();
    let fetched = place.path().join("fetched");
    registry::fetch(&web, &Access::default(), &fetched).unwrap();
    let found = files(&fetched);
    assert!(found.contains("requirements.txt"), "{found:?}");
    assert_eq!(
        found.contains("conda.yaml"),
        mlmodel.contains("conda.yaml"),
        "{found:?}"
    );
}

#[test]
fn a_package_as_editors_of_windows_and_people_write_it_is_served() {
    let dir = package("model.onnx", &["lost+found/x", ".DS_Store", "._MLmodel"]);
    for name in ["MLmodel", "input_example.json"] {
        let text = fs::read_to_string(dir.path().join(name)).unwrap();
        let text = text.replace("data: \"model.onnx\"", "data: ./model.onnx");
        fs::write(
            dir.path().join(name),
            format!("\u{feff}{text}").replace('\n', "\r\n"),
        )
        .unwrap();
    }
    let cache = tempfile::tempdir().unwrap();
    let uri = dir.path().display().to_string();
    let served = load(&uri, &Access::default(), cache.path()).unwrap();
    assert_eq!(served.digest, iris_digest());
    let web = load(&local::web(dir.path()), &Access::default(), cache.path()).unwrap();
    assert_eq!(web.digest, iris_digest());
}

#[test]
fn a_lone_model_is_found_beside_what_systems_leave() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(
        local::iris().join("model.onnx"),
        dir.path().join("churn.onnx"),
    )
    .unwrap();
    for name in ["._churn.onnx", ".DS_Store", "..data"] {
        fs::write(dir.path().join(name), "x").unwrap();
    }
    fs::create_dir(dir.path().join("lost+found")).unwrap();
    let uri = dir.path().display().to_string();
    let served = load(&uri, &Access::default(), dir.path()).unwrap();
    assert_eq!(served.digest, iris_digest());
}

#[test]
fn only_the_servers_own_second_one_gets_its_credentials() {
    // Both hand out the embedded package to everyone.
    let behind = [
        Proxy::before(&local::mlflow(Vec::new())),
        Proxy::before(&local::mlflow(Vec::new())),
    ];
    let [own, other] = behind.each_ref().map(|server| {
        let host = server.url.trim_start_matches("http://");
        format!("mlflow-artifacts://{host}/1/model")
    });
    let mut access = at(&local::mlflow(vec![own, other.clone()]));
    access.token = Secret::key("token");
    let asked = |uri: &str, server: &Proxy| {
        let cache = tempfile::tempdir().unwrap();
        let before = server.heads().len();
        load(uri, &access, cache.path()).unwrap_or_else(|error| panic!("{uri}: {error}"));
        let heads = server.heads().split_off(before);
        assert!(!heads.is_empty(), "{uri}");
        let with = |head: &String| {
            head.to_ascii_lowercase()
                .contains("authorization: bearer token")
        };
        heads.iter().all(with)
    };
    let [second, third] = &behind;
    assert!(asked(&format!("models:/{}/3", local::NAME), second));
    assert!(!asked(&format!("models:/{}/4", local::NAME), third));
    // Whom the user names himself he trusts.
    assert!(asked(&other, third));
}
