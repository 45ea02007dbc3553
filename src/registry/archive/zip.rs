//! The entries of a zip archive.

use super::unpacking::{MAX_TARGET_BYTES, Unpacking};
use crate::registry::error::RegistryError;
use std::{
    fs::File,
    io::{self, Read},
};

/// # Errors
/// `Corrupt` where `file` is no zip archive, or one that leads out of the directory.
pub(super) fn unpack(file: File, unpacking: &mut Unpacking<'_>) -> Result<(), RegistryError> {
    let mut zip = zip::ZipArchive::new(file).map_err(|error| unpacking.broken(&error))?;
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).map_err(|error| unpacking.broken(&error))?;
        let name = entry.name().map_err(|error| unpacking.broken(&error))?;
        let name = name.into_owned();
        // What PowerShell 5 writes ends the names of directories with its own separator.
        if entry.is_dir() || name.ends_with(['/', '\\']) {
            continue;
        }
        if entry.is_symlink() {
            let mut target = String::new();
            let read: io::Result<usize> = (&mut entry)
                .take(MAX_TARGET_BYTES as u64 + 1)
                .read_to_string(&mut target);
            read.map_err(|error| unpacking.broken(&error))?;
            unpacking.link(&name, &target, false)?;
        } else {
            unpacking.file(&name, &mut entry)?;
        }
    }
    Ok(())
}
