//! A package from a registry or a store: found, fetched, kept; from the cache when its place is down.

use super::{
    Package, RegistryError, Source,
    access::Access,
    archive,
    cache::{Cache, Resolved},
    client::Client,
    download,
    mlflow::{Located, Mlflow, name_in, unversioned},
    place::{self, Entry, Place},
    places::disk::Directory,
    uri::{ModelUri, decoded, shown},
};
use crate::package;
use object_store::ObjectStoreExt;
use reqwest::Url;
use std::path::{Path, PathBuf};

/// Runs `work` on a runtime of its own: one thread, this one.
pub(super) fn block_on<T>(
    work: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|error| RegistryError::Disk(format!("no runtime for downloads: {error}")))?
        .block_on(work)
}

pub(super) fn resolve(
    uri: &ModelUri,
    text: &str,
    access: &Access,
    cache_dir: &Path,
) -> Result<Package, RegistryError> {
    let client = Client::new(access)?;
    let cache = Cache::new(cache_dir);
    let (resolved, files, source) = match block_on(fresh(&client, uri, text, &cache)) {
        Ok((resolved, files)) => {
            cache.remember(&client.server(), text, &resolved);
            (resolved, files, Source::Registry)
        }
        Err(RegistryError::Unavailable(why)) => {
            let Some((resolved, files)) = cache.last(&client.server(), text) else {
                return Err(RegistryError::Unavailable(why));
            };
            tracing::warn!(
                why,
                version = resolved.version,
                "the registry does not answer: {} is served from the cache, as it was resolved last",
                shown(text)
            );
            (resolved, files, Source::Cache)
        }
        Err(error) => return Err(error),
    };
    let files = Box::new(Directory::open(&files)?);
    Ok(Package {
        name: resolved.name,
        version: resolved.version,
        run_id: resolved.run_id,
        source,
        files,
    })
}

/// Asks the registry, and downloads what is not in the cache yet.
async fn fresh(
    client: &Client,
    uri: &ModelUri,
    text: &str,
    cache: &Cache,
) -> Result<(Resolved, PathBuf), RegistryError> {
    let Found { located, listed } = locate(client, uri).await?;
    let somewhere = || format!("{} {}", client.server(), shown(text));
    let key = Cache::key(&located.identity.clone().unwrap_or_else(somewhere));
    // Without an identity, the same place may hold something else today.
    let cached = located.identity.as_ref().and_then(|_| cache.package(&key));
    let files = if let Some(files) = cached {
        files
    } else {
        cache.sweep();
        let fetch = async |into: &Path| download(client, &located, listed, into).await;
        cache.put(&key, fetch).await?
    };
    Ok((
        Resolved {
            name: located.name,
            version: located.version,
            run_id: located.run_id,
            key,
        },
        files,
    ))
}

pub(super) struct Found {
    pub(super) located: Located,
    /// The files, where they had to be listed to find the package.
    pub(super) listed: Option<Vec<Entry>>,
}

pub(super) async fn locate(client: &Client, uri: &ModelUri) -> Result<Found, RegistryError> {
    let mlflow = Mlflow(client);
    let located = match uri {
        ModelUri::Registered { name, version } => mlflow.registered(name, version).await?,
        ModelUri::Logged { id } => mlflow.logged(id).await?,
        ModelUri::Run { id, path } => mlflow.run(id, path).await?,
        ModelUri::Artifacts { host, path } => mlflow.artifacts(host.as_deref(), path)?,
        ModelUri::Web(url) => return Ok(web(url)),
        ModelUri::Bucket(url) => return bucket(client, url).await,
        ModelUri::Builtin(_) | ModelUri::Path(_) => {
            return Err(RegistryError::Uri(
                "a model on this machine needs no registry".into(),
            ));
        }
    };
    Ok(Found {
        located,
        listed: None,
    })
}

/// The name of the file that a URL's path ends with, if it is a model's or an archive's.
fn file_name(path: &str) -> Option<String> {
    let last = decoded(path.rsplit('/').next()?);
    (archive::is_archive(&last) || package::is_model_file(&last)).then_some(last)
}

fn entry(path: String) -> Entry {
    Entry {
        path,
        size: None,
        tag: None,
        optional: false,
    }
}

fn web(url: &Url) -> Found {
    let name = name_in(url.path());
    if let Some(file) = file_name(url.path()) {
        return Found {
            located: unversioned(name, Place::File(url.clone())),
            listed: Some(vec![entry(file)]),
        };
    }
    let mut directory = url.clone();
    if let Some(path) = url.path().strip_suffix("/MLmodel") {
        directory.set_path(path);
    }
    Found {
        located: unversioned(name_in(directory.path()), Place::Directory(directory)),
        listed: None,
    }
}

/// A bucket tells what changes when an object does, so its packages are as good as versions.
async fn bucket(client: &Client, url: &Url) -> Result<Found, RegistryError> {
    let mut place = place::bucket(url, client.stores())?;
    let entries = match (file_name(url.path()), &mut place) {
        (Some(file), Place::Bucket { store, prefix }) => {
            let object = store
                .head(prefix)
                .await
                .map_err(|error| place::store_error(&error))?;
            let parent: Vec<_> = prefix.parts().collect();
            *prefix = parent
                .split_last()
                .map(|(_, parent)| parent.iter().cloned().collect())
                .unwrap_or_default();
            vec![Entry {
                size: Some(object.size),
                tag: object.e_tag,
                ..entry(file)
            }]
        }
        _ => place.list(client).await?.unwrap_or_default(),
    };
    let tags: Option<Vec<_>> = entries
        .iter()
        .map(|entry| {
            entry
                .tag
                .as_ref()
                .map(|tag| format!("{} {tag}", entry.path))
        })
        .collect();
    let mut located = unversioned(name_in(url.path()), place);
    located.identity = tags.map(|tags| format!("{url} {}", tags.join(" ")));
    Ok(Found {
        located,
        listed: Some(entries),
    })
}

/// Downloads a located package into an empty directory.
pub(super) async fn download(
    client: &Client,
    located: &Located,
    listed: Option<Vec<Entry>>,
    into: &Path,
) -> Result<(), RegistryError> {
    let listed = match listed {
        Some(entries) => Ok(Some(entries)),
        None => located.place.list(client).await,
    };
    let was_listed = listed.is_ok();
    let direct = match listed {
        Ok(entries) => listed_files(client, &located.place, entries, into).await,
        Err(error) => Err(error),
    };
    let (Err(error), Some(through)) = (&direct, &located.fallback) else {
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
    download::package(client, through, None, into)
        .await
        .map_err(|second| match second {
            RegistryError::NotFound(text) | RegistryError::Denied(text) => RegistryError::NotFound(
                format!("{error}; and the MLflow server does not hand them out either: {text}"),
            ),
            other => other,
        })
}

async fn listed_files(
    client: &Client,
    place: &Place,
    entries: Option<Vec<Entry>>,
    into: &Path,
) -> Result<(), RegistryError> {
    let packed = entries
        .as_ref()
        .and_then(|entries| match entries.as_slice() {
            [only] if archive::is_archive(&only.path) => Some(into.join(&only.path)),
            _ => None,
        });
    download::package(client, place, entries, into).await?;
    packed.map_or(Ok(()), |packed| archive::unpack(&packed, into))
}
