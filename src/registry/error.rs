//! Why a URI did not lead to a package.

use crate::{package::path::OutsidePackage, secret::redact_text};
use std::{io, path::Path};

/// Why a URI did not lead to a package, or a package not into a registry. Each text names the thing, the cause and the next step.
///
/// What a server or a library said may be a part of it, so addresses are shown without their secrets.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not a URI this server understands, or a setting it needs; the text shows the right form.
    #[error("{}", redact_text(.0))]
    Uri(String),
    /// There is nothing at that place, and waiting will not change it.
    #[error("{}", redact_text(.0))]
    NotFound(String),
    /// The place refuses the credentials.
    #[error("{}", redact_text(.0))]
    Denied(String),
    /// The place answered with something that is no valid package.
    #[error("{}", redact_text(.0))]
    Corrupt(String),
    /// The place does not answer now; it may later.
    #[error("{}", redact_text(.0))]
    Unavailable(String),
    /// The disk of this machine failed.
    #[error("{}", redact_text(.0))]
    Disk(String),
}

impl RegistryError {
    /// A file that cannot be written.
    pub(super) fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self::Disk(format!(
            "{} cannot be written: {error}; model.cache_dir, or the directory given to fetch, must be writable and have room for the model",
            path.display()
        ))
    }

    /// A file of the user's own that cannot be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Disk(format!("{} cannot be read: {error}", path.display()))
    }
}

impl RegistryError {
    /// The same kind of failure with `more` after its text.
    #[must_use]
    pub(super) fn and(mut self, more: &str) -> Self {
        let (Self::Uri(text)
        | Self::NotFound(text)
        | Self::Denied(text)
        | Self::Corrupt(text)
        | Self::Unavailable(text)
        | Self::Disk(text)) = &mut self;
        text.push_str(more);
        self
    }
}

/// The error for `what`, which does not say how large it is, and of which more than `most` bytes came.
pub(super) fn too_large_for_cache(what: &str, most: u64) -> RegistryError {
    RegistryError::Disk(format!(
        "{what} is larger than {most} bytes, which is the most that is kept of what does not say its size; raise model.cache_max_bytes"
    ))
}

impl From<OutsidePackage> for RegistryError {
    fn from(error: OutsidePackage) -> Self {
        Self::Corrupt(format!("{error}; nothing of it was kept"))
    }
}
