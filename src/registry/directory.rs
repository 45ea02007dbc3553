//! A package on disk: an MLflow Model directory, or one ONNX file.

use super::{FORMS, RegistryError};
use crate::flavor::Files;
use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

pub(super) struct Directory {
    root: PathBuf,
    /// Set where the URI named one file: then there is nothing else to read.
    only: Option<String>,
}

impl Directory {
    pub(super) fn open(path: &Path) -> Result<Self, RegistryError> {
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

impl Files for Directory {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        if self.only.as_ref().is_some_and(|only| only != path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::read(self.root.join(path)).map(Cow::Owned)
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
