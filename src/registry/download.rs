//! Downloads the files of a package into a directory.

use super::{
    archive,
    client::Client,
    error::RegistryError,
    located::Located,
    places::{artifact_store::ArtifactStore, remote_file::RemoteFile},
    retry::{Idempotent, retry},
};
use crate::{
    package::{self, path::inside},
    progress::{Progress, Unit},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::path::Path;
use tokio::{fs, io::AsyncWriteExt};

/// How many files are downloaded at a time.
const PARALLEL: usize = 4;
const MAX_MLMODEL_BYTES: usize = 16 << 20;

/// Downloads a located package into an empty directory; an archive is unpacked there.
///
/// # Errors
/// What the place or the disk said. `into` then holds an incomplete package, which the caller must remove.
pub(super) async fn download(
    client: &Client,
    located: Located,
    into: &Path,
) -> Result<(), RegistryError> {
    let Located {
        place,
        listing,
        fallback,
        ..
    } = located;
    let listing = match listing {
        Some(files) => Ok(Some(files)),
        None => place.list(client).await,
    };
    let was_listed = listing.is_ok();
    let direct = match listing {
        Ok(files) => package_files(client, &place, files, into).await,
        Err(error) => Err(error),
    };
    let (Err(error), Some(through)) = (&direct, &fallback) else {
        return direct;
    };
    let closed = matches!(
        error,
        RegistryError::Denied(_) | RegistryError::NotFound(_) | RegistryError::Uri(_)
    );
    let unlisted = !was_listed && matches!(error, RegistryError::Unavailable(_));
    if !closed && !unlisted {
        return direct;
    }
    tracing::info!(%error, "the files cannot be had from their store; asking the MLflow server for them");
    package_files(client, through, None, into)
        .await
        .map_err(|second| match second {
            RegistryError::NotFound(text) | RegistryError::Denied(text) => RegistryError::NotFound(
                format!("{error}; and the MLflow server does not hand them out either: {text}"),
            ),
            other => other,
        })
}

/// Downloads the files in `listing`; without a listing, the files that the `MLmodel` names.
async fn package_files(
    client: &Client,
    place: &ArtifactStore,
    listing: Option<Vec<RemoteFile>>,
    into: &Path,
) -> Result<(), RegistryError> {
    let files = match listing {
        Some(files) => files,
        None => named_by_mlmodel(client, place, into).await?,
    };
    let archive = match files.as_slice() {
        [only] if archive::is_archive(&only.path) => Some(into.join(&only.path)),
        _ => None,
    };
    let total = files.iter().filter_map(|file| file.size).sum();
    let progress = Progress::new("downloading", &place.describe(), Unit::Bytes, total);
    stream::iter(files)
        .map(|file| {
            let progress = &progress;
            async move {
                match download_file(client, place, &file, into, progress).await {
                    Err(RegistryError::NotFound(_)) if file.optional => Ok(()),
                    done => done,
                }
            }
        })
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    progress.finish();
    archive.map_or(Ok(()), |archive| archive::unpack(&archive, into))
}

/// The files that the `MLmodel` names, for places that cannot list theirs. Downloads the `MLmodel`.
async fn named_by_mlmodel(
    client: &Client,
    place: &ArtifactStore,
    into: &Path,
) -> Result<Vec<RemoteFile>, RegistryError> {
    let text = place
        .read_small(client, "MLmodel", MAX_MLMODEL_BYTES)
        .await?;
    let named = package::mlmodel::read(&text).and_then(|mlmodel| mlmodel.named_files());
    let named =
        named.map_err(|error| RegistryError::Corrupt(format!("{}: {error}", place.describe())))?;
    let path = into.join("MLmodel");
    fs::write(&path, text)
        .await
        .map_err(|error| RegistryError::unwritable(&path, &error))?;
    named
        .into_iter()
        .map(|file| {
            Ok(RemoteFile {
                optional: file.optional,
                ..RemoteFile::required(inside(&file.path)?.to_owned())
            })
        })
        .collect()
}

async fn download_file(
    client: &Client,
    place: &ArtifactStore,
    file: &RemoteFile,
    into: &Path,
    progress: &Progress,
) -> Result<(), RegistryError> {
    let path = into.join(&file.path);
    let unwritable = |error: std::io::Error| RegistryError::unwritable(&path, &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).await.map_err(unwritable)?;
    }
    let downloaded = retry(Idempotent::Yes, async || {
        let (announced, mut bytes) = place.open(client, &file.path).await?;
        let mut to = fs::File::create(&path).await.map_err(unwritable)?;
        let mut size = 0;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk.inspect_err(|_| progress.rewind(size))?;
            to.write_all(&chunk).await.map_err(unwritable)?;
            size += chunk.len() as u64;
            progress.advance(chunk.len() as u64);
        }
        to.flush().await.map_err(unwritable)?;
        match file.size.or(announced).filter(|expected| *expected != size) {
            Some(expected) => {
                progress.rewind(size);
                let text = format!(
                    "{} of {} has {expected} bytes, but {size} came",
                    file.path,
                    place.describe()
                );
                Err(RegistryError::Unavailable(text).into())
            }
            None => Ok(()),
        }
    });
    Ok(downloaded.await?)
}
