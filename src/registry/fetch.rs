//! A package from anywhere into a directory of the caller's: for an image, an init container, a look.

use super::{
    RegistryError,
    access::Access,
    client::Client,
    download::disk,
    place::safe,
    places::disk::{META, walk},
    remote::{Found, block_on, download, locate},
    uri::ModelUri,
};
use crate::package::Files;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Fetches the package that `uri` names into `dir`: new, empty, or a package to replace. Blocks.
///
/// # Errors
/// As [`RegistryError`] tells; what was in `dir` is then still there.
pub fn fetch(uri: &str, access: &Access, dir: &Path) -> Result<(), RegistryError> {
    let parsed = ModelUri::parse(uri)?;
    fs::create_dir_all(dir).map_err(|error| disk(dir, &error))?;
    let old = entries(dir).map_err(|error| disk(dir, &error))?;
    let package = old.iter().any(|path| path.ends_with("MLmodel"));
    if let Some(stranger) = old.first().filter(|_| !package) {
        return Err(RegistryError::Uri(format!(
            "{} is not empty and holds no package, but {}; choose another directory",
            dir.display(),
            stranger.display()
        )));
    }
    // Inside, for `dir` may be a mount of its own, which cannot be renamed.
    let fresh = tempfile::Builder::new()
        .prefix(".fetching-")
        .tempdir_in(dir)
        .map_err(|error| disk(dir, &error))?;
    fill(&parsed, uri, access, fresh.path())?;
    into_place(&old, fresh.path(), dir).map_err(|error| disk(dir, &error))
}

fn fill(parsed: &ModelUri, uri: &str, access: &Access, into: &Path) -> Result<(), RegistryError> {
    if let ModelUri::Builtin(_) | ModelUri::Path(_) = parsed {
        let package = super::resolve(uri, access, into)?;
        let root = match parsed {
            ModelUri::Path(path) if path.is_dir() => Some(path),
            _ => None,
        };
        return copy(package.files.as_ref(), root, into);
    }
    let client = Client::new(access)?;
    block_on(async {
        let Found { located, listed } = locate(&client, parsed).await?;
        download(&client, &located, listed, into).await?;
        let Some(version) = &located.version else {
            return Ok(());
        };
        // The file in which Python's client keeps the same, so that the package knows its name wherever it goes.
        let names = serde_json::json!({"model_name": located.name, "model_version": version});
        let text = serde_yaml::to_string(&names).map_err(io::Error::other);
        let meta = into.join(META);
        text.and_then(|text| fs::write(&meta, text))
            .map_err(|error| disk(&meta, &error))
    })
}

fn copy(files: &dyn Files, root: Option<&PathBuf>, into: &Path) -> Result<(), RegistryError> {
    let unreadable = |error: io::Error| {
        RegistryError::Unavailable(format!("the package cannot be read: {error}"))
    };
    let names = root
        .map_or_else(|| files.names(), |root| walk(root))
        .map_err(unreadable)?;
    for name in names {
        let bytes = files.read(&name).map_err(unreadable)?;
        let to = into.join(safe(&name)?);
        let written =
            fs::create_dir_all(to.parent().unwrap_or(into)).and_then(|()| fs::write(&to, bytes));
        written.map_err(|error| disk(&to, &error))?;
    }
    Ok(())
}

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
}

/// The `MLmodel` goes first and comes last: where there is one, the package is whole.
fn into_place(old: &[PathBuf], fresh: &Path, dir: &Path) -> io::Result<()> {
    let mut old = old.to_vec();
    old.sort_by_key(|path| !path.ends_with("MLmodel"));
    for path in old {
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    let mut new = entries(fresh)?;
    new.sort_by_key(|path| path.ends_with("MLmodel"));
    for path in new {
        fs::rename(&path, dir.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_failed_fetch_leaves_what_was_there() {
        let place = tempfile::tempdir().expect("a directory");
        fetched("builtin:iris", place.path()).expect("fetched");
        fetched("models:/churn/1", place.path()).expect_err("no registry");
        assert_eq!(entries(place.path()).expect("listed").len(), 3);
    }
}
