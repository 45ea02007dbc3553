//! Resolves a URI to files on this machine. They are there already, are downloaded, or come from the cache when their place does not answer.

use super::{
    access::Access,
    cache::{Cache, CachedFiles, Remembered},
    client::Client,
    download::download,
    error::RegistryError,
    locate::locate,
    places::{
        builtin,
        disk::{Directory, directory_name},
    },
    redact::redact,
    runtime::block_on,
    uri::ModelUri,
};
use crate::package::{Files, Registration};
use std::path::Path;

/// Where the bytes of a model came from, as answers and metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is in the binary.
    Builtin,
    /// It is at a path of this machine.
    Directory,
    /// The registry or store answered.
    Registry,
    /// It comes from the cache, because the registry did not answer.
    Cache,
}

impl Origin {
    /// The name in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::Directory => "directory",
            Self::Registry => "registry",
            Self::Cache => "cache",
        }
    }
}

/// The files of a package on this machine.
pub struct Resolved {
    /// The name its place gives it.
    pub name: String,
    /// The version its place gives it, if it keeps versions.
    pub version: Option<String>,
    /// The MLflow run that made it, where its place tells.
    pub run_id: Option<String>,
    /// Where the files came from.
    pub origin: Origin,
    pub files: Box<dyn Files + Send + Sync>,
}

/// Finds the package that `uri` names. A package that is not on this machine is downloaded into `cache_dir`; only then are HTTP and TLS set up.
///
/// Blocks; not to be called from within a runtime.
///
/// # Errors
/// As [`RegistryError`] tells; each names the URI and the next step.
pub fn resolve(uri: &str, access: &Access, cache_dir: &Path) -> Result<Resolved, RegistryError> {
    let parsed = ModelUri::parse(uri)?;
    match on_this_machine(&parsed)? {
        Some(resolved) => Ok(resolved),
        None => from_elsewhere(&parsed, uri, access, cache_dir),
    }
}

/// The package of a URI that needs no network.
///
/// # Errors
/// `Uri` for an embedded model that does not exist; `NotFound` and `Unavailable` as the disk says.
pub(super) fn on_this_machine(uri: &ModelUri) -> Result<Option<Resolved>, RegistryError> {
    let resolved = match uri {
        ModelUri::Builtin(name) => {
            let files = builtin::find(name).ok_or_else(|| {
                RegistryError::Uri(format!(
                    "there is no embedded model {name:?}; the embedded model is builtin:iris"
                ))
            })?;
            Resolved {
                name: name.clone(),
                version: None,
                run_id: None,
                origin: Origin::Builtin,
                files: Box::new(files),
            }
        }
        ModelUri::Path(path) => {
            let files = Directory::open(path)?;
            let (name, version) = Registration::read(&files).map_or_else(
                || (directory_name(path), None),
                |registered| (registered.name, Some(registered.version)),
            );
            Resolved {
                name,
                version,
                run_id: None,
                origin: Origin::Directory,
                files: Box::new(files),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(resolved))
}

fn from_elsewhere(
    uri: &ModelUri,
    text: &str,
    access: &Access,
    cache_dir: &Path,
) -> Result<Resolved, RegistryError> {
    let client = Client::new(access)?;
    let server = client.tracking().name();
    let cache = Cache::new(cache_dir);
    let (meaning, files, origin) = match block_on(fetch_into_cache(&client, uri, text, &cache)) {
        Ok((meaning, files)) => {
            cache.remember(&server, text, &meaning);
            (meaning, files, Origin::Registry)
        }
        Err(RegistryError::Unavailable(why)) => {
            let Some((meaning, files)) = cache.last(&server, text) else {
                return Err(RegistryError::Unavailable(why));
            };
            tracing::warn!(
                why,
                version = meaning.version,
                "the registry does not answer: {} is served from the cache, as it was resolved last",
                redact(text)
            );
            (meaning, files, Origin::Cache)
        }
        Err(error) => return Err(error),
    };
    Ok(Resolved {
        name: meaning.name,
        version: meaning.version,
        run_id: meaning.run_id,
        origin,
        files: Box::new(files),
    })
}

/// Asks the registry, and downloads what is not in the cache yet.
async fn fetch_into_cache(
    client: &Client,
    uri: &ModelUri,
    text: &str,
    cache: &Cache,
) -> Result<(Remembered, CachedFiles), RegistryError> {
    let mut located = locate(client, uri).await?;
    let identity = located.identity.take();
    // Without an identity, the same place may hold something else today.
    let cached = identity
        .as_ref()
        .and_then(|id| cache.package(&Cache::key(id)));
    let key = Cache::key(
        &identity.unwrap_or_else(|| format!("{} {}", client.tracking().name(), redact(text))),
    );
    let meaning = Remembered {
        name: std::mem::take(&mut located.name),
        version: located.version.take(),
        run_id: located.run_id.take(),
        key,
    };
    if let Some(files) = cached {
        return Ok((meaning, files));
    }
    cache.sweep();
    let fill = async |into: &Path| download(client, located, into).await;
    let files = cache.put(&meaning.key, fill).await?;
    Ok((meaning, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uri: &str) -> Result<Resolved, RegistryError> {
        resolve(uri, &Access::default(), Path::new("unused"))
    }

    fn refusal(uri: &str) -> String {
        found(uri).err().expect("refused").to_string()
    }

    #[test]
    fn the_embedded_model_is_found_by_name() {
        let resolved = found("builtin:iris").expect("embedded");
        assert_eq!(resolved.name, "iris");
        assert!(resolved.files.read("MLmodel").is_ok());
        assert!(refusal("builtin:wine").contains("builtin:iris"));
    }

    #[test]
    fn what_is_on_this_machine_needs_no_client() {
        // No client can be made with this certificate and this address.
        let broken = Access {
            tracking_uri: "sqlite:///mlflow.db".into(),
            cert_path: "/no/such/file.pem".into(),
            ..Access::default()
        };
        for uri in ["builtin:iris", "models/iris", "file:models/iris/model.onnx"] {
            resolve(uri, &broken, Path::new("unused"))
                .map_err(|e| e.to_string())
                .map(|_| ())
                .expect(uri);
        }
        let error = resolve("models:/iris/1", &broken, Path::new("unused"));
        assert!(matches!(error, Err(RegistryError::Uri(_))));
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
        let resolved = found(&dir.path().display().to_string()).expect("found");
        assert_eq!(
            (resolved.name.as_str(), resolved.version.as_deref()),
            ("churn", Some("7"))
        );
    }
}
