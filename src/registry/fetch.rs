//! Fetches a package into a directory of the caller's, for an image, for an init container or to look at it.

use super::{
    access::Access,
    client::Client,
    download::{Target, download},
    error::RegistryError,
    left_out::LeftOut,
    locate::locate,
    places::disk::walk,
    resolve::on_this_machine,
    resolved::PATIENCE,
    runtime::block_on,
    uri::ModelUri,
};
use crate::package::{
    Files, REGISTRATION, Registration,
    install::{Staging, stranger},
    path::inside,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Fetches the package that `uri` names into `dir`: new, empty, or a package to replace. Blocks.
///
/// # Errors
/// As [`RegistryError`] tells; what was in `dir` is then still there.
pub fn fetch(uri: &str, access: &Access, dir: &Path) -> Result<(), RegistryError> {
    fetch_within(PATIENCE, uri, access, dir)
}

/// The same without bytes of the model for at most `patience`.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_within(
    patience: Duration,
    uri: &str,
    access: &Access,
    dir: &Path,
) -> Result<(), RegistryError> {
    let uri = ModelUri::parse(uri)?;
    let unwritable = |error: io::Error| RegistryError::unwritable(dir, &error);
    fs::create_dir_all(dir).map_err(unwritable)?;
    if let Some(stranger) = stranger(dir).map_err(unwritable)? {
        return Err(RegistryError::Uri(format!(
            "{} is not empty and holds no package, but {}; choose another directory",
            dir.display(),
            stranger.display()
        )));
    }
    let staging = Staging::within(dir).map_err(unwritable)?;
    fill(&uri, access, &staging.path(), patience)?;
    staging.install().map_err(unwritable)
}

fn fill(
    uri: &ModelUri,
    access: &Access,
    into: &Path,
    patience: Duration,
) -> Result<(), RegistryError> {
    if let Some(resolved) = on_this_machine(uri)? {
        let root = match uri {
            ModelUri::Path(path) if path.is_dir() => Some(path),
            _ => None,
        };
        return copy(resolved.files.as_ref(), root, into);
    }
    let client = Client::new(access)?;
    block_on(Some(patience), async {
        let mut located = locate(&client, uri).await?;
        located.whole = true;
        let (name, version) = (located.name.clone(), located.version.clone());
        let into_directory = Target {
            directory: into,
            most: u64::MAX,
        };
        download(&client, located, into_directory, &|_| ()).await?;
        let Some(version) = version else {
            return Ok(());
        };
        let path = into.join(REGISTRATION);
        let text = Registration { name, version }.write();
        text.map_err(io::Error::other)
            .and_then(|text| fs::write(&path, text))
            .map_err(|error| RegistryError::unwritable(&path, &error))
    })
}

fn copy(files: &dyn Files, root: Option<&PathBuf>, into: &Path) -> Result<(), RegistryError> {
    let names = root.map_or_else(|| files.names(), |root| walk(root));
    let names = names.map_err(|error| {
        RegistryError::Unavailable(format!("the package cannot be read: {error}"))
    })?;
    let mut left_out = LeftOut::default();
    for name in names {
        let Ok(path) = inside(&name) else {
            left_out.add(&name);
            continue;
        };
        let to = into.join(path);
        let unwritable = |error: io::Error| RegistryError::unwritable(&to, &error);
        fs::create_dir_all(to.parent().unwrap_or(into)).map_err(unwritable)?;
        let from = root.map_or_else(|| PathBuf::from(path), |root| root.join(path));
        let unreadable = |error: io::Error| RegistryError::unreadable(&from, &error);
        // However large it is.
        if root.is_some() {
            fs::File::open(&from).map_err(unreadable)?;
            fs::copy(&from, &to).map_err(unwritable)?;
        } else {
            let content = files.read(path).map_err(unreadable)?;
            fs::write(&to, content).map_err(unwritable)?;
        }
    }
    left_out.say("the package");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    }

    fn fetched(uri: &str, dir: &Path) -> Result<(), RegistryError> {
        fetch(uri, &Access::default(), dir)
    }

    #[test]
    fn a_package_replaces_a_package_and_nothing_else() {
        let place = tempfile::tempdir().expect("a directory");
        let dir = place.path().join("deep/model");
        fetched("builtin:iris", &dir).expect("fetched");
        fs::write(dir.join("old.pkl"), b"").expect("written");
        fetched("builtin:iris", &dir).expect("fetched again");
        let mut names: Vec<_> = entries(&dir)
            .expect("listed")
            .into_iter()
            .map(|path| path.file_name().expect("a name").to_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["MLmodel", "input_example.json", "model.onnx"]);
        fs::remove_file(dir.join("MLmodel")).expect("removed");
        let refusal = fetched("builtin:iris", &dir)
            .expect_err("refused")
            .to_string();
        assert!(refusal.contains("choose another directory"), "{refusal}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_so() {
        struct Closed;
        impl Files for Closed {
            fn read(&self, _: &str) -> io::Result<std::borrow::Cow<'_, [u8]>> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
            fn names(&self) -> io::Result<Vec<String>> {
                Ok(vec!["MLmodel".to_owned()])
            }
        }
        let into = tempfile::tempdir().expect("a directory");
        let refusal = copy(&Closed, None, into.path()).expect_err("closed");
        let text = refusal.to_string();
        assert!(text.contains("MLmodel cannot be read"), "{text}");
    }

    #[test]
    fn a_failed_fetch_leaves_what_was_there() {
        let place = tempfile::tempdir().expect("a directory");
        fetched("builtin:iris", place.path()).expect("fetched");
        fetched("models:/churn/1", place.path()).expect_err("no registry");
        assert_eq!(entries(place.path()).expect("listed").len(), 3);
    }
}
