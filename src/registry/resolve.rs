//! Resolves a URI to files on this machine. They are there already, are downloaded, or come from the cache when their place does not answer.

use super::{
    access::Access,
    elsewhere::from_elsewhere,
    error::RegistryError,
    places::{
        builtin,
        disk::{Directory, directory_name},
    },
    resolved::{Limits, Origin, Resolved},
    uri::ModelUri,
};
use crate::package::Registration;

/// Finds the package that `uri` names. A package that is not on this machine is downloaded into the cache; only then are HTTP and TLS set up.
///
/// Blocks; not to be called from within a runtime.
///
/// # Errors
/// As [`RegistryError`] tells; each names the URI and the next step.
pub fn resolve(uri: &str, access: &Access, limits: &Limits) -> Result<Resolved, RegistryError> {
    let parsed = ModelUri::parse(uri)?;
    match on_this_machine(&parsed)? {
        Some(resolved) => Ok(resolved),
        None => from_elsewhere(&parsed, uri, access, limits),
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
                cached: None,
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
                cached: None,
                files: Box::new(files),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(resolved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{registry::PATIENCE, secret::Secret};
    use std::{path::Path, sync::LazyLock};

    static UNUSED: LazyLock<Limits> = LazyLock::new(|| Limits {
        cache_dir: Path::new("unused"),
        cache_max_bytes: 0,
        patience: PATIENCE,
    });

    fn found(uri: &str) -> Result<Resolved, RegistryError> {
        resolve(uri, &Access::default(), &UNUSED)
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
            tracking_uri: Secret::uri("sqlite:///mlflow.db"),
            cert_path: "/no/such/file.pem".into(),
            ..Access::default()
        };
        for uri in ["builtin:iris", "models/iris", "file:models/iris/model.onnx"] {
            resolve(uri, &broken, &UNUSED)
                .map_err(|e| e.to_string())
                .map(|_| ())
                .expect(uri);
        }
        let error = resolve("models:/iris/1", &broken, &UNUSED);
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
