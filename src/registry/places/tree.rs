//! The files of a directory that MLflow lists level by level.

use super::{listing::Listing, remote_file::RemoteFile};
use crate::{
    package::path::{MAX_FILES, inside},
    registry::error::RegistryError,
};
use serde::Deserialize;

/// MLflow's answer for one directory.
#[derive(Deserialize)]
pub(super) struct Level {
    #[serde(default)]
    pub(super) files: Vec<Entry>,
}

/// A file or a directory of a [`Level`].
#[derive(Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    #[serde(default)]
    pub(super) is_dir: bool,
    pub(super) file_size: Option<u64>,
}

/// Every file of the directory and of those below it. `level` lists one directory; its paths and those of the answer are relative to the
/// package.
///
/// # Errors
/// What `level` fails with, and `Corrupt` when these are too many files.
pub(super) async fn files(
    place: String,
    level: impl AsyncFn(&str) -> Result<Vec<Entry>, RegistryError>,
) -> Result<Vec<RemoteFile>, RegistryError> {
    let mut found = Listing::of(place);
    let mut directories = vec![String::new()];
    let mut met = 0;
    while let Some(directory) = directories.pop() {
        let entries = match level(&directory).await {
            // It refuses to list what it has named.
            Err(RegistryError::NotFound(_)) if !directory.is_empty() => {
                found.leave_out(&directory);
                continue;
            }
            entries => entries?,
        };
        for entry in entries {
            if !entry.is_dir {
                found.add(RemoteFile {
                    size: entry.file_size,
                    // MLflow's server takes paths with these for others, or for wrong ones.
                    optional: entry.path.contains(['#', '%']),
                    ..RemoteFile::required(entry.path)
                })?;
            } else if inside(&entry.path).is_ok() && met < MAX_FILES {
                met += 1;
                directories.push(entry.path);
            } else {
                found.leave_out(&entry.path);
            }
        }
    }
    Ok(found.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: String, is_dir: bool) -> Entry {
        Entry {
            path,
            is_dir,
            file_size: (!is_dir).then_some(1),
        }
    }

    #[tokio::test]
    async fn what_lies_deeper_than_any_package_is_left_out() {
        let level = async |directory: &str| {
            let below = |name: &str| crate::registry::places::names::join(directory, name);
            Ok(vec![entry(below("a"), true), entry(below("x"), false)])
        };
        let files = files("a server".into(), level).await.expect("listed");
        assert_eq!(
            files.first().map(|file| file.path.as_str()),
            Some("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/x")
        );
        assert_eq!(files.len(), 17);
    }
}
