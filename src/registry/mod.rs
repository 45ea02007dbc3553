//! A model URI to the files of a package. Knows places, not formats.

mod access;
mod archive;
mod cache;
mod client;
mod download;
mod fetch;
mod mlflow;
mod place;
mod places;
mod progress;
mod push;
mod remote;
mod uri;

pub use access::Access;
pub use fetch::fetch;
pub use push::{Pushed, can_push, push};
pub(crate) use uri::shown;

use crate::package::Files;
use places::{
    builtin,
    disk::{self, Directory},
};
use std::path::Path;
use uri::ModelUri;

/// More files than any package has.
const MOST_FILES: usize = 10_000;

/// Why a URI did not lead to a package.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not a URI this server understands, or a setting it needs; the text shows the right form.
    #[error("{0}")]
    Uri(String),
    /// There is nothing at that place, and waiting will not change it.
    #[error("{0}")]
    NotFound(String),
    /// The place does not let us in.
    #[error("{0}")]
    Denied(String),
    /// What the place gave is not what a package may be.
    #[error("{0}")]
    Corrupt(String),
    /// The place does not answer now; it may later.
    #[error("{0}")]
    Unavailable(String),
    /// Our own disk.
    #[error("{0}")]
    Disk(String),
}

/// Where the bytes of a model came from, as answers and metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The binary.
    Builtin,
    /// A path.
    Directory,
    /// Its registry or store, which answered.
    Registry,
    /// The cache, because the registry did not answer.
    Cache,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::Directory => "directory",
            Self::Registry => "registry",
            Self::Cache => "cache",
        }
    }
}

/// A package that was found.
pub struct Package {
    /// The name its place gives it.
    pub name: String,
    /// The version its place gives it, if it keeps versions.
    pub version: Option<String>,
    /// The MLflow run that made it, where its place tells.
    pub run_id: Option<String>,
    pub source: Source,
    pub files: Box<dyn Files + Send + Sync>,
}

/// Finds the package that `uri` names. What is not on this machine is fetched into `cache_dir`.
///
/// Blocks; not to be called from within a runtime.
///
/// # Errors
/// As [`RegistryError`] tells; each names the URI and the next step.
pub fn resolve(uri: &str, access: &Access, cache_dir: &Path) -> Result<Package, RegistryError> {
    match ModelUri::parse(uri)? {
        ModelUri::Builtin(name) => {
            let files = builtin::find(&name).ok_or_else(|| {
                RegistryError::Uri(format!(
                    "there is no embedded model {name:?}; the embedded model is builtin:iris"
                ))
            })?;
            let files = Box::new(files);
            Ok(Package {
                name,
                version: None,
                run_id: None,
                source: Source::Builtin,
                files,
            })
        }
        ModelUri::Path(path) => {
            let files = Directory::open(&path)?;
            let (name, version) = files.registered().map_or_else(
                || (disk::name_of(&path), None),
                |(name, version)| (name, Some(version)),
            );
            Ok(Package {
                name,
                version,
                run_id: None,
                source: Source::Directory,
                files: Box::new(files),
            })
        }
        remote => remote::resolve(&remote, uri, access, cache_dir),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uri: &str) -> Result<Package, RegistryError> {
        resolve(uri, &Access::default(), Path::new("unused"))
    }

    fn refusal(uri: &str) -> String {
        found(uri).err().expect("refused").to_string()
    }

    #[test]
    fn the_embedded_model_is_found_by_name() {
        let package = found("builtin:iris").expect("embedded");
        assert_eq!(package.name, "iris");
        assert!(package.files.read("MLmodel").is_ok());
        assert!(refusal("builtin:wine").contains("builtin:iris"));
    }

    #[test]
    fn a_registered_model_needs_a_registry() {
        for uri in [
            "models:/Forest/1",
            "models:/m-1",
            "runs:/1/model",
            "mlflow-artifacts:/1/m",
        ] {
            assert!(refusal(uri).contains("MLFLOW_TRACKING_URI"), "{uri}");
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
            found(&format!("file://{}", path.display()))
                .expect("found")
                .name
        };
        assert_eq!(name(&package), "churn");
        assert_eq!(name(&package.join("model.onnx")), "churn");
        assert_eq!(name(&package.join("other.onnx")), "other");
    }

    #[test]
    fn a_downloaded_package_keeps_its_name_and_version() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(
            dir.path().join("registered_model_meta"),
            "model_name: churn\nmodel_version: '7'\n",
        )
        .expect("written");
        let package = found(&dir.path().display().to_string()).expect("found");
        assert_eq!(
            (package.name.as_str(), package.version.as_deref()),
            ("churn", Some("7"))
        );
    }
}
