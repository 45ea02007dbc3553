//! The files of a package, from their place into a directory.

use super::{
    RegistryError,
    client::{Client, Repeat, again},
    place::{Entry, Place, read_small, safe},
    progress::Progress,
};
use crate::package::mlmodel;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::path::Path;
use tokio::{fs, io::AsyncWriteExt};

/// Files on their way at a time.
const PARALLEL: usize = 4;
const MOST_MLMODEL: usize = 16 << 20;

/// Downloads everything at `place` into the new directory `into`.
///
/// # Errors
/// What the place or the disk said; `into` then holds half a package and is the caller's to remove.
pub(super) async fn package(
    client: &Client,
    place: &Place,
    listed: Option<Vec<Entry>>,
    into: &Path,
) -> Result<(), RegistryError> {
    let entries = match listed {
        Some(entries) => entries,
        None => named_by_mlmodel(client, place, into).await?,
    };
    let progress = Progress::new(
        &place.shown(),
        entries.iter().map(|entry| entry.size.unwrap_or(0)).sum(),
    );
    stream::iter(entries)
        .map(|entry| {
            let progress = &progress;
            async move {
                match file(client, place, &entry, into, progress).await {
                    Err(RegistryError::NotFound(_)) if entry.optional => Ok(()),
                    done => done,
                }
            }
        })
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    progress.finish();
    Ok(())
}

/// Where files cannot be listed, the `MLmodel` names those that matter.
async fn named_by_mlmodel(
    client: &Client,
    place: &Place,
    into: &Path,
) -> Result<Vec<Entry>, RegistryError> {
    let text = read_small(place, client, "MLmodel", MOST_MLMODEL).await?;
    let model = mlmodel::read(&text)
        .map_err(|error| RegistryError::Corrupt(format!("{}: {error}", place.shown())))?;
    let data = model
        .data_file()
        .map_err(|error| RegistryError::Corrupt(format!("{}: {error}", place.shown())))?;
    fs::write(into.join("MLmodel"), text)
        .await
        .map_err(|error| disk(into, &error))?;
    let entry = |path: &str, optional| {
        Ok(Entry {
            path: safe(path)?.to_owned(),
            size: None,
            tag: None,
            optional,
        })
    };
    let example = model.example.iter().map(|path| entry(path, true));
    std::iter::once(entry(&data.path, false))
        .chain(example)
        .collect()
}

async fn file(
    client: &Client,
    place: &Place,
    entry: &Entry,
    into: &Path,
    progress: &Progress,
) -> Result<(), RegistryError> {
    let path = into.join(&entry.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .await
            .map_err(|error| disk(parent, &error))?;
    }
    again(Repeat::Always, async || {
        let (told, mut bytes) = place.open(client, &entry.path).await?;
        let mut file = fs::File::create(&path)
            .await
            .map_err(|error| disk(&path, &error))?;
        let mut size = 0;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk.inspect_err(|_| progress.back(size))?;
            file.write_all(&chunk)
                .await
                .map_err(|error| disk(&path, &error))?;
            size += chunk.len() as u64;
            progress.forth(chunk.len() as u64);
        }
        file.flush().await.map_err(|error| disk(&path, &error))?;
        match entry.size.or(told).filter(|wanted| *wanted != size) {
            Some(wanted) => {
                progress.back(size);
                let text = format!(
                    "{} of {} has {wanted} bytes, but {size} came",
                    entry.path,
                    place.shown()
                );
                Err(RegistryError::Unavailable(text).into())
            }
            None => Ok(()),
        }
    })
    .await
}

/// A file that cannot be written.
pub(super) fn disk(path: &Path, error: &std::io::Error) -> RegistryError {
    RegistryError::Disk(format!(
        "{} cannot be written: {error}; model.cache_dir must be a writable directory with room for the model",
        path.display()
    ))
}
