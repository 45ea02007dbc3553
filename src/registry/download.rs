//! Downloads the files of a package into a directory.

use super::{
    archive,
    client::Client,
    error::{RegistryError, too_large_for_cache},
    located::Located,
    places::{
        artifact_store::{ArtifactStore, each_piece},
        remote_file::RemoteFile,
    },
    retry::{Idempotent, retry},
    waiting,
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
pub(super) const MAX_MLMODEL_BYTES: usize = 16 << 20;

/// Where files go, and how much of them.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) directory: &'a Path,
    /// The most bytes of a file whose size nobody tells, and out of an archive.
    pub(super) most: u64,
}

/// Downloads a located package into an empty directory; an archive is unpacked there. `begin` learns how many bytes will come, as far as
/// the place tells. Gives back the listing of the place, if it has one.
///
/// # Errors
/// What the place or the disk said. `into` then holds an incomplete package, which the caller must remove.
pub(super) async fn download(
    client: &Client,
    located: Located,
    into: Target<'_>,
    begin: &(dyn Fn(u64) + Sync),
) -> Result<Option<Vec<RemoteFile>>, RegistryError> {
    let Located {
        place,
        listing,
        fallback,
        unasked,
        whole,
        ..
    } = located;
    let listing = match listing {
        Some(files) => Ok(Some(files)),
        None => place.list(client).await,
    };
    let files = listing.as_ref().ok().cloned().flatten();
    let was_listed = listing.is_ok();
    let direct = match listing {
        Ok(files) => package_files(client, &place, files, (into, whole), begin).await,
        Err(error) => Err(error),
    };
    let direct = direct.map_err(|error| match &unasked {
        Some(why) => both(why, error),
        None => error,
    });
    let (Err(error), Some(through)) = (&direct, &fallback) else {
        return direct.map(|()| files);
    };
    let closed = matches!(
        error,
        RegistryError::Denied(_) | RegistryError::NotFound(_) | RegistryError::Uri(_)
    );
    let unlisted = !was_listed && matches!(error, RegistryError::Unavailable(_));
    let over = waiting::left().is_some_and(|left| left.is_zero());
    if (!closed && !unlisted) || over {
        return direct.map(|()| files);
    }
    tracing::info!(%error, "the files cannot be had from their store; asking the MLflow server for them");
    let handed_out = async {
        let files = through.list(client).await?;
        package_files(client, through, files, (into, whole), begin).await
    };
    let handed_out = handed_out.await.map(|()| files);
    handed_out.map_err(|second| both(error, second))
}

/// The failure of a store and of MLflow, which was asked for the store's files. What may pass with MLflow may pass.
fn both(store: &RegistryError, mlflow: RegistryError) -> RegistryError {
    let text = |text: String| {
        format!("{store}; and the MLflow server does not hand the files out either: {text}")
    };
    match mlflow {
        RegistryError::NotFound(why) | RegistryError::Denied(why) => {
            RegistryError::NotFound(text(why))
        }
        RegistryError::Unavailable(why) => RegistryError::Unavailable(text(why)),
        other => other,
    }
}

/// Downloads the files in `listing`; without a listing, the files that the `MLmodel` names. `begin` learns their sizes first.
async fn package_files(
    client: &Client,
    place: &ArtifactStore,
    listing: Option<Vec<RemoteFile>>,
    (into, whole): (Target<'_>, bool),
    begin: &(dyn Fn(u64) + Sync),
) -> Result<(), RegistryError> {
    let files = match listing {
        Some(files) => files,
        None => named_by_mlmodel(client, place, into.directory, whole).await?,
    };
    let is_only = files.len() == 1;
    let archives: Vec<_> = files
        .iter()
        .filter(|file| file.is_archive || (is_only && archive::is_archive(&file.path)))
        .map(|file| into.directory.join(&file.path))
        .collect();
    let sizes = files.iter().filter_map(|file| file.size);
    let total = sizes.fold(0, u64::saturating_add);
    begin(total);
    let progress = Progress::new("downloading", &place.describe(), Unit::Bytes, total);
    stream::iter(files)
        .map(|file| {
            let progress = &progress;
            async move {
                match download_file(client, place, &file, into, progress).await {
                    Err(RegistryError::NotFound(why) | RegistryError::Denied(why))
                        if file.optional =>
                    {
                        tracing::debug!(why, "{} is not there", file.path);
                        Ok(())
                    }
                    done => done,
                }
            }
        })
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    progress.finish();
    let mut archives = archives.iter();
    archives.try_for_each(|archive| archive::unpack(archive, into.directory, into.most))
}

/// The files that the `MLmodel` names, for places that cannot list theirs. Downloads the `MLmodel`.
async fn named_by_mlmodel(
    client: &Client,
    place: &ArtifactStore,
    into: &Path,
    whole: bool,
) -> Result<Vec<RemoteFile>, RegistryError> {
    let text = place
        .read_small(client, "MLmodel", MAX_MLMODEL_BYTES)
        .await?;
    let named = package::mlmodel::read(&text).and_then(|mlmodel| {
        let mut named = mlmodel.named_files()?;
        if whole {
            named.extend(mlmodel.environment_files());
        }
        Ok(named)
    });
    let named =
        named.map_err(|error| RegistryError::Corrupt(format!("{}: {error}", place.describe())))?;
    if whole {
        tracing::warn!(
            "{} does not list its files: those that the MLmodel does not name, such as the ones in code/, are left out",
            place.describe()
        );
    }
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
    into: Target<'_>,
    progress: &Progress,
) -> Result<(), RegistryError> {
    let path = into.directory.join(&file.path);
    let unwritable = |error: std::io::Error| RegistryError::unwritable(&path, &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).await.map_err(unwritable)?;
    }
    let what = format!("{} of {}", file.path, place.describe());
    let downloaded = retry(Idempotent::Yes, async || {
        let (announced, mut bytes) = place.open(client, &file.path).await?;
        let expected = file.size.or(announced);
        let mut to = fs::File::create(&path).await.map_err(unwritable)?;
        let most = expected.unwrap_or(into.most);
        let size = each_piece(&mut bytes, &what, most, progress, async |piece| {
            to.write_all(piece).await.map_err(unwritable)
        })
        .await?;
        to.flush().await.map_err(unwritable)?;
        match expected {
            Some(expected) if expected != size => {
                progress.rewind(size);
                let came = match size {
                    _ if size > expected => "more".to_owned(),
                    size => size.to_string(),
                };
                let text = format!("{what} has {expected} bytes, but {came} came");
                Err(RegistryError::Unavailable(text).into())
            }
            None if size > into.most => Err(too_large_for_cache(&what, into.most).into()),
            _ => Ok(()),
        }
    });
    Ok(downloaded.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{access::Access, answering::endless, places::web::Web};

    #[tokio::test]
    async fn a_download_ends_where_more_comes_than_may() {
        let url = reqwest::Url::parse(&endless().await).expect("a URL");
        let place = ArtifactStore::Web(Web::new(&url));
        let client = Client::new(&Access::default()).expect("a client");
        let directory = tempfile::tempdir().expect("a directory");
        let into = Target {
            directory: directory.path(),
            most: 1 << 20,
        };
        for (size, says) in [
            (Some(5), "has 5 bytes, but more came"),
            (None, "cache_max_bytes"),
        ] {
            let file = RemoteFile {
                size,
                ..RemoteFile::required("m.onnx".into())
            };
            let progress = Progress::new("downloading", "x", Unit::Bytes, 0);
            let done = download_file(&client, &place, &file, into, &progress).await;
            let error = done.expect_err("too much").to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
