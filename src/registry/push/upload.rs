//! Uploads the files of a package to the registry's artifact store.

use super::content::MLMODEL;
use crate::{
    progress::{Progress, Unit},
    registry::{
        client::Client,
        error::RegistryError,
        places::{
            artifact_store::ArtifactStore, bucket::Bucket, content::Content, mlflow::Mlflow,
            proxy::Proxy,
        },
        uri::ModelUri,
    },
    secret::decoded,
};
use std::sync::Arc;

/// The store at `place`, as the MLflow server calls it.
///
/// # Errors
/// `Uri` where only the server can write.
pub(super) async fn destination(
    client: &Client,
    place: &str,
) -> Result<ArtifactStore, RegistryError> {
    match ModelUri::parse(place)? {
        ModelUri::Artifacts { host, path } => {
            let proxy = Proxy::new(client, host.as_deref(), &path)?;
            if let Some(host) = host {
                Mlflow::new(client).introduce(&proxy, &host, false).await;
            }
            Ok(ArtifactStore::Proxy(proxy))
        }
        ModelUri::Bucket(url) => Bucket::new(&url, client.access()).map(ArtifactStore::Bucket),
        _ => Err(RegistryError::Uri(format!(
            "the MLflow server keeps artifacts at {place}, which only it can write; start it with --serve-artifacts, or with a bucket"
        ))),
    }
}

/// Refuses names that the store would keep as others.
///
/// # Errors
/// `Corrupt` with the file's name.
pub(super) fn check_names(
    store: &ArtifactStore,
    files: &[(String, Content)],
) -> Result<(), RegistryError> {
    if !matches!(store, ArtifactStore::Proxy(_)) {
        return Ok(());
    }
    // MLflow's server takes percent-encoding off a path until there is none, and refuses what looks like a fragment
    // (`validate_path_is_safe`).
    let odd =
        |name: &&str| decoded(name) != **name || name.contains('#') || name.ends_with(['?', ';']);
    let mut names = files.iter().map(|(name, _)| name.as_str());
    match names.find(|name| odd(name)) {
        Some(name) => Err(RegistryError::Corrupt(format!(
            "the file {name:?} would be kept under another name by MLflow's server, which reads % and # in names; rename it"
        ))),
        None => Ok(()),
    }
}

/// Uploads `files`, the `MLmodel` last: what has none is no package.
///
/// # Errors
/// What the store said.
pub(super) async fn upload(
    client: &Client,
    to: &ArtifactStore,
    files: &[(String, Content)],
) -> Result<(), RegistryError> {
    let total = files.iter().map(|(_, content)| content.size()).sum();
    let progress = Arc::new(Progress::new(
        "uploading to",
        &to.describe(),
        Unit::Bytes,
        total,
    ));
    let signed = to.wants_signed(client).await;
    let (last, first): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| name == MLMODEL);
    for (name, content) in first.into_iter().chain(last) {
        tracing::info!("uploading {name}");
        to.put(client, name, content, &progress, signed).await?;
    }
    progress.finish();
    Ok(())
}
