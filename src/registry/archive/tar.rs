//! The entries of a tar archive.

use super::unpacking::Unpacking;
use crate::registry::error::RegistryError;
use std::{
    cell::Cell,
    io::{self, Read},
};
use tar::EntryType;

/// The most that an archive may say about one entry, such as its long name. The crate reads that into memory, however much it is.
const MAX_ABOUT_ENTRY: u64 = 1 << 20;

/// # Errors
/// `Corrupt` where `reader` is no tar archive, or one that leads out of the directory.
pub(super) fn unpack(
    reader: impl Read,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), RegistryError> {
    let left = Cell::new(MAX_ABOUT_ENTRY);
    let mut tar = tar::Archive::new(Bounded {
        reader,
        left: &left,
    });
    let mut entries = tar.entries().map_err(|error| unpacking.broken(&error))?;
    loop {
        left.set(MAX_ABOUT_ENTRY);
        let Some(entry) = entries.next() else {
            return Ok(());
        };
        left.set(u64::MAX);
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
        // What comes next is about the next entry.
        io::copy(&mut entry, &mut io::sink()).map_err(|error| unpacking.broken(&error))?;
    }
}

/// A reader that gives no more than is left.
struct Bounded<'a, R> {
    reader: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            let text = format!("it says more than {MAX_ABOUT_ENTRY} bytes about one of its files");
            return Err(io::Error::other(text));
        }
        let most = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = self.reader.read(&mut into[..most])?;
        self.left.set(left - n as u64);
        Ok(n)
    }
}
