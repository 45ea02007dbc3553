//! Buckets of S3, Google Cloud Storage, Azure and compatible stores.

use super::{
    names::file_name,
    remote_file::{ByteStream, RemoteFile},
};
use crate::{
    package::path::{MAX_FILES, inside},
    registry::{error::RegistryError, uri::decoded},
};
use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, path::Path};
use reqwest::Url;

/// A package in a bucket: the objects below a prefix, or one object.
pub(in crate::registry) struct Bucket {
    store: Box<dyn ObjectStore>,
    prefix: Path,
    /// The object below the prefix that is the whole package: a model file or an archive.
    only: Option<String>,
}

impl Bucket {
    /// The bucket that `url` names, with the `options` that `object_store` takes.
    ///
    /// # Errors
    /// `Uri` when an option or the URL is wrong.
    pub(in crate::registry) fn new(
        url: &Url,
        options: &[(String, String)],
    ) -> Result<Self, RegistryError> {
        let mut options = options.to_vec();
        // Plain HTTP is allowed if the user's own endpoint has it.
        if options
            .iter()
            .any(|(key, value)| key.contains("endpoint") && value.starts_with("http://"))
        {
            options.push(("allow_http".to_owned(), "true".to_owned()));
        }
        options.push(("connect_timeout".to_owned(), "10 seconds".to_owned()));
        // The limit is for a whole answer, and a large model may need that long.
        options.push(("timeout".to_owned(), "600 seconds".to_owned()));
        let (store, path) = object_store::parse_url_opts(url, options)
            .map_err(|error| RegistryError::Uri(format!("{url}: {error}")))?;
        let only = file_name(url.path());
        let mut parts: Vec<_> = path.parts().collect();
        if only.is_some() {
            parts.pop();
        }
        Ok(Self {
            store,
            prefix: parts.into_iter().collect(),
            only,
        })
    }

    /// The prefix as messages name it.
    pub(super) fn prefix(&self) -> &Path {
        &self.prefix
    }

    fn at(&self, file: &str) -> Path {
        file.split('/').fold(self.prefix.clone(), Path::join)
    }

    /// The objects of the package, in order, each with its entity tag.
    pub(super) async fn list(&self) -> Result<Vec<RemoteFile>, RegistryError> {
        if let Some(only) = &self.only {
            let object = self.store.head(&self.at(only)).await;
            let object = object.map_err(|error| store_error(&error))?;
            return Ok(vec![remote_file(inside(only)?, object)]);
        }
        let mut found = self.store.list(Some(&self.prefix));
        let mut files = Vec::new();
        while let Some(object) = found.next().await {
            let object = match object {
                Ok(object) => object,
                Err(error) => return Err(self.listing_error(&error).await),
            };
            let Some(parts) = object.location.prefix_match(&self.prefix) else {
                continue;
            };
            let path: Vec<_> = parts.map(|part| part.as_ref().to_owned()).collect();
            // Some tools make an object for the directory itself.
            if path.is_empty() {
                continue;
            }
            files.push(remote_file(inside(&decoded(&path.join("/")))?, object));
            if files.len() > MAX_FILES {
                return Err(RegistryError::Corrupt(format!(
                    "{} has more than {MAX_FILES} objects; that is no model package",
                    self.prefix
                )));
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// A listing of a bucket that does not exist fails without a kind of error. A request for one object gives the kind.
    async fn listing_error(&self, error: &object_store::Error) -> RegistryError {
        let listing = store_error(error);
        match (&listing, self.store.head(&self.at("MLmodel")).await) {
            (RegistryError::Unavailable(text), Err(object_store::Error::NotFound { .. })) => {
                RegistryError::NotFound(text.clone())
            }
            _ => listing,
        }
    }

    /// Opens one object: its size and its bytes.
    pub(super) async fn open(&self, file: &str) -> Result<(u64, ByteStream), RegistryError> {
        let found = self.store.get(&self.at(file)).await;
        let found = found.map_err(|error| store_error(&error))?;
        let size = found.meta.size;
        let bytes = found.into_stream().map_err(|error| store_error(&error));
        Ok((size, bytes.boxed()))
    }

    /// Writes one object.
    pub(super) async fn put(&self, file: &str, bytes: Vec<u8>) -> Result<(), RegistryError> {
        let put = self
            .store
            .put(&self.at(file), PutPayload::from(bytes))
            .await;
        put.map(|_| ()).map_err(|error| store_error(&error))
    }
}

fn remote_file(path: &str, object: ObjectMeta) -> RemoteFile {
    RemoteFile {
        size: Some(object.size),
        tag: object.e_tag,
        ..RemoteFile::required(path.to_owned())
    }
}

/// Turns a bucket's error into ours.
fn store_error(error: &object_store::Error) -> RegistryError {
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
