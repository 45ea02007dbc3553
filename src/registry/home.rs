//! The files that other tools keep in the home directory. They are the user's, and may have nothing to do with this server.

use std::{io, path::Path};

/// Whether a file counts as not there, by the error of opening it. One in a home directory that is closed to us, or that is no directory,
/// counts so too, with a warning, unless a variable names it.
pub(super) fn is_absent(path: &Path, error: &io::Error, is_named: bool) -> bool {
    match error.kind() {
        io::ErrorKind::NotFound => true,
        io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied if !is_named => {
            tracing::warn!(%error, "{} counts as not there", path.display());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_counts_as_not_there_unless_it_is_named() {
        let is_absent = |kind: io::ErrorKind, is_named| {
            super::is_absent(Path::new("/home/me/.aws/config"), &kind.into(), is_named)
        };
        for named in [true, false] {
            assert!(is_absent(io::ErrorKind::NotFound, named));
            assert!(!is_absent(io::ErrorKind::InvalidData, named));
        }
        for kind in [
            io::ErrorKind::NotADirectory,
            io::ErrorKind::PermissionDenied,
        ] {
            assert!(is_absent(kind, false) && !is_absent(kind, true));
        }
    }
}
