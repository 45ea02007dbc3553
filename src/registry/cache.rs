//! Keeps downloaded packages on disk. A package there is complete, is verified whenever it is read, and is found by its URI when the
//! registry is down.
//!
//! ```text
//! packages/KEY/files/…          a package
//! packages/KEY/manifest.json    the size and SHA-256 of each of its files
//! uris/KEY.json                 which package a URI stood for when it was last resolved
//! ```

use super::{error::RegistryError, places::disk::walk};
use crate::package::{
    self, Files,
    install::{Staging, is_left_over},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The age in seconds from which the temporary directory of a killed process is removed.
const LEFT_OVER_AGE: u64 = 3600;

/// What a URI stood for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
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

/// A package in the cache. Files that a model may be read from stay in memory after they were verified, so that the verified bytes are
/// the ones that are read. Their digests are known.
pub(super) struct CachedFiles {
    root: PathBuf,
    manifest: Manifest,
    kept: BTreeMap<String, Vec<u8>>,
}

/// Fetched packages in a directory.
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The cache key for `identity`.
    pub(super) fn key(identity: &str) -> String {
        let mut key = format!("{:x}", Sha256::digest(identity));
        key.truncate(32);
        key
    }

    fn slot(&self, key: &str) -> PathBuf {
        self.root.join("packages").join(key)
    }

    fn note(&self, server: &str, uri: &str) -> PathBuf {
        let name = format!("{}.json", Self::key(&format!("{server} {uri}")));
        self.root.join("uris").join(name)
    }

    /// The package under `key`, if it is there and every byte of it is what was fetched.
    pub(super) fn package(&self, key: &str) -> Option<CachedFiles> {
        let slot = self.slot(key);
        let manifest: Manifest = read_json(&slot.join("manifest.json"))?;
        match CachedFiles::read(&slot.join("files")) {
            Ok(files) if files.manifest == manifest => Some(files),
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
    ///
    /// # Errors
    /// What `fetch` fails with, and `Disk`; the cache is then as it was.
    pub(super) async fn put(
        &self,
        key: &str,
        fetch: impl AsyncFnOnce(&Path) -> Result<(), RegistryError>,
    ) -> Result<CachedFiles, RegistryError> {
        let slot = self.slot(key);
        let unwritable = |error: io::Error| RegistryError::unwritable(&slot, &error);
        let staging = Staging::beside(&slot).map_err(unwritable)?;
        let root = staging.path().join("files");
        fs::create_dir(&root).map_err(unwritable)?;
        fetch(&root).await?;
        let mut files = CachedFiles::read(&root).map_err(unwritable)?;
        let manifest = staging.path().join("manifest.json");
        write_json(&manifest, &files.manifest).map_err(unwritable)?;
        match staging.install() {
            // Another process was faster. Its package is the same as ours.
            Err(_) if slot.join("manifest.json").exists() => {}
            installed => installed.map_err(unwritable)?,
        }
        files.root = slot.join("files");
        Ok(files)
    }

    /// Records what `uri` stands for at `server`. A cache that cannot be written is still used for reading.
    pub(super) fn remember(&self, server: &str, uri: &str, meaning: &Remembered) {
        let note = self.note(server, uri);
        let uris = self.root.join("uris");
        let written = fs::create_dir_all(&uris).and_then(|()| {
            let fresh = tempfile::NamedTempFile::new_in(&uris)?;
            write_json(fresh.path(), meaning)?;
            fresh.persist(&note).map_err(|error| error.error)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "model.cache_dir cannot be written: without the registry, this model will not start again");
        }
    }

    /// What `uri` stood for when `server` last answered, if that package is still there.
    pub(super) fn last(&self, server: &str, uri: &str) -> Option<(Remembered, CachedFiles)> {
        let meaning: Remembered = read_json(&self.note(server, uri))?;
        // A key must be a plain name; a path could lead out of the cache.
        let plain = meaning.key.bytes().all(|b| b.is_ascii_hexdigit());
        let files = plain.then(|| self.package(&meaning.key))??;
        Some((meaning, files))
    }

    /// Removes what killed processes left half done an hour ago or longer.
    pub(super) fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.root.join("packages")) else {
            return;
        };
        for entry in entries.flatten() {
            let age = entry
                .metadata()
                .and_then(|data| data.modified())
                .ok()
                .and_then(|at| at.elapsed().ok());
            let old = age.is_some_and(|age| age.as_secs() > LEFT_OVER_AGE);
            if old && is_left_over(&entry.file_name().to_string_lossy()) {
                // What cannot be removed does no harm, it only takes space.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl CachedFiles {
    /// Reads and hashes every file below `root` once.
    fn read(root: &Path) -> io::Result<Self> {
        let (mut manifest, mut kept) = (Manifest::new(), BTreeMap::new());
        for path in walk(root)? {
            let mut file = fs::File::open(root.join(&path))?;
            let mut hash = Sha256::new();
            // The other files of a package may be larger than the memory.
            let size = if path == "MLmodel" || package::is_model_file(&path) {
                let mut bytes = Vec::new();
                io::Read::read_to_end(&mut file, &mut bytes)?;
                hash.update(&bytes);
                let size = bytes.len() as u64;
                kept.insert(path.clone(), bytes);
                size
            } else {
                io::copy(&mut file, &mut hash)?
            };
            let sha256 = format!("{:x}", hash.finalize());
            manifest.insert(path, Fingerprint { size, sha256 });
        }
        Ok(Self {
            root: root.to_owned(),
            manifest,
            kept,
        })
    }
}

impl Files for CachedFiles {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        match self.kept.get(path) {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => fs::read(self.root.join(path)).map(Cow::Owned),
        }
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let top = self.manifest.keys().filter(|path| !path.contains('/'));
        Ok(top.cloned().collect())
    }

    fn sha256(&self, path: &str) -> Option<String> {
        let kept = self.kept.contains_key(path);
        kept.then(|| self.manifest.get(path).map(|file| file.sha256.clone()))?
    }
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

    fn meaning() -> Remembered {
        Remembered {
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
            fs::write(into.join("model.onnx"), b"model")
                .map_err(|error| RegistryError::unwritable(into, &error))
        };
        cache.put(&meaning().key, fetch).await.expect("put");
        cache.remember("http://mlflow", "models:/churn@champion", &meaning());
        (place, cache)
    }

    #[tokio::test]
    async fn what_a_uri_meant_is_found_again() {
        let (_place, cache) = filled().await;
        let (found, files) = cache
            .last("http://mlflow", "models:/churn@champion")
            .expect("remembered");
        assert_eq!(found, meaning());
        assert_eq!(*files.read("model.onnx").expect("read"), b"model"[..]);
        assert!(
            cache
                .last("http://other", "models:/churn@champion")
                .is_none()
        );
    }

    #[tokio::test]
    async fn a_package_with_a_changed_byte_is_not_used() {
        let (_place, cache) = filled().await;
        let files = cache.package(&meaning().key).expect("whole");
        fs::write(files.root.join("model.onnx"), b"madel").expect("written");
        // The bytes that were verified are the bytes that are read.
        assert_eq!(*files.read("model.onnx").expect("read"), b"model"[..]);
        assert!(cache.package(&meaning().key).is_none());
        let again = async |into: &Path| {
            fs::write(into.join("model.onnx"), b"model")
                .map_err(|error| RegistryError::unwritable(into, &error))
        };
        cache.put(&meaning().key, again).await.expect("put again");
        assert!(cache.package(&meaning().key).is_some());
    }

    #[tokio::test]
    async fn half_a_package_leaves_nothing_behind() {
        let place = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(place.path());
        let half = async |into: &Path| {
            fs::write(into.join("MLmodel"), b"half")
                .map_err(|error| RegistryError::unwritable(into, &error))?;
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

    #[tokio::test]
    async fn the_digest_is_that_of_the_bytes_that_were_verified() {
        let (_place, cache) = filled().await;
        let files = cache.package(&meaning().key).expect("whole");
        assert_eq!(
            files.sha256("model.onnx"),
            Some(format!("{:x}", Sha256::digest(b"model")))
        );
        assert_eq!(files.sha256("other.onnx"), None);
        assert_eq!(files.names().expect("listed"), ["model.onnx"]);
    }
}
