//! Small files of JSON, and the names of things in the cache.

use crate::package::install::PREFIX;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path};

/// Names things in the cache.
pub(super) fn short_digest(bytes: &[u8]) -> String {
    let mut digest = format!("{:x}", Sha256::digest(bytes));
    digest.truncate(32);
    digest
}

pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    fs::write(path, serde_json::to_vec(value)?)
}

/// Writes a note in whole or not at all.
pub(super) fn write_note(note: &Path, value: &impl Serialize) -> io::Result<()> {
    let directory = note.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(directory)?;
    // Other users who share the cache may read it.
    let readable = fs::Permissions::from_mode(0o644);
    let fresh = tempfile::Builder::new()
        .prefix(PREFIX)
        .permissions(readable)
        .tempfile_in(directory)?;
    write_json(fresh.path(), value)?;
    fresh.persist(note).map_err(|error| error.error)?;
    Ok(())
}
