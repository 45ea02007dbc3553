//! Reads back what was uploaded. Only what a reader gets proves that a store has it: MLflow's server answers 200 for files that it did
//! not store, and tells no checksums; a bucket's entity tag is one in some cases only.

use crate::{
    progress::{Progress, Unit},
    registry::{
        client::Client,
        error::RegistryError,
        places::{
            artifact_store::{ArtifactStore, each_piece},
            content::Content,
            sending::patience,
        },
        retry::{Idempotent, retry},
        waiting,
    },
};
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How many files are read at a time.
const PARALLEL: usize = 4;

/// Makes sure that `store` lists `files` with their sizes, and hands out their bytes; `through` is another way to these.
///
/// # Errors
/// `Corrupt` where it does not.
pub(super) async fn verify(
    client: &Client,
    store: &ArtifactStore,
    through: Option<&ArtifactStore>,
    files: &[(String, Content)],
) -> Result<(), RegistryError> {
    listed(client, store, files).await?;
    match read_back(client, store, files).await {
        // The credentials may write and not read.
        Err(error @ RegistryError::Denied(_)) => {
            match through {
                Some(through) => {
                    tracing::info!(%error, "the files cannot be read from their store; reading them back through the MLflow server");
                    read_back(client, through, files).await.map_err(|second| {
                    error.and(&format!("; and they cannot be read back through the MLflow server either: {second}"))
                })
                }
                None => Err(error),
            }
        }
        done => done,
    }
}

/// Makes sure that the listing, by which Python downloads a model, has every file.
async fn listed(
    client: &Client,
    store: &ArtifactStore,
    files: &[(String, Content)],
) -> Result<(), RegistryError> {
    let listing = match store.list(client).await {
        Ok(Some(listing)) => listing,
        // Listing is a permission of its own, and so is reading.
        Ok(None) | Err(RegistryError::Denied(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let sizes: HashMap<_, _> = listing
        .iter()
        .map(|file| (file.path.as_str(), file.size))
        .collect();
    for (name, content) in files {
        match sizes.get(name.as_str()) {
            None => {
                return Err(RegistryError::Corrupt(format!(
                    "{} does not list {name}, which was uploaded there",
                    store.describe()
                )));
            }
            Some(Some(size)) if *size != content.size() => {
                return Err(wrong_size(store, name, *size, content));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn read_back(
    client: &Client,
    store: &ArtifactStore,
    files: &[(String, Content)],
) -> Result<(), RegistryError> {
    let total = files.iter().map(|(_, content)| content.size()).sum();
    let progress = Progress::new("reading back from", &store.describe(), Unit::Bytes, total);
    stream::iter(files)
        .map(|(name, content)| file(client, store, name, content, &progress))
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    progress.finish();
    Ok(())
}

/// Reads one file back, piece by piece, and compares it with what was sent.
async fn file(
    client: &Client,
    store: &ArtifactStore,
    name: &str,
    content: &Content,
    progress: &Progress,
) -> Result<(), RegistryError> {
    let what = format!("{name} of {}", store.describe());
    let read = retry(Idempotent::Yes, async || {
        let (_, mut bytes) = store.open(client, name).await?;
        let mut digest = Sha256::new();
        let size = each_piece(&mut bytes, &what, content.size(), progress, async |piece| {
            digest.update(piece);
            Ok(())
        })
        .await?;
        Ok((size, <[u8; 32]>::from(digest.finalize())))
    });
    let (size, sha256) = Box::pin(waiting::within(patience(content.size()), read)).await?;
    if (size, sha256) == (content.size(), content.sha256()) {
        return Ok(());
    }
    if content.has_changed() {
        return Err(RegistryError::Disk(format!(
            "{name} was changed on this machine while it was uploaded; push again when nothing writes to the package"
        )));
    }
    if size != content.size() {
        return Err(wrong_size(store, name, size, content));
    }
    Err(RegistryError::Corrupt(format!(
        "{} keeps other bytes of {name} than were uploaded",
        store.describe()
    )))
}

fn wrong_size(store: &ArtifactStore, name: &str, size: u64, content: &Content) -> RegistryError {
    RegistryError::Corrupt(format!(
        "{} keeps {size} bytes of {name}, of {} that were uploaded",
        store.describe(),
        content.size()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{access::Access, answering::endless, places::web::Web};
    use std::time::Duration;

    #[tokio::test]
    async fn a_store_that_hands_out_more_than_was_uploaded_is_not_read_for_ever() {
        let url = reqwest::Url::parse(&endless().await).expect("a URL");
        let store = ArtifactStore::Web(Web::new(&url));
        let client = Client::new(&Access::default()).expect("a client");
        let content = Content::text("three".to_owned());
        let progress = Progress::new("reading back from", "x", Unit::Bytes, 0);
        let read = file(&client, &store, "m.onnx", &content, &progress).await;
        let error = read.expect_err("too much");
        assert!(matches!(error, RegistryError::Corrupt(_)), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_may_take_its_time_to_get_a_file_from_its_store() {
        let slow = async {
            tokio::time::sleep(Duration::from_mins(3)).await;
            Ok::<_, RegistryError>(())
        };
        let read = waiting::wait("a file", slow);
        waiting::within(patience(512 << 20), read)
            .await
            .expect("in time");
    }
}
