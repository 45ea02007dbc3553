//! Locks, by which the processes that share a cache see what the others use.
//!
//! The kernel drops the locks of a process that ends, however it ends. On NFS other machines see them too. Where a file system has no
//! locks, nothing is removed that may be in use.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
    time::SystemTime,
};

/// Keeps something in the cache from being removed, for as long as it lives.
#[derive(Debug)]
pub(in crate::registry) struct Hold(File);

/// Who uses a file.
pub(super) enum Use {
    /// Nobody does, and nobody can until the hold is dropped.
    Nobody(Hold),
    Others,
    /// The file system has no locks, or the file may not be opened.
    Unknown,
}

impl Hold {
    /// Holds `path`, together with others that hold it; nothing when it is being removed.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn shared(path: &Path) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            return Ok(None);
        }
        // It may have been removed before it was locked.
        let (here, locked) = (std::fs::metadata(path)?, file.metadata()?);
        let same = here.dev() == locked.dev() && here.ino() == locked.ino();
        Ok(same.then_some(Self(file)))
    }

    /// Makes the file `path` and holds it alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn alone(path: &Path) -> io::Result<Self> {
        let file = File::create_new(path)?;
        // Without locks the age tells what is left over.
        let _ = file.try_lock();
        Ok(Self(file))
    }

    /// Notes that it was used now. Where that fails, it counts as not used for longer.
    pub(super) fn touch(&self) {
        let _ = self.0.set_modified(SystemTime::now());
    }
}

/// Who holds `path`.
pub(super) fn used(path: &Path) -> Use {
    // NFS locks alone what is open for writing.
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else {
        return Use::Unknown;
    };
    match file.try_lock() {
        Ok(()) => Use::Nobody(Hold(file)),
        Err(TryLockError::WouldBlock) => Use::Others,
        Err(TryLockError::Error(_)) => Use::Unknown,
    }
}
