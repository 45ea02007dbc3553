//! What registries hold, as tools push it, is served.

use super::{
    FILES, LAYER, TITLE, iris, iris_layers, load, load_with,
    shelf::{Door, Shelf},
    tar_gz, with_iris,
};
use crate::registry::{at, iris_digest, local};
use ml_serving::registry::{Access, fetch};
use serde_json::json;
use std::fs;

#[test]
fn an_artifact_is_served_by_its_tag_and_by_its_digest() {
    let shelf = Shelf::behind(Door::Open);
    let digest = shelf.push("1.2", &iris_layers(&shelf));
    for (version, wanted) in [
        (":1.2".to_owned(), "1.2"),
        (format!("@{digest}"), digest.as_str()),
        (format!(":1.2@{digest}"), "1.2"),
    ] {
        let served = load(&shelf, &version).unwrap_or_else(|error| panic!("{version}: {error}"));
        assert_eq!(served.digest, iris_digest());
        assert_eq!(
            (served.name.as_str(), served.version.as_str()),
            ("iris", wanted)
        );
    }
}

#[test]
fn every_form_in_which_tools_push_a_package_is_served() {
    let shelf = Shelf::behind(Door::Open);
    let archive = tar_gz("out/iris");
    let unpack = json!({TITLE: "out", "io.deis.oras.content.unpack": "true"});
    let kit = "application/vnd.kitops.modelkit.model.v1.tar+gzip";
    let spec = "application/vnd.cncf.model.weight.v1.";
    let path = |name: &str| json!({"org.cncf.model.filepath": format!("models/iris/{name}")});
    let raw = |name: &str| shelf.layer(&format!("{spec}raw"), &iris(name), &path(name));
    let data = shelf.layer(
        "application/vnd.cncf.model.dataset.v1.tar",
        b"rows",
        &json!(null),
    );
    let below =
        |name: &str| shelf.layer(LAYER, &iris(name), &json!({TITLE: format!("iris/{name}")}));
    for (form, layers) in [
        (
            "a directory of oras",
            vec![shelf.layer(LAYER, &archive, &unpack)],
        ),
        ("files of a directory", FILES.map(below).to_vec()),
        (
            "one archive",
            vec![shelf.layer(LAYER, &archive, &json!({TITLE: "iris.tar.gz"}))],
        ),
        (
            "one file",
            vec![shelf.layer(LAYER, &iris("model.onnx"), &json!({TITLE: "iris.onnx"}))],
        ),
        (
            "a ModelKit",
            vec![shelf.layer(kit, &archive, &json!(null)), data.clone()],
        ),
        (
            "a ModelPack",
            vec![shelf.layer(&format!("{spec}tar+gzip"), &archive, &json!(null))],
        ),
        (
            "a ModelPack of files",
            [FILES.map(raw).to_vec(), vec![data]].concat(),
        ),
    ] {
        shelf.push("1", &layers);
        let served = load(&shelf, ":1").unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(served.digest, iris_digest(), "{form}");
    }
    // The data were never asked for.
    assert!(
        !shelf
            .heads()
            .iter()
            .any(|head| head.contains(&super::shelf::digest(b"rows")))
    );
}

#[test]
fn an_index_is_followed_to_its_only_manifest() {
    let shelf = with_iris(Door::Open);
    let digest = shelf.push("child", &iris_layers(&shelf));
    let index = json!({"schemaVersion": 2, "manifests": [{"digest": digest, "size": 7}]});
    let index = shelf.manifest("2", index.to_string().as_bytes());
    for version in [":2".to_owned(), format!("@{index}")] {
        let served = load(&shelf, &version).unwrap_or_else(|error| panic!("{version}: {error}"));
        assert_eq!(served.digest, iris_digest());
    }
}

#[test]
fn what_a_start_has_downloaded_is_not_downloaded_again() {
    let (shelf, cache) = (with_iris(Door::Open), tempfile::tempdir().unwrap());
    let start = |version: &str| load_with(&shelf, version, &Access::default(), cache.path());
    let blobs = || {
        shelf
            .heads()
            .iter()
            .filter(|head| head.contains("/blobs/"))
            .count()
    };
    start(":1").unwrap();
    assert_eq!(blobs(), 3);
    assert_eq!(start(":1").unwrap().source.as_str(), "registry");
    // Another name of the same bytes.
    shelf.push("champion", &iris_layers(&shelf));
    assert_eq!(start(":champion").unwrap().version, "champion");
    assert_eq!(blobs(), 3);
    // The tag has moved.
    let file = shelf.layer(LAYER, &iris("model.onnx"), &json!({TITLE: "iris.onnx"}));
    shelf.push("1", &[file]);
    start(":1").unwrap();
    assert_eq!(blobs(), 4);
}

#[test]
fn a_version_of_mlflows_may_lie_in_a_registry() {
    let (shelf, cache) = (with_iris(Door::Open), tempfile::tempdir().unwrap());
    let access = at(&local::mlflow(vec![format!(
        "oci://{}/team/iris:1",
        shelf.host
    )]));
    let uri = format!("models:/{}/3", local::NAME);
    let served = crate::registry::load(&uri, &access, cache.path()).unwrap();
    assert_eq!(
        (served.digest, served.version.as_str()),
        (iris_digest(), "3")
    );
}

#[test]
fn fetch_writes_the_files_with_name_and_version() {
    let (shelf, place) = (with_iris(Door::Open), tempfile::tempdir().unwrap());
    let dir = place.path().join("model");
    fetch(
        &format!("oci://{}/team/iris:1", shelf.host),
        &Access::default(),
        &dir,
    )
    .unwrap();
    for name in FILES {
        assert_eq!(fs::read(dir.join(name)).unwrap(), iris(name), "{name}");
    }
    let uri = dir.display().to_string();
    let served = crate::registry::load(&uri, &Access::default(), place.path()).unwrap();
    assert_eq!(
        (served.name.as_str(), served.version.as_str()),
        ("iris", "1")
    );
}
