//! Finds out whether the files of a package were changed at their place after they were downloaded.
//!
//! A version of MLflow's keeps its number when somebody writes to its files, as `mlflow.models.set_signature` does. MLflow's own times
//! do not change then. So the files are looked at: their entity tags, or their sizes and the bytes of the `MLmodel`.

use super::{
    cache::{CachedFiles, Content},
    client::Client,
    download::MAX_MLMODEL_BYTES,
    error::RegistryError,
    located::Located,
    places::{
        artifact_store::ArtifactStore,
        remote_file::{Listed, RemoteFile},
    },
};
use sha2::{Digest as _, Sha256};

/// What says that the files in the cache are those at their place, as `GET /model` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckedBy {
    /// They were downloaded at this start.
    Download,
    /// The place has the same files with the same entity tags.
    EntityTags,
    /// The place has the same files with the same sizes, and the same `MLmodel`.
    Sizes,
    /// The place cannot list its files, and has the same `MLmodel`.
    MlModel,
    /// They were not compared.
    Nothing,
}

impl CheckedBy {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::EntityTags => "entity_tags",
            Self::Sizes => "sizes",
            Self::MlModel => "mlmodel",
            Self::Nothing => "nothing",
        }
    }
}

/// Compares the files in the cache with those at their place; nothing when they differ.
///
/// # Errors
/// Where they cannot be compared.
pub(super) async fn check(
    client: &Client,
    located: &mut Located,
    content: &Content,
    files: &CachedFiles,
) -> Result<Option<CheckedBy>, RegistryError> {
    let now = list(client, located).await?;
    let by = match (&content.listing, &now) {
        (Some(then), Some(now)) if then != now => return Ok(None),
        (Some(_), Some(now)) if now.iter().all(|file| file.tag.is_some()) => {
            return Ok(Some(CheckedBy::EntityTags));
        }
        (Some(_), Some(now)) if now.iter().all(|file| file.size.is_some()) => CheckedBy::Sizes,
        _ => CheckedBy::MlModel,
    };
    // An archive has its own inside.
    let at_place = now.is_none_or(|now| now.iter().any(|file| file.path == "MLmodel"));
    match files.sha256_of("MLmodel") {
        Some(known) if at_place => {
            let bytes = mlmodel(client, located).await?;
            let same = format!("{:x}", Sha256::digest(bytes)) == known;
            Ok(same.then_some(by))
        }
        _ if by == CheckedBy::Sizes => Ok(Some(by)),
        _ => Err(RegistryError::Unavailable(format!(
            "{} tells nothing about its files",
            located.place.describe()
        ))),
    }
}

/// The files at their place, where it lists them. One that is closed to us lists nothing; then MLflow is asked for single files.
async fn list(
    client: &Client,
    located: &mut Located,
) -> Result<Option<Vec<Listed>>, RegistryError> {
    if located.listing.is_none() {
        located.listing = match located.place.list(client).await {
            Err(error) if located.fallback.is_none() => return Err(error),
            Err(error @ RegistryError::Unavailable(_)) => return Err(error),
            listing => listing.unwrap_or_default(),
        };
    }
    Ok(located.listing.as_deref().map(listed))
}

/// What is kept of a listing.
pub(super) fn listed(files: &[RemoteFile]) -> Vec<Listed> {
    let mut listed: Vec<_> = files.iter().map(Listed::from).collect();
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    listed
}

async fn mlmodel(client: &Client, located: &Located) -> Result<Vec<u8>, RegistryError> {
    let read =
        async |place: &ArtifactStore| place.read_small(client, "MLmodel", MAX_MLMODEL_BYTES).await;
    match (read(&located.place).await, &located.fallback) {
        (Err(RegistryError::Denied(_) | RegistryError::NotFound(_)), Some(through)) => {
            read(through).await
        }
        (bytes, _) => bytes,
    }
}
