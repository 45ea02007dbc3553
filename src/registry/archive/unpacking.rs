//! An archive that is being unpacked into a directory: which of its names become files, and how much may come out of it.

use super::links::Links;
use crate::{
    package::path::{MAX_FILES, OutsidePackage, inside, is_stray, tidy},
    registry::{
        error::{RegistryError, too_large_for_cache},
        left_out::LeftOut,
    },
};
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// By which factor an archive may grow. Deflate cannot compress real files further.
const MAX_RATIO: u64 = 1_100;
/// The longest target of a link that systems take.
pub(super) const MAX_TARGET_BYTES: usize = 4096;

/// An archive that is being unpacked into a directory.
pub(super) struct Unpacking<'a> {
    /// The archive's name, for messages.
    name: String,
    into: &'a Path,
    /// Bytes that may still come out of it.
    room: u64,
    /// The most that the cache takes of it, where that is less than archives can hold.
    most: Option<u64>,
    /// What was met so far, links too.
    met: usize,
    /// The paths of the files that were written.
    written: HashSet<String>,
    links: Links,
    left_out: LeftOut,
}

impl<'a> Unpacking<'a> {
    /// The archive `name` of `size` bytes, into a directory that takes `most` of it.
    pub(super) fn new(name: &str, size: u64, into: &'a Path, most: u64) -> Self {
        let room = size.saturating_mul(MAX_RATIO);
        Self {
            name: name.to_owned(),
            into,
            room: room.min(most),
            most: (most < room).then_some(most),
            met: 0,
            written: HashSet::new(),
            links: Links::default(),
            left_out: LeftOut::default(),
        }
    }

    pub(super) fn broken(&self, error: &dyn std::fmt::Display) -> RegistryError {
        RegistryError::Corrupt(format!("{} cannot be unpacked: {error}", self.name))
    }

    /// Writes one file of the archive. Of two files of one name the later one counts, as for `tar` and `unzip`.
    pub(super) fn file(&mut self, name: &str, source: &mut dyn Read) -> Result<(), RegistryError> {
        if let Some(path) = self.place(name)? {
            self.links.forget(&path);
            self.write(path, source)?;
        }
        Ok(())
    }

    /// Notes a link, whose file may come later. `target` is relative to the link's directory or, if `from_top`, to the archive.
    pub(super) fn link(
        &mut self,
        name: &str,
        target: &str,
        from_top: bool,
    ) -> Result<(), RegistryError> {
        let Some(path) = self.place(name)? else {
            return Ok(());
        };
        if target.len() > MAX_TARGET_BYTES {
            self.left_out.add(&format!(
                "{path}, a link to a longer path than any system takes"
            ));
        } else if !self.links.add(&path, target, from_top) {
            self.left_out
                .add(&format!("{path}, a link to {target}, which lies outside"));
        }
        Ok(())
    }

    /// Notes what is neither a file nor a link, such as a device.
    pub(super) fn no_file(&mut self, name: &str) {
        self.left_out.add(&format!("{name}, which is no file"));
    }

    /// Where a name of the archive lies in the directory; nothing for what stays out of it.
    fn place(&mut self, name: &str) -> Result<Option<String>, RegistryError> {
        self.met += 1;
        if self.met > MAX_FILES {
            return Err(self.broken(&format!("more than {MAX_FILES} files")));
        }
        // Archives made by `tar czf x.tar.gz .` begin every name with a dot, and those of Windows have its separators.
        let path = tidy(name);
        // Nobody has put this there by accident.
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(OutsidePackage(name.to_owned()).into());
        }
        // What systems add, as macOS adds `._MLmodel`.
        if path.split('/').any(is_stray) {
            return Ok(None);
        }
        let inside = inside(&path).map(str::to_owned);
        Ok(inside.map_err(|_| self.left_out.add(name)).ok())
    }

    fn write(&mut self, path: String, source: &mut dyn Read) -> Result<(), RegistryError> {
        let to = self.into.join(&path);
        let clash = |error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::IsADirectory
            )
        };
        let again = self.written.contains(&path);
        let made = fs::create_dir_all(to.parent().unwrap_or(self.into)).and_then(|()| {
            if again {
                File::create(&to)
            } else {
                // A name that differs in capitals only may be the same file to this disk.
                File::create_new(&to)
            }
        });
        let mut file = made.map_err(|error| {
            if clash(&error) {
                self.broken(&format!(
                    "another file of it is in the way of {}",
                    path.escape_debug()
                ))
            } else {
                RegistryError::unwritable(&to, &error)
            }
        })?;
        // One byte more than there is room for, to see that there is more.
        let size = io::copy(&mut source.take(self.room.saturating_add(1)), &mut file);
        let size = size.map_err(|error| {
            if is_of_disk(&error) {
                RegistryError::unwritable(&to, &error)
            } else {
                self.broken(&error)
            }
        })?;
        let left = self.room.checked_sub(size);
        self.room = left.ok_or_else(|| self.too_large())?;
        self.written.insert(path);
        Ok(())
    }

    fn too_large(&self) -> RegistryError {
        match self.most {
            Some(most) => too_large_for_cache(&self.name, most),
            None => self.broken(&"it unpacks to more than any archive of its size can hold"),
        }
    }

    /// Puts files in the place of links, and says what was left out.
    pub(super) fn finish(mut self) -> Result<(), RegistryError> {
        for (path, target) in self.links.resolved() {
            match target.filter(|target| self.written.contains(target)) {
                Some(target) => {
                    let from = self.into.join(&target);
                    let mut source = File::open(&from)
                        .map_err(|error| RegistryError::unwritable(&from, &error))?;
                    self.write(path, &mut source)?;
                }
                None => self
                    .left_out
                    .add(&format!("{path}, a link to no file of the archive")),
            }
        }
        self.left_out.say(&self.name);
        Ok(())
    }
}

/// Whether it is the disk that failed, and not what was to be written there.
fn is_of_disk(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem
    )
}
