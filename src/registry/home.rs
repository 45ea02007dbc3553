//! The files that other tools keep in the home directory. They are the user's, and may have nothing to do with this server.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The largest such file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// The text of a file; nothing where it counts as not there.
///
/// # Errors
/// Those of reading it, and one where it is larger than such a file can be. None quotes anything of it.
pub(super) fn read(path: &Path, is_named: bool) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Err(error) if is_absent(path, &error, is_named) => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(Some(text))
}

/// Whether a file counts as not there, by the error of opening it. One in a home directory that is closed to us, or that is no directory,
/// counts so too, with a warning, unless a variable names it.
fn is_absent(path: &Path, error: &io::Error, is_named: bool) -> bool {
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
