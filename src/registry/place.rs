//! Where the files of a package lie, and how to list and open them there.

use super::{
    MOST_FILES, RegistryError,
    client::{Client, Failed, Repeat, again, unreachable},
    uri::decoded,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{ObjectStore, ObjectStoreExt, path::Path as StorePath};
use reqwest::Url;
use serde::Deserialize;

const MOST_LEVELS: usize = 16;

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Relative to the package, parts separated by `/`.
    pub(super) path: String,
    /// Where the place tells it.
    pub(super) size: Option<u64>,
    /// What changes when the content does, where the place tells it.
    pub(super) tag: Option<String>,
    /// Whether the package is whole without it.
    pub(super) optional: bool,
}

pub(super) enum Place {
    /// MLflow's artifact proxy: listed and opened below `…/mlflow-artifacts/artifacts`.
    Proxy { api: Url, path: String },
    /// A bucket, and the package's prefix in it.
    Bucket {
        store: Box<dyn ObjectStore>,
        prefix: StorePath,
    },
    /// One URL per file, which goes into the query under `key`; not listed.
    Query {
        url: Url,
        key: &'static str,
        prefix: String,
    },
    /// One URL per file, below a directory; not listed.
    Directory(Url),
    /// One file, whatever its URL looks like; not listed.
    File(Url),
}

/// The bytes of one file.
pub(super) type Bytestream = BoxStream<'static, Result<Bytes, RegistryError>>;

impl Place {
    /// The files of the package; `None` where the place cannot tell.
    pub(super) async fn list(&self, client: &Client) -> Result<Option<Vec<Entry>>, RegistryError> {
        let entries = match self {
            Self::Proxy { api, path } => proxy_list(client, api, path).await?,
            Self::Bucket { store, prefix } => bucket_list(store.as_ref(), prefix).await?,
            Self::Query { .. } | Self::Directory(_) | Self::File(_) => return Ok(None),
        };
        if entries.is_empty() {
            return Err(RegistryError::NotFound(format!(
                "there are no files at {}",
                self.shown()
            )));
        }
        Ok(Some(entries))
    }

    /// Opens one file: its size, where it is told, and its bytes.
    pub(super) async fn open(
        &self,
        client: &Client,
        path: &str,
    ) -> Result<(Option<u64>, Bytestream), Failed> {
        let url = match self {
            Self::Bucket { store, prefix } => {
                let at = path.split('/').fold(prefix.clone(), StorePath::join);
                let found = store.get(&at).await.map_err(|error| store_error(&error))?;
                let size = found.meta.size;
                let bytes = found.into_stream().map_err(|error| store_error(&error));
                return Ok((Some(size), bytes.boxed()));
            }
            Self::Proxy { api, path: base } => below(api, &format!("{base}/{path}")),
            Self::Directory(url) => below(url, path),
            Self::File(url) => url.clone(),
            Self::Query { url, key, prefix } => {
                let mut url = url.clone();
                let path = if prefix.is_empty() {
                    path.to_owned()
                } else {
                    format!("{prefix}/{path}")
                };
                url.query_pairs_mut().append_pair(key, &path);
                url
            }
        };
        let response = client.send(client.get(&url)).await?;
        let size = response.content_length();
        Ok((size, body(response).boxed()))
    }

    /// The place as messages name it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Proxy { path, .. } => format!("mlflow-artifacts:/{path}"),
            Self::Bucket { prefix, .. } => format!("{prefix} in the bucket"),
            Self::Query { url, .. } | Self::Directory(url) | Self::File(url) => {
                super::uri::shown(url.as_str())
            }
        }
    }
}

/// The bytes of an answer, with its address in what may go wrong.
fn body(response: reqwest::Response) -> impl Stream<Item = Result<Bytes, RegistryError>> {
    let url = response.url().clone();
    response
        .bytes_stream()
        .map_err(move |error| unreachable(&error.with_url(url.clone())))
}

/// `url` with the parts of `path` after it, each encoded.
pub(super) fn below(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    #[serde(default)]
    is_dir: bool,
    file_size: Option<u64>,
}

async fn proxy_list(client: &Client, api: &Url, path: &str) -> Result<Vec<Entry>, RegistryError> {
    let mut entries = Vec::new();
    let mut directories = vec![(String::new(), 0)];
    while let Some((directory, level)) = directories.pop() {
        let mut url = api.clone();
        let at = if directory.is_empty() {
            path.to_owned()
        } else {
            format!("{path}/{directory}")
        };
        url.query_pairs_mut().append_pair("path", &at);
        let listing: Listing = client.json(Repeat::Always, || client.get(&url)).await?;
        for file in listing.files {
            let inside = if directory.is_empty() {
                file.path
            } else {
                format!("{directory}/{}", file.path)
            };
            let inside = safe(&inside)?.to_owned();
            if file.is_dir {
                if level == MOST_LEVELS {
                    return Err(RegistryError::Corrupt(format!(
                        "{path} has directories more than {MOST_LEVELS} levels deep"
                    )));
                }
                directories.push((inside, level + 1));
            } else {
                entries.push(Entry {
                    path: inside,
                    size: file.file_size,
                    tag: None,
                    optional: false,
                });
            }
        }
        if entries.len() + directories.len() > MOST_FILES {
            return Err(RegistryError::Corrupt(format!(
                "{path} has more than {MOST_FILES} files; that is no model package"
            )));
        }
    }
    Ok(entries)
}

async fn bucket_list(
    store: &dyn ObjectStore,
    prefix: &StorePath,
) -> Result<Vec<Entry>, RegistryError> {
    let mut found = store.list(Some(prefix));
    let mut entries = Vec::new();
    while let Some(object) = found.next().await {
        let object = object.map_err(|error| store_error(&error))?;
        let Some(parts) = object.location.prefix_match(prefix) else {
            continue;
        };
        let path: Vec<_> = parts.map(|part| part.as_ref().to_owned()).collect();
        // The object that stands for the directory itself.
        if path.is_empty() {
            continue;
        }
        let path = decoded(&path.join("/"));
        entries.push(Entry {
            path: safe(&path)?.to_owned(),
            size: Some(object.size),
            tag: object.e_tag,
            optional: false,
        });
        if entries.len() > MOST_FILES {
            return Err(RegistryError::Corrupt(format!(
                "{prefix} has more than {MOST_FILES} objects; that is no model package"
            )));
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Refuses a name that leads out of the package, or that a file system may take for something else.
pub(super) fn safe(path: &str) -> Result<&str, RegistryError> {
    let odd = |part: &str| matches!(part, "" | "." | "..") || part.len() > 255;
    if path.split('/').any(odd)
        || path.split('/').count() > MOST_LEVELS + 1
        || path.contains(['\\', '\0', ':'])
        || path.chars().any(char::is_control)
    {
        return Err(RegistryError::Corrupt(format!(
            "the file name `{}` does not lie in the package; nothing of it was kept",
            path.escape_debug()
        )));
    }
    Ok(path)
}

/// What a bucket's refusal means here.
pub(super) fn store_error(error: &object_store::Error) -> RegistryError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    let text: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    match error {
        object_store::Error::NotFound { .. } => RegistryError::NotFound(text),
        // A bucket that is not there comes as a failed request.
        _ if text.contains("status code: 404") => RegistryError::NotFound(text),
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => RegistryError::Denied(format!(
            "{text}; check the store's credentials in AWS_*, GOOGLE_* or AZURE_*"
        )),
        object_store::Error::UnknownConfigurationKey { .. }
        | object_store::Error::InvalidPath { .. }
        | object_store::Error::NotSupported { .. } => RegistryError::Uri(text),
        _ => RegistryError::Unavailable(text),
    }
}

/// The bucket that `url` names.
pub(super) fn bucket(url: &Url, options: &[(String, String)]) -> Result<Place, RegistryError> {
    let mut options = options.to_vec();
    // Plain HTTP where the user's own endpoint says so.
    if options
        .iter()
        .any(|(key, value)| key.contains("endpoint") && value.starts_with("http://"))
    {
        options.push(("allow_http".to_owned(), "true".to_owned()));
    }
    options.push(("connect_timeout".to_owned(), "10 seconds".to_owned()));
    // The time for a whole answer, which a large model may need.
    options.push(("timeout".to_owned(), "600 seconds".to_owned()));
    let (store, prefix) = object_store::parse_url_opts(url, options)
        .map_err(|error| RegistryError::Uri(format!("{url}: {error}")))?;
    Ok(Place::Bucket { store, prefix })
}

/// Opens and reads a small file in whole.
pub(super) async fn read_small(
    place: &Place,
    client: &Client,
    path: &str,
    most: usize,
) -> Result<Vec<u8>, RegistryError> {
    again(Repeat::Always, async || {
        let (_, mut stream) = place.open(client, path).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk?);
            if bytes.len() > most {
                return Err(RegistryError::Corrupt(format!(
                    "{path} at {} is larger than {most} bytes",
                    place.shown()
                ))
                .into());
            }
        }
        Ok(bytes)
    })
    .await
}
