//! Web servers, and versions that MLflow keeps on one.

use super::{at, iris_digest, load, local, refusal};
use flate2::{Compression, write::GzEncoder};
use ml_serving::registry::Access;
use std::{fs, io::Write, path::Path};
use tempfile::TempDir;

/// What a web server may hold: the embedded package as a directory, as archives and as a lone file.
fn files() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let package = root.path().join("my iris");
    fs::create_dir(&package).unwrap();
    let mut tar = tar::Builder::new(GzEncoder::new(
        fs::File::create(root.path().join("iris.tar.gz")).unwrap(),
        Compression::fast(),
    ));
    let mut zip = zip::ZipWriter::new(fs::File::create(root.path().join("iris.zip")).unwrap());
    for name in ["MLmodel", "model.onnx", "input_example.json"] {
        let bytes = fs::read(local::iris().join(name)).unwrap();
        fs::write(package.join(name), &bytes).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&bytes).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, Path::new("iris").join(name), &*bytes)
            .unwrap();
    }
    zip.finish().unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    fs::copy(package.join("model.onnx"), root.path().join("iris.onnx")).unwrap();
    let zip = fs::read(root.path().join("iris.zip")).unwrap();
    fs::write(root.path().join("broken.zip"), &zip[..2000]).unwrap();
    root
}

#[test]
fn a_web_server_holds_a_package_an_archive_or_a_file() {
    let (root, cache) = (files(), tempfile::tempdir().unwrap());
    let web = local::web(root.path());
    for (path, name) in [
        ("my iris", "my iris"),
        ("my%20iris/MLmodel", "my iris"),
        ("iris.tar.gz", "iris"),
        ("iris.zip?signature=secret", "iris"),
        ("iris.onnx", "iris"),
    ] {
        let uri = format!("{web}/{path}");
        let served = load(&uri, &Access::default(), cache.path())
            .unwrap_or_else(|error| panic!("{uri}: {error}"));
        assert_eq!(
            (served.digest, served.name.as_str()),
            (iris_digest(), name),
            "{uri}"
        );
        assert!(!served.uri.contains("secret"));
    }
    let missing = refusal(&format!("{web}/nothing"), &Access::default());
    assert_eq!(missing.reason(), "not_found", "{missing}");
    let broken = refusal(&format!("{web}/broken.zip"), &Access::default());
    assert_eq!(broken.reason(), "corrupt", "{broken}");
}

#[test]
fn a_version_whose_files_lie_on_a_web_server_is_read_as_from_there() {
    let (root, cache) = (files(), tempfile::tempdir().unwrap());
    let web = local::web(root.path());
    let sources = ["iris.zip", "iris.tar.gz", "iris.onnx", "my%20iris"];
    let sources = sources.map(|file| format!("{web}/{file}")).to_vec();
    let access = at(&local::mlflow(sources.clone()));
    for (i, source) in sources.iter().enumerate() {
        let version = i + 3;
        let uri = format!("models:/{}/{version}", local::NAME);
        let served =
            load(&uri, &access, cache.path()).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(
            (served.digest, served.version, served.name.as_str()),
            (iris_digest(), version.to_string(), local::NAME),
            "{source}"
        );
    }
}

#[test]
fn uris_that_lead_to_each_other_come_to_an_end() {
    let circle = format!("models:/{}/3", local::NAME);
    let access = at(&local::mlflow(vec![circle.clone()]));
    let error = refusal(&circle, &access);
    assert!(error.to_string().contains("without an end"), "{error}");
    assert_eq!(error.reason(), "not_found");
}

#[test]
fn fetch_takes_the_name_and_version_along() {
    let access = at(&local::mlflow(Vec::new()));
    let (place, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = place.path().join("model");
    let uri = format!("models:/{}@champion", local::NAME);
    ml_serving::registry::fetch(&uri, &access, &dir).unwrap();
    let served = load(&dir.display().to_string(), &Access::default(), cache.path()).unwrap();
    assert_eq!(
        (served.name.as_str(), served.version.as_str()),
        (local::NAME, "2")
    );
    assert_eq!(served.digest, iris_digest());
}
