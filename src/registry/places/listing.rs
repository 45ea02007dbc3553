//! What a place lists, file by file: which of it a package can have.

use super::remote_file::RemoteFile;
use crate::{
    package::path::{MAX_FILES, inside},
    registry::{error::RegistryError, left_out::LeftOut},
};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a place so far. Names that no file can have are left out, because a model seldom needs those.
pub(super) struct Listing {
    /// The place, for messages.
    place: String,
    files: BTreeMap<String, RemoteFile>,
    left_out: LeftOut,
}

impl Listing {
    pub(super) fn of(place: String) -> Self {
        Self {
            place,
            files: BTreeMap::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// `Corrupt` when these are too many.
    pub(super) fn add(&mut self, file: RemoteFile) -> Result<(), RegistryError> {
        if inside(&file.path).is_err() {
            self.left_out.add(&file.path);
        } else {
            self.files.insert(file.path.clone(), file);
        }
        if self.len() > MAX_FILES {
            return Err(RegistryError::Corrupt(format!(
                "{} has more than {MAX_FILES} files; that is no model package",
                self.place
            )));
        }
        Ok(())
    }

    /// Notes something that cannot be a file of a package.
    pub(super) fn leave_out(&mut self, path: &str) {
        self.left_out.add(path);
    }

    pub(super) fn len(&self) -> usize {
        self.files.len() + self.left_out.count()
    }

    /// The files by path. An empty one where others have their directory is the mark of that directory, as consoles make it.
    pub(super) fn finish(self) -> Vec<RemoteFile> {
        let Self {
            place,
            files,
            mut left_out,
        } = self;
        let directories: BTreeSet<String> = files
            .keys()
            .flat_map(|path| path.match_indices('/').map(|(at, _)| path[..at].to_owned()))
            .collect();
        let mut kept = Vec::new();
        for file in files.into_values() {
            if !directories.contains(&file.path) {
                kept.push(file);
            } else if file.size != Some(0) {
                left_out.add(&file.path);
            }
        }
        left_out.say(&place);
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, size: u64) -> RemoteFile {
        RemoteFile {
            size: Some(size),
            ..RemoteFile::required(path.to_owned())
        }
    }

    fn kept(files: &[(&str, u64)]) -> Vec<String> {
        let mut listing = Listing::of("a bucket".into());
        for (path, size) in files {
            listing.add(file(path, *size)).expect("few");
        }
        let kept = listing.finish().into_iter();
        kept.map(|file| file.path).collect()
    }

    #[test]
    fn marks_of_directories_are_no_files() {
        let files = [("code/ü.py", 3), ("code", 0), ("MLmodel", 9), ("empty", 0)];
        assert_eq!(kept(&files), ["MLmodel", "code/ü.py", "empty"]);
    }

    #[test]
    fn names_that_no_file_can_have_are_left_out() {
        let long = "x".repeat(300);
        let files = [
            ("12:30", 1),
            ("MLmodel", 9),
            ("a\\b", 1),
            ("../x", 1),
            ("model.pkl", 2),
            ("model.pkl/part", 2),
            (long.as_str(), 1),
        ];
        // A file cannot be a directory, too.
        assert_eq!(kept(&files), ["12:30", "MLmodel", "model.pkl/part"]);
    }

    #[test]
    fn too_many_files_are_no_package() {
        let mut listing = Listing::of("a bucket".into());
        let error = (0..=MAX_FILES).find_map(|i| listing.add(file(&format!("{i}"), 1)).err());
        assert!(error.expect("too many").to_string().contains("a bucket"));
    }
}
