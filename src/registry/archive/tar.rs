//! The entries of a tar archive.

use super::unpacking::Unpacking;
use crate::registry::error::RegistryError;
use std::io::Read;
use tar::EntryType;

/// # Errors
/// `Corrupt` where `reader` is no tar archive, or one that leads out of the directory.
pub(super) fn unpack(
    reader: impl Read,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), RegistryError> {
    let mut tar = tar::Archive::new(reader);
    for entry in tar.entries().map_err(|error| unpacking.broken(&error))? {
        let mut entry = entry.map_err(|error| unpacking.broken(&error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let name = text(&entry.path_bytes());
        let target = entry.link_name_bytes().map(|target| text(&target));
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                unpacking.file(&name, &mut entry)?;
            }
            EntryType::Link => unpacking.link(&name, &target.unwrap_or_default(), true)?,
            EntryType::Symlink => unpacking.link(&name, &target.unwrap_or_default(), false)?,
            // `V` is the label that `tar --label` writes.
            EntryType::Directory | EntryType::XGlobalHeader => {}
            other if other.as_byte() == b'V' => {}
            _ => unpacking.no_file(&name),
        }
    }
    Ok(())
}
