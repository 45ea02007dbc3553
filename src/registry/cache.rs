//! Fetched packages on disk: whole ones only, verified when they are read, found again by URI when the registry is down.
//!
//! ```text
//! packages/KEY/files/…          a package
//! packages/KEY/manifest.json    the size and SHA-256 of each of its files
//! uris/KEY.json                 what a URI meant when it was resolved last
//! ```

use super::{RegistryError, download::disk};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// What a URI meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) run_id: Option<String>,
    /// The package's key in this cache.
    pub(super) key: String,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Fingerprint {
    size: u64,
    sha256: String,
}

type Manifest = BTreeMap<String, Fingerprint>;

pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The key of what `identity` stands for.
    pub(super) fn key(identity: &str) -> String {
        let mut key = format!("{:x}", Sha256::digest(identity));
        key.truncate(32);
        key
    }

    fn slot(&self, key: &str) -> PathBuf {
        self.root.join("packages").join(key)
    }

    /// The package under `key`, if it is there and every byte of it is what was fetched.
    pub(super) fn package(&self, key: &str) -> Option<PathBuf> {
        let slot = self.slot(key);
        let manifest: Manifest = read_json(&slot.join("manifest.json"))?;
        let files = slot.join("files");
        match fingerprints(&files) {
            Ok(found) if found == manifest => Some(files),
            Ok(_) => {
                tracing::warn!(package = %slot.display(), "the cached package has changed since it was fetched, and is not used");
                None
            }
            Err(error) => {
                tracing::warn!(package = %slot.display(), %error, "the cached package cannot be read, and is not used");
                None
            }
        }
    }

    /// Fills a new directory by `fetch` and puts it in place under `key` when it is whole.
    pub(super) async fn put(
        &self,
        key: &str,
        fetch: impl AsyncFnOnce(&Path) -> Result<(), RegistryError>,
    ) -> Result<PathBuf, RegistryError> {
        let slot = self.slot(key);
        let packages = self.root.join("packages");
        fs::create_dir_all(&packages).map_err(|error| disk(&packages, &error))?;
        // Removes itself unless it was moved; what a killed process left behind is removed by name.
        let fresh = tempfile::Builder::new()
            .prefix(".fetching-")
            .tempdir_in(&packages)
            .map_err(|error| disk(&packages, &error))?;
        let files = fresh.path().join("files");
        fs::create_dir(&files).map_err(|error| disk(&files, &error))?;
        fetch(&files).await?;
        let written = fingerprints(&files)
            .and_then(|manifest| write_json(&fresh.path().join("manifest.json"), &manifest));
        written.map_err(|error| disk(fresh.path(), &error))?;
        if slot.exists() {
            let old = tempfile::Builder::new()
                .prefix(".old-")
                .tempdir_in(&packages)
                .map_err(|error| disk(&packages, &error))?;
            // Another process may have been quicker; then its package is as good as ours.
            let _ = fs::rename(&slot, old.path().join("old"));
        }
        match fs::rename(fresh.path(), &slot) {
            Ok(()) => {
                let _moved = fresh.keep();
            }
            Err(_) if slot.join("manifest.json").exists() => {}
            Err(error) => return Err(disk(&slot, &error)),
        }
        Ok(slot.join("files"))
    }

    /// Keeps in mind what `uri` means at `server`. A cache that cannot be written serves as far as it can.
    pub(super) fn remember(&self, server: &str, uri: &str, resolved: &Resolved) {
        let uris = self.root.join("uris");
        let note = uris.join(format!("{}.json", Self::key(&format!("{server} {uri}"))));
        let written = fs::create_dir_all(&uris).and_then(|()| {
            let fresh = tempfile::NamedTempFile::new_in(&uris)?;
            write_json(fresh.path(), resolved)?;
            fresh.persist(&note).map_err(|error| error.error)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "model.cache_dir cannot be written: without the registry, this model will not start again");
        }
    }

    /// What `uri` meant when `server` answered last, if the package is still there.
    pub(super) fn last(&self, server: &str, uri: &str) -> Option<(Resolved, PathBuf)> {
        let note = self
            .root
            .join("uris")
            .join(format!("{}.json", Self::key(&format!("{server} {uri}"))));
        let resolved: Resolved = read_json(&note)?;
        // A key is a name, never a path.
        let plain = resolved.key.bytes().all(|b| b.is_ascii_hexdigit());
        let files = plain.then(|| self.package(&resolved.key))??;
        Some((resolved, files))
    }

    /// Removes what killed processes left half done an hour ago or longer.
    pub(super) fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.root.join("packages")) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let left = name.starts_with(".fetching-") || name.starts_with(".old-");
            let age = entry
                .metadata()
                .and_then(|data| data.modified())
                .ok()
                .and_then(|at| at.elapsed().ok());
            if left && age.is_some_and(|age| age.as_secs() > 3600) {
                // What cannot be removed only takes room.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn fingerprints(root: &Path) -> io::Result<Manifest> {
    let mut manifest = Manifest::new();
    for path in super::places::disk::walk(root)? {
        let mut file = fs::File::open(root.join(&path))?;
        let mut hash = Sha256::new();
        let size = io::copy(&mut file, &mut hash)?;
        manifest.insert(
            path,
            Fingerprint {
                size,
                sha256: format!("{:x}", hash.finalize()),
            },
        );
    }
    Ok(manifest)
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    fs::write(path, serde_json::to_vec(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved() -> Resolved {
        Resolved {
            name: "churn".into(),
            version: Some("7".into()),
            run_id: None,
            key: Cache::key("churn 7"),
        }
    }

    async fn filled() -> (tempfile::TempDir, Cache) {
        let place = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(place.path());
        let fetch = async |into: &Path| {
            fs::write(into.join("model.onnx"), b"model").map_err(|error| disk(into, &error))
        };
        cache.put(&resolved().key, fetch).await.expect("put");
        cache.remember("http://mlflow", "models:/churn@champion", &resolved());
        (place, cache)
    }

    #[tokio::test]
    async fn what_a_uri_meant_is_found_again() {
        let (_place, cache) = filled().await;
        let (found, files) = cache
            .last("http://mlflow", "models:/churn@champion")
            .expect("remembered");
        assert_eq!(found, resolved());
        assert_eq!(fs::read(files.join("model.onnx")).expect("read"), b"model");
        assert!(
            cache
                .last("http://other", "models:/churn@champion")
                .is_none()
        );
    }

    #[tokio::test]
    async fn a_package_with_a_changed_byte_is_not_used() {
        let (_place, cache) = filled().await;
        let files = cache.package(&resolved().key).expect("whole");
        fs::write(files.join("model.onnx"), b"madel").expect("written");
        assert!(cache.package(&resolved().key).is_none());
        let again = async |into: &Path| {
            fs::write(into.join("model.onnx"), b"model").map_err(|error| disk(into, &error))
        };
        cache.put(&resolved().key, again).await.expect("put again");
        assert!(cache.package(&resolved().key).is_some());
    }

    #[tokio::test]
    async fn half_a_package_leaves_nothing_behind() {
        let place = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(place.path());
        let half = async |into: &Path| {
            fs::write(into.join("MLmodel"), b"half").map_err(|error| disk(into, &error))?;
            Err(RegistryError::Unavailable("gone".into()))
        };
        assert!(cache.put("00", half).await.is_err());
        assert_eq!(
            fs::read_dir(place.path().join("packages"))
                .expect("listed")
                .count(),
            0
        );
    }
}
