//! OCI registries: a local one that answers by the distribution spec, and the real one.

mod damaged;
mod doors;
mod real;
mod served;
mod shelf;

use super::local;
use flate2::{Compression, write::GzEncoder};
use ml_serving::{
    load::{LoadError, LoadedModel},
    registry::{Access, Variables},
    secret::Secret,
};
use serde_json::{Value, json};
use shelf::{Door, Shelf};
use std::{fs, path::Path};

const FILES: [&str; 3] = ["MLmodel", "model.onnx", "input_example.json"];
const TITLE: &str = "org.opencontainers.image.title";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The access of somebody who has this `config.json` in `place`.
fn with_config(place: &Path, config: &Value) -> Access {
    fs::write(place.join("config.json"), config.to_string()).unwrap();
    let directory = Secret::uri(place.display().to_string());
    Access {
        variables: Variables(vec![("DOCKER_CONFIG".to_owned(), directory)]),
        ..Access::default()
    }
}

/// A registry that has the embedded package as `team/iris:1`, a layer for each file.
fn with_iris(door: Door) -> Shelf {
    let shelf = Shelf::behind(door);
    shelf.push("1", &iris_layers(&shelf));
    shelf
}

fn iris_layers(shelf: &Shelf) -> Vec<Value> {
    let layer = |name: &str| shelf.layer(LAYER, &iris(name), &json!({TITLE: name}));
    FILES.map(layer).to_vec()
}

fn iris(name: &str) -> Vec<u8> {
    fs::read(local::iris().join(name)).unwrap()
}

/// An archive of the embedded package below `directory`.
fn tar_gz(directory: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for name in FILES {
        let bytes = iris(name);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let path = Path::new(directory).join(name);
        tar.append_data(&mut header, path, &*bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn load(shelf: &Shelf, version: &str) -> Result<LoadedModel, LoadError> {
    let cache = tempfile::tempdir().unwrap();
    load_with(shelf, version, &Access::default(), cache.path())
}

fn load_with(
    shelf: &Shelf,
    version: &str,
    access: &Access,
    cache: &Path,
) -> Result<LoadedModel, LoadError> {
    super::load(
        &format!("oci://{}/team/iris{version}", shelf.host),
        access,
        cache,
    )
}
