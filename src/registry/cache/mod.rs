//! Keeps downloaded packages on disk, for several processes at a time. A package there is complete, is verified whenever it is read, and
//! is found by its URI when the registry is down.
//!
//! ```text
//! packages/DIGEST/files/…          a package; DIGEST is that of its files, which never change
//! packages/DIGEST/manifest.json    the size and SHA-256 of each of its files; locked by those who use the package
//! uris/KEY.json                    which package a URI stood for when it was last resolved
//! contents/KEY.json                which package an identity stands for, such as that of a version
//! ```
//!
//! Everything comes into place by one rename: a package is there or not, and a note is the old or the new one. Processes that download
//! the same content take the package of the first of them.

mod files;
mod hold;
mod notes;
mod room;

pub(super) use files::CachedFiles;
pub(super) use hold::Hold;

use super::{error::RegistryError, places::remote_file::Listed};
use crate::package::install::Staging;
use notes::{read_json, short_digest, write_json, write_note};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How often a package is put in place before others who do the same are taken for a fault of the disk.
const ATTEMPTS: usize = 8;
const MANIFEST: &str = "manifest.json";

/// What a URI stood for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) run_id: Option<String>,
    /// The package's name in this cache.
    pub(super) package: String,
}

/// What an identity stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// The package's name in this cache.
    pub(super) package: String,
    /// The files as their place listed them when they were downloaded, if it lists files.
    pub(super) listing: Option<Vec<Listed>>,
}

/// Fetched packages in a directory.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    fn packages(&self) -> PathBuf {
        self.root.join("packages")
    }

    fn slot(&self, package: &str) -> PathBuf {
        self.packages().join(package)
    }

    fn uri_note(&self, server: &str, uri: &str) -> PathBuf {
        self.note("uris", &format!("{server} {uri}"))
    }

    fn note(&self, kind: &str, key: &str) -> PathBuf {
        let name = format!("{}.json", short_digest(key.as_bytes()));
        self.root.join(kind).join(name)
    }

    /// The package of this name, if it is there and every byte of it is what was fetched. It stays while the files are held.
    pub(super) fn package(&self, package: &str) -> Option<CachedFiles> {
        // A path could lead out of the cache.
        if !package.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let slot = self.slot(package);
        let hold = Hold::shared(&slot.join(MANIFEST)).ok()??;
        let files = CachedFiles::read(&slot.join("files"));
        match files.and_then(|files| Ok((files.digest()?, files))) {
            Ok((digest, mut files)) if digest == package => {
                hold.touch();
                files.hold = Some(hold);
                Some(files)
            }
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

    /// Fills a new directory by `fetch` and puts it in place when it is whole. Gives back the package's name too.
    ///
    /// # Errors
    /// What `fetch` fails with, and `Disk`; the cache is then as it was.
    pub(super) async fn put<T>(
        &self,
        fetch: impl AsyncFnOnce(&Path) -> Result<T, RegistryError>,
    ) -> Result<(String, CachedFiles, T), RegistryError> {
        let packages = self.packages();
        let unwritable = |error: io::Error| RegistryError::unwritable(&packages, &error);
        let staging = Staging::beside(&self.slot("new")).map_err(unwritable)?;
        let _in_work = Hold::alone(&staging.beside_content("lock")).map_err(unwritable)?;
        let root = staging.path().join("files");
        fs::create_dir(&root).map_err(unwritable)?;
        let fetched = fetch(&root).await?;
        let mut files = CachedFiles::read(&root).map_err(unwritable)?;
        let manifest = staging.path().join(MANIFEST);
        write_json(&manifest, &files.manifest).map_err(unwritable)?;
        // Held before anybody else can find it.
        files.hold = Hold::shared(&manifest).map_err(unwritable)?;
        let package = files.digest().map_err(unwritable)?;
        let files = self.put_in_place(&staging, &package, files);
        Ok((package, files.map_err(unwritable)?, fetched))
    }

    /// Moves new content into place, unless it is there already.
    fn put_in_place(
        &self,
        staging: &Staging,
        package: &str,
        files: CachedFiles,
    ) -> io::Result<CachedFiles> {
        let slot = self.slot(package);
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            match staging.install_as(&slot) {
                Ok(()) => return Ok(files.moved_to(slot.join("files"))),
                Err(error) if !slot.exists() => last = Some(error),
                Err(error) => {
                    // Another process was faster, or there is a damaged one.
                    if let Some(there) = self.package(package) {
                        return Ok(there);
                    }
                    let aside = staging.beside_content(&format!("damaged-{attempt}"));
                    last = fs::rename(&slot, aside).err().or(Some(error));
                }
            }
        }
        Err(last.unwrap_or(io::ErrorKind::AlreadyExists.into()))
    }

    /// Records what `uri` stands for at `server`. A cache that cannot be written is still used for reading.
    pub(super) fn remember(&self, server: &str, uri: &str, meaning: &Remembered) {
        let note = self.uri_note(server, uri);
        if read_json::<Remembered>(&note).as_ref() == Some(meaning) {
            return;
        }
        if let Err(error) = write_note(&note, meaning) {
            tracing::warn!(%error, "model.cache_dir cannot be written: without the registry, this model will not start again");
        }
    }

    /// What `uri` stood for when `server` last answered, if that package is still there.
    pub(super) fn last(&self, server: &str, uri: &str) -> Option<(Remembered, CachedFiles)> {
        let meaning: Remembered = read_json(&self.uri_note(server, uri))?;
        let files = self.package(&meaning.package)?;
        Some((meaning, files))
    }

    /// Whether [`last`](Self::last) will find something, unless it is damaged.
    pub(super) fn is_warm(&self, server: &str, uri: &str) -> bool {
        let meaning: Option<Remembered> = read_json(&self.uri_note(server, uri));
        meaning.is_some_and(|meaning| self.slot(&meaning.package).join(MANIFEST).exists())
    }

    /// Records which package has the content of `identity`.
    pub(super) fn remember_content(&self, identity: &str, content: &Content) {
        if let Err(error) = write_note(&self.note("contents", identity), content) {
            tracing::debug!(%error, "the package will be downloaded again at the next start");
        }
    }

    /// Which package has the content of `identity`, if it was downloaded.
    pub(super) fn content(&self, identity: &str) -> Option<Content> {
        read_json(&self.note("contents", identity))
    }
}

#[cfg(test)]
mod tests;
