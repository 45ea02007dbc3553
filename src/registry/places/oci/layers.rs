//! The files of an artifact: which layer is a file, which one an archive, and which one nothing that a model needs.

use super::manifest::{Descriptor, Manifest};
use crate::{
    package::path::{MAX_FILES, inside},
    registry::error::RegistryError,
};
use std::collections::BTreeSet;

/// The name of a file, as ORAS notes it.
const TITLE: &str = "org.opencontainers.image.title";
/// That a file is a directory in an archive, as ORAS notes it.
const UNPACK: &str = "io.deis.oras.content.unpack";
/// The name of a file in the annotations of the model spec: now, and at first.
const FILEPATHS: [&str; 2] = ["org.cncf.model.filepath", "org.cnai.model.filepath"];
/// Where the media types of model layers begin: the model spec's, its first ones, and those of `KitOps`. Then come the kind of the layer
/// and its form: `weight.v1.tar+gzip`.
const MODELS: [&str; 3] = [
    "application/vnd.cncf.model.",
    "application/vnd.cnai.model.",
    "application/vnd.kitops.modelkit.",
];
/// The kinds that a model is loaded from. Others are its data sets, its documentation and the code that made it.
const WEIGHTS: [&str; 4] = ["weight", "weight.config", "model", "modelpart"];
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const IMAGES: [&str; 2] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];
const HELM: &str = "application/vnd.cncf.helm.config.v1+json";

/// A layer that is a part of the package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layer {
    /// Where the file lies in the package, or where the archive lies until it is unpacked.
    pub(super) path: String,
    pub(super) digest: String,
    pub(super) size: u64,
    pub(super) is_archive: bool,
}

/// What a layer holds.
enum Content<'a> {
    File(&'a str),
    Archive,
    /// Nothing that a model is loaded from.
    Other,
}

/// The layers that make the package.
///
/// # Errors
/// `Corrupt` where they make none.
pub(super) fn layers(manifest: &Manifest) -> Result<Vec<Layer>, RegistryError> {
    let all = manifest.layers.as_deref().unwrap_or_default();
    if all.len() > MAX_FILES {
        return Err(RegistryError::Corrupt(format!(
            "it has {} layers, more than the {MAX_FILES} files of any package",
            all.len()
        )));
    }
    let mut layers = Vec::new();
    for (i, layer) in all.iter().enumerate() {
        layer.check()?;
        let (path, is_archive) = match content(manifest, layer)? {
            Content::File(name) => {
                let name = name.trim_start_matches("./");
                (inside(name)?.to_owned(), false)
            }
            Content::Archive => (format!(".layer-{i}.tar"), true),
            Content::Other => continue,
        };
        layers.push(Layer {
            path,
            digest: layer.digest.clone(),
            size: layer.size,
            is_archive,
        });
    }
    if layers.is_empty() {
        return Err(RegistryError::Corrupt(
            "it has no layer with files of a model".into(),
        ));
    }
    unwrap(&mut layers);
    refuse_clashes(&layers)?;
    Ok(layers)
}

fn content<'a>(manifest: &Manifest, layer: &'a Descriptor) -> Result<Content<'a>, RegistryError> {
    let kind = layer.media_type.as_str();
    let title = layer.annotation(TITLE);
    let path = || {
        FILEPATHS
            .iter()
            .find_map(|key| layer.annotation(key))
            .or(title)
    };
    let refused = |why: &str| {
        let kind: String = kind.escape_debug().take(100).collect();
        Err(RegistryError::Corrupt(format!(
            "its layer of the type {kind} {why}"
        )))
    };
    if kind == EMPTY {
        return Ok(Content::Other);
    }
    if let Some(rest) = MODELS.iter().find_map(|family| kind.strip_prefix(family)) {
        return match rest.split_once(".v1.") {
            Some((part, _)) if !WEIGHTS.contains(&part) => Ok(Content::Other),
            Some((_, "tar" | "tar+gzip")) => Ok(Content::Archive),
            Some((_, "raw")) => match path() {
                Some(path) => Ok(Content::File(path)),
                None => refused("names no file"),
            },
            _ => refused("cannot be read; of archives .tar and .tar+gzip can"),
        };
    }
    match title {
        Some(_) if layer.annotation(UNPACK) == Some("true") => Ok(Content::Archive),
        Some(title) => Ok(Content::File(title)),
        None => Err(RegistryError::Corrupt(unnamed(manifest, layer))),
    }
}

/// Why an artifact whose layers have no names of files is none with a model.
fn unnamed(manifest: &Manifest, layer: &Descriptor) -> String {
    let config = manifest.config.as_ref();
    let config = config.map_or("", |config| config.media_type.as_str());
    let push = "push the files of the package with `oras push`, which names each of them";
    if IMAGES.contains(&config) && manifest.artifact_type.is_none() {
        return format!(
            "it is a container image, not an artifact of files; mount it as a volume and give its path (model.source.image of the chart), or {push}"
        );
    }
    if config == HELM {
        return "it is a Helm chart, not a model".to_owned();
    }
    let kind = manifest.artifact_type.as_deref().unwrap_or(config);
    let kind: String = kind.escape_debug().take(100).collect();
    let media: String = layer.media_type.escape_debug().take(100).collect();
    format!("it is of the type {kind}, and its layer of the type {media} has no {TITLE}; {push}")
}

/// Where all files lie in one directory, that is the package: `models/churn/MLmodel` becomes `MLmodel`.
fn unwrap(layers: &mut [Layer]) {
    let shared = |layers: &[Layer]| {
        let (directory, _) = layers.first()?.path.split_once('/')?;
        let below = format!("{directory}/");
        let all = layers
            .iter()
            .all(|layer| !layer.is_archive && layer.path.starts_with(&below));
        all.then_some(below.len())
    };
    while let Some(length) = shared(layers) {
        for layer in &mut *layers {
            layer.path.drain(..length);
        }
    }
}

/// No two layers may be the same file, and none a directory of another one.
fn refuse_clashes(layers: &[Layer]) -> Result<(), RegistryError> {
    let mut paths = BTreeSet::new();
    let twice = layers.iter().find(|layer| !paths.insert(&*layer.path));
    let above = |path: &str| {
        path.match_indices('/')
            .any(|(end, _)| paths.contains(&path[..end]))
    };
    match twice.or_else(|| layers.iter().find(|layer| above(&layer.path))) {
        Some(layer) => Err(RegistryError::Corrupt(format!(
            "two of its layers are called `{}`",
            layer.path.escape_debug()
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const FILE: &str = "application/vnd.oci.image.layer.v1.tar";

    fn of(manifest: &Value) -> Result<Vec<Layer>, RegistryError> {
        layers(&serde_json::from_value(manifest.clone()).expect("a manifest"))
    }

    fn layer(kind: &str, annotations: &Value) -> Value {
        let digest = format!("sha256:{}", "0".repeat(64));
        json!({"mediaType": kind, "digest": digest, "size": 7, "annotations": annotations})
    }

    fn titled(titles: &[&str]) -> Value {
        let layers = titles
            .iter()
            .map(|title| layer(FILE, &json!({TITLE: title})));
        json!({"layers": layers.collect::<Vec<_>>()})
    }

    fn paths(manifest: &Value) -> Vec<String> {
        let layers = of(manifest).expect("layers").into_iter();
        layers.map(|layer| layer.path).collect()
    }

    fn refusal(manifest: &Value) -> String {
        let error = of(manifest).expect_err("refused");
        assert!(matches!(error, RegistryError::Corrupt(_)), "{error}");
        error.to_string()
    }

    #[test]
    fn each_title_is_a_file_and_a_directory_around_them_is_left_out() {
        assert_eq!(paths(&titled(&["model.pkl"])), ["model.pkl"]);
        let package = ["./MLmodel", "data/model.pkl", "MLMODEL"];
        assert_eq!(
            paths(&titled(&package)),
            ["MLmodel", "data/model.pkl", "MLMODEL"]
        );
        let around = ["out/churn/MLmodel", "out/churn/code/a.py"];
        assert_eq!(paths(&titled(&around)), ["MLmodel", "code/a.py"]);
        let several = ["a/MLmodel", "b/MLmodel"];
        assert_eq!(paths(&titled(&several)), several);
    }

    #[test]
    fn directories_and_the_layers_of_model_tools_are_unpacked() {
        let directory = layer(FILE, &json!({TITLE: "churn", UNPACK: "true"}));
        let file = layer(FILE, &json!({TITLE: "MLmodel"}));
        let empty = layer(EMPTY, &json!({}));
        let found = of(&json!({"layers": [directory, file, empty]})).expect("layers");
        let is_archive: Vec<_> = found.iter().map(|layer| layer.is_archive).collect();
        assert_eq!(is_archive, [true, false]);
        assert_ne!(found[0].path, "churn");
        for (kind, annotations, wanted) in [
            (
                "application/vnd.kitops.modelkit.model.v1.tar+gzip",
                json!(null),
                true,
            ),
            (
                "application/vnd.cncf.model.weight.v1.tar",
                json!({FILEPATHS[0]: "a/m.pkl"}),
                true,
            ),
            (
                "application/vnd.cncf.model.weight.v1.raw",
                json!({FILEPATHS[0]: "m.pkl"}),
                false,
            ),
            (
                "application/vnd.cnai.model.weight.config.v1.raw",
                json!({FILEPATHS[1]: "m.pkl"}),
                false,
            ),
        ] {
            let data = layer("application/vnd.cncf.model.dataset.v1.tar", &json!(null));
            let docs = layer(
                "application/vnd.kitops.modelkit.docs.v1.tar+gzip",
                &json!(null),
            );
            let found = of(&json!({"layers": [data, layer(kind, &annotations), docs]}));
            let found = found.expect(kind);
            assert_eq!((found.len(), found[0].is_archive), (1, wanted), "{kind}");
            assert!(wanted || found[0].path == "m.pkl");
        }
        let zstd = layer(
            "application/vnd.cncf.model.weight.v1.tar+zstd",
            &json!(null),
        );
        assert!(refusal(&json!({"layers": [zstd]})).contains("tar+zstd"));
    }

    #[test]
    fn what_is_no_artifact_of_files_is_called_what_it_is() {
        let plain = layer(FILE, &json!(null));
        let config = |kind: &str| json!({"mediaType": kind, "digest": "", "size": 0});
        let image = json!({"config": config(IMAGES[0]), "layers": [plain]});
        assert!(refusal(&image).contains("model.source.image"));
        let helm = json!({"config": config(HELM), "layers": [plain]});
        assert!(refusal(&helm).contains("Helm chart"));
        let other = json!({"config": config(EMPTY), "artifactType": "x/y", "layers": [plain]});
        assert!(refusal(&other).contains("of the type x/y"));
        for empty in [
            json!({}),
            json!({"layers": []}),
            json!({"layers": [layer(EMPTY, &json!({}))]}),
        ] {
            assert!(refusal(&empty).contains("no layer"));
        }
    }

    #[test]
    fn a_manifest_of_bad_names_sizes_or_numbers_is_refused() {
        for title in [
            "../x",
            "a/../../x",
            "/etc/x",
            "",
            ".",
            "a\\..\\x",
            "a\0b",
            "C:x",
        ] {
            let refusal = refusal(&titled(&[title]));
            assert!(refusal.contains("does not lie in the package"), "{refusal}");
        }
        for clash in [
            ["MLmodel", "MLmodel"],
            ["a", "a/b"],
            ["a/b", "a"],
            ["./x", "x"],
        ] {
            let refusal = refusal(&titled(&clash));
            assert!(refusal.contains("two of its layers"), "{refusal}");
        }
        let many: Vec<_> = (0..=MAX_FILES).map(|i| format!("f{i}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert!(refusal(&titled(&many)).contains("10001 layers"));
        let digest = format!("sha256:{}", "0".repeat(64));
        for (digest, size) in [
            ("sha256:../../x", 7),
            ("md5:0", 7),
            ("", 7),
            (&*digest, u64::MAX),
        ] {
            let layer = json!({"digest": digest, "size": size, "annotations": {TITLE: "m.pkl"}});
            assert!(refusal(&json!({"layers": [layer]})).contains("its manifest names"));
        }
    }
}
