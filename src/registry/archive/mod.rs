//! Archives of a package: `.tar`, `.tar.gz`, `.tgz` and `.zip`, unpacked into a directory.

#[cfg(test)]
mod bounds;
mod links;
mod tar;
#[cfg(test)]
mod tests;
mod unpacking;
mod zip;

use super::error::RegistryError;
use crate::package::{lfs, path::MAX_LEVELS};
use flate2::read::GzDecoder;
use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};
use unpacking::Unpacking;

/// An archive's name without its ending; `None` if it does not end like an archive's.
pub(super) fn stem(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let endings = [".tar", ".tar.gz", ".tgz", ".zip"];
    let ending = endings.iter().find(|ending| lower.ends_with(**ending))?;
    Some(&name[..name.len() - ending.len()])
}

/// Whether a file of this name is an archive.
pub(super) fn is_archive(name: &str) -> bool {
    stem(name).is_some()
}

/// Unpacks `archive`, which was downloaded, into `into`, at most so many bytes, and removes it; directories around the package are left
/// out.
///
/// # Errors
/// `Corrupt` for anything that is no archive of files that stay inside, and `Disk`.
pub(super) fn unpack(archive: &Path, into: &Path, most: u64) -> Result<(), RegistryError> {
    // It is our own file, in a directory that has to be writable.
    let unusable = |error: &io::Error| RegistryError::unwritable(archive, error);
    let mut file = File::open(archive).map_err(|error| unusable(&error))?;
    let size = file.metadata().map_err(|error| unusable(&error))?.len();
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let mut unpacking = Unpacking::new(&name.to_ascii_lowercase(), size, into, most);
    // The first bytes tell which archive it is: a name may be anything.
    let mut magic = Vec::new();
    let read = (&mut file).take(64).read_to_end(&mut magic);
    let read = read.and_then(|_| file.rewind());
    read.map_err(|error| unpacking.broken(&error))?;
    if let Some(pointer) = lfs::pointer(&name, &magic) {
        return Err(RegistryError::Corrupt(pointer));
    }
    match magic.as_slice() {
        [b'P', b'K', ..] => zip::unpack(file, &mut unpacking)?,
        [0x1f, 0x8b, ..] => tar::unpack(GzDecoder::new(file), &mut unpacking)?,
        _ => tar::unpack(file, &mut unpacking)?,
    }
    unpacking.finish()?;
    fs::remove_file(archive).map_err(|error| unusable(&error))?;
    unwrap_directories(into).map_err(|error| RegistryError::unwritable(into, &error))
}

/// Where all files lie in one directory, they are the package: `home/me/iris/MLmodel` becomes `MLmodel`.
fn unwrap_directories(into: &Path) -> io::Result<()> {
    for _ in 0..MAX_LEVELS {
        if into.join("MLmodel").exists() {
            break;
        }
        let entries: Vec<PathBuf> = fs::read_dir(into)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        let [only] = entries.as_slice() else {
            break;
        };
        if !only.is_dir() {
            break;
        }
        // Renamed to a name that no file in it has.
        let aside = into.join(".unwrapped");
        fs::rename(only, &aside)?;
        for entry in fs::read_dir(&aside)? {
            let entry = entry?;
            fs::rename(entry.path(), into.join(entry.file_name()))?;
        }
        fs::remove_dir(aside)?;
    }
    Ok(())
}
