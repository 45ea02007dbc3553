//! A model URI to the files of a package. Knows places, not formats.

mod builtin;
mod directory;

use crate::flavor::Files;
use directory::Directory;
use std::path::{Path, PathBuf};

/// Why a URI did not lead to a package.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not a URI this server understands; the text shows the right form.
    #[error("{0}")]
    Uri(String),
    /// There is nothing at that place, and waiting will not change it.
    #[error("{0}")]
    NotFound(String),
    /// The place does not answer now; it may later.
    #[error("{0}")]
    Unavailable(String),
}

/// A package that was found.
pub struct Package {
    /// The name its place gives it.
    pub name: String,
    /// The version its place gives it, if it keeps versions.
    pub version: Option<String>,
    pub files: Box<dyn Files + Send + Sync>,
}

const FORMS: &str = "a path or file:// URI of an MLflow Model directory or a model file (.onnx, .pkl, .joblib, .skops, .ubj, …), or builtin:iris";

/// Finds the package that `uri` names.
///
/// # Errors
/// As [`RegistryError`] tells; each names the URI and the next step.
pub fn resolve(uri: &str) -> Result<Package, RegistryError> {
    if let Some(name) = uri.strip_prefix("builtin:") {
        let files = builtin::find(name).ok_or_else(|| {
            RegistryError::Uri(format!(
                "there is no embedded model {name:?}; the embedded model is builtin:iris"
            ))
        })?;
        return Ok(Package {
            name: name.to_owned(),
            version: None,
            files: Box::new(files),
        });
    }
    let path = match uri.split_once("://") {
        Some(("file", path)) => PathBuf::from(path.strip_prefix("localhost").unwrap_or(path)),
        Some((scheme, _)) => return Err(unknown_scheme(uri, scheme)),
        None => match uri.split_once(':') {
            Some(("file", path)) => PathBuf::from(path),
            Some((scheme @ ("models" | "runs" | "mlflow-artifacts"), _)) => {
                return Err(unknown_scheme(uri, scheme));
            }
            _ => PathBuf::from(uri),
        },
    };
    let files = Directory::open(&path)?;
    Ok(Package {
        name: name_of(&path),
        version: None,
        files: Box::new(files),
    })
}

fn unknown_scheme(uri: &str, scheme: &str) -> RegistryError {
    RegistryError::Uri(format!(
        "{uri:?}: this server cannot fetch {scheme} URIs; give it {FORMS}"
    ))
}

/// The last part of the path that says something: `models/iris/model.onnx` and `models/iris/` are both `iris`.
fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = path
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let parent = || {
        path.parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned())
    };
    let name = if path.is_dir() {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    } else if stem == "model" {
        parent()
    } else {
        Some(stem)
    };
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "model".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(uri: &str) -> String {
        resolve(uri).err().expect("refused").to_string()
    }

    #[test]
    fn the_embedded_model_is_found_by_name() {
        let package = resolve("builtin:iris").expect("embedded");
        assert_eq!(package.name, "iris");
        assert!(package.files.read("MLmodel").is_ok());
        assert!(refusal("builtin:wine").contains("builtin:iris"));
    }

    #[test]
    fn a_wrong_uri_is_answered_with_the_right_forms() {
        for uri in [
            "models:/Forest/1",
            "s3://bucket/model",
            "http://host/model",
            "runs:/1/model",
        ] {
            assert!(refusal(uri).contains("builtin:iris"), "{uri}");
        }
        assert!(refusal("/no/such/place").contains("/no/such/place"));
    }

    #[test]
    fn a_package_is_named_after_its_directory_or_its_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let package = dir.path().join("churn");
        std::fs::create_dir(&package).expect("made");
        std::fs::write(package.join("model.onnx"), b"").expect("written");
        std::fs::write(package.join("other.onnx"), b"").expect("written");
        let name = |path: &Path| {
            resolve(&format!("file://{}", path.display()))
                .expect("found")
                .name
        };
        assert_eq!(name(&package), "churn");
        assert_eq!(name(&package.join("model.onnx")), "churn");
        assert_eq!(name(&package.join("other.onnx")), "other");
    }
}
