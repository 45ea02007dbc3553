//! The files of one package in the cache, whose bytes were verified.

use super::{hold::Hold, notes::short_digest};
use crate::{
    package::{self, Files, Opened},
    registry::places::disk::walk,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// Files up to this size stay in memory, as long as there are not too many of them.
const SMALL: u64 = 1 << 20;
const ALL_SMALL: u64 = 64 << 20;

/// So many bytes of a file tell whether it is read piece by piece.
const START: u64 = 64;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// The files of a package.
pub(super) type Manifest = BTreeMap<String, Fingerprint>;

/// A package in the cache. What a model may be read from stays in memory after it was verified, so that the verified bytes are the ones
/// that are read, whatever other processes do to the directory. Their digests are known. What is read piece by piece is verified
/// once more by whoever reads it.
pub(in crate::registry) struct CachedFiles {
    root: PathBuf,
    pub(super) manifest: Manifest,
    kept: BTreeMap<String, Vec<u8>>,
    /// Keeps the package from being removed.
    pub(super) hold: Option<Hold>,
}

impl CachedFiles {
    /// Reads and hashes every file below `root` once.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let (mut manifest, mut kept, mut small) = (Manifest::new(), BTreeMap::new(), 0);
        for path in walk(root)? {
            let mut file = fs::File::open(root.join(&path))?;
            let mut hash = Sha256::new();
            // The other files of a package may be larger than the memory.
            let length = file.metadata()?.len();
            let is_small = length <= SMALL && small + length <= ALL_SMALL;
            let mut bytes = Vec::new();
            if !is_small && package::is_model_file(&path) {
                (&mut file).take(START).read_to_end(&mut bytes)?;
            }
            let is_whole = !bytes.is_empty() && !package::is_streamed(&bytes);
            let size = if is_small || path == "MLmodel" || is_whole {
                file.read_to_end(&mut bytes)?;
                hash.update(&bytes);
                let size = bytes.len() as u64;
                small += if is_small { size } else { 0 };
                kept.insert(path.clone(), bytes);
                size
            } else {
                hash.update(&bytes);
                bytes.len() as u64 + io::copy(&mut file, &mut hash)?
            };
            let sha256 = format!("{:x}", hash.finalize());
            manifest.insert(path, Fingerprint { size, sha256 });
        }
        Ok(Self {
            root: root.to_owned(),
            manifest,
            kept,
            hold: None,
        })
    }

    /// The same files after their directory was moved.
    pub(super) fn moved_to(self, root: PathBuf) -> Self {
        Self { root, ..self }
    }

    /// Identifies the content: equal for equal files.
    pub(super) fn digest(&self) -> io::Result<String> {
        Ok(short_digest(&serde_json::to_vec(&self.manifest)?))
    }

    /// The SHA-256 of one file.
    pub(in crate::registry) fn sha256_of(&self, path: &str) -> Option<&str> {
        self.manifest.get(path).map(|file| file.sha256.as_str())
    }

    /// Hands over what keeps the package from being removed.
    pub(in crate::registry) fn take_hold(&mut self) -> Option<Hold> {
        self.hold.take()
    }
}

fn left(path: &str, error: &io::Error) -> io::Error {
    io::Error::other(format!("{path} has left the cache: {error}"))
}

impl Files for CachedFiles {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        if let Some(bytes) = self.kept.get(path) {
            return Ok(Cow::Borrowed(bytes));
        }
        let Some(wanted) = self.manifest.get(path) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let bytes = fs::read(self.root.join(path)).map_err(|error| left(path, &error))?;
        if format!("{:x}", Sha256::digest(&bytes)) == wanted.sha256 {
            return Ok(Cow::Owned(bytes));
        }
        let text = format!("{path} has changed in the cache since it was verified");
        Err(io::Error::other(text))
    }

    fn open(&self, path: &str) -> io::Result<Option<Opened<'_>>> {
        let wanted = self.manifest.get(path);
        let Some(wanted) = wanted.filter(|_| !self.kept.contains_key(path)) else {
            return Ok(None);
        };
        let file = fs::File::open(self.root.join(path)).map_err(|error| left(path, &error))?;
        Ok(Some(Opened {
            bytes: Box::new(file),
            len: usize::try_from(wanted.size).unwrap_or(usize::MAX),
            sha256: Some(wanted.sha256.clone()),
        }))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let top = self.manifest.keys().filter(|path| !path.contains('/'));
        Ok(top.cloned().collect())
    }

    fn sha256(&self, path: &str) -> Option<String> {
        let kept = self.kept.contains_key(path);
        kept.then(|| self.sha256_of(path).map(str::to_owned))?
    }
}
