//! A package on disk: a directory, with or without an `MLmodel`, or one file of a model.

use crate::{
    package::{
        Files, Opened, model_stem,
        path::{MAX_FILES, is_stray_at_top},
    },
    registry::{error::RegistryError, uri::FORMS},
};
use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

/// A package on this machine.
pub(in crate::registry) struct Directory {
    root: PathBuf,
    /// Set where the URI named one file: then there is nothing else to read.
    only: Option<String>,
}

impl Directory {
    /// The package at `path`: a directory, or one file.
    ///
    /// # Errors
    /// `NotFound` when there is nothing.
    pub(in crate::registry) fn open(path: &Path) -> Result<Self, RegistryError> {
        let place = path.display();
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput => {
                RegistryError::NotFound(format!("there is no model at {place}; give {FORMS}"))
            }
            _ => RegistryError::Unavailable(format!("{place} cannot be read: {error}")),
        })?;
        if metadata.is_dir() {
            return Ok(Self {
                root: path.to_owned(),
                only: None,
            });
        }
        match (
            path.parent(),
            path.file_name().and_then(|name| name.to_str()),
        ) {
            (Some(root), Some("MLmodel")) => Ok(Self {
                root: root.to_owned(),
                only: None,
            }),
            (Some(root), Some(name)) => Ok(Self {
                root: root.to_owned(),
                only: Some(name.to_owned()),
            }),
            _ => Err(RegistryError::Uri(format!(
                "{place} is not a model file; give {FORMS}"
            ))),
        }
    }
}

/// Every file below `root`, relative to it, parts separated by `/`, in order.
pub(in crate::registry) fn walk(root: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut directories = vec![String::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if directory.is_empty() {
                // What a volume has at its top, which root alone may read, or which is there under other names too.
                if is_stray_at_top(&name) && entry.file_type()?.is_dir() {
                    continue;
                }
                name
            } else {
                format!("{directory}/{name}")
            };
            // Links to directories are not followed, because they may form a cycle.
            if entry.file_type()?.is_dir() {
                directories.push(path);
            } else if fs::metadata(entry.path()).is_ok_and(|found| found.is_file()) {
                files.push(path);
            } else {
                tracing::warn!(
                    "{} is left out: it is no file, or a link that leads to none",
                    entry.path().display()
                );
            }
            if files.len() + directories.len() > MAX_FILES {
                return Err(io::Error::other(format!(
                    "{} has more than {MAX_FILES} files; that is no model package",
                    root.display()
                )));
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The model's name by its path: `models/iris/model.onnx` and `models/iris/` are both `iris`.
pub(in crate::registry) fn directory_name(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let text =
        |name: Option<&std::ffi::OsStr>| name.map(|name| name.to_string_lossy().into_owned());
    let file = text(path.file_name()).unwrap_or_default();
    let stem = match model_stem(&file) {
        Some(stem) => Some(stem.to_owned()),
        None => text(path.file_stem()),
    };
    let name = if path.is_dir() {
        Some(file)
    } else if stem.as_deref() == Some("model") {
        text(path.parent().and_then(Path::file_name))
    } else {
        stem
    };
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "model".to_owned())
}

impl Files for Directory {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        if self.only.as_ref().is_some_and(|only| only != path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::read(self.root.join(path)).map(Cow::Owned)
    }

    fn open(&self, path: &str) -> io::Result<Option<Opened<'_>>> {
        if self.only.as_ref().is_some_and(|only| only != path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = fs::File::open(self.root.join(path))?;
        let len = file.metadata()?.len();
        Ok(Some(Opened {
            bytes: Box::new(file),
            len: usize::try_from(len).unwrap_or(usize::MAX),
            sha256: None,
        }))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        if let Some(only) = &self.only {
            return Ok(vec![only.clone()]);
        }
        let names = fs::read_dir(&self.root)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect()
    }
}
