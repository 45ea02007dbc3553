//! Buckets of S3, Google Cloud Storage, Azure and compatible stores.

use super::{
    listing::Listing,
    names::{file_name, join},
    remote_file::{ByteStream, RemoteFile},
    store,
};
use crate::{
    package::path::inside,
    registry::{access::Access, error::RegistryError, retry::Failed},
    secret::{redact, redact_text},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, WriteMultipart, path::Path};
use reqwest::Url;
use std::sync::Arc;

/// The bytes of a part of an upload, of which S3 asks for 5 MiB at least.
const PART: u64 = 8 << 20;
/// No store takes more parts of one object than this.
const MAX_PARTS: u64 = 10_000;
/// How many parts are on their way at a time.
const PARALLEL: usize = 2;

/// A package in a bucket: the objects below a prefix, or one object.
///
/// Keys are taken as they are. `object_store` encodes the names that it is given part by part, which would be other keys than those of
/// the cloud's own tools.
pub(in crate::registry) struct Bucket {
    /// What is waited for where it does not answer.
    place: String,
    store: Arc<dyn ObjectStore>,
    /// The key of the directory, without a slash at its end; empty for the whole bucket.
    prefix: String,
    /// The object below the prefix that is the whole package: a model file or an archive.
    only: Option<String>,
}

impl Bucket {
    /// The bucket that `url` names.
    ///
    /// # Errors
    /// `Uri` when a variable or the URL is wrong.
    pub(in crate::registry) fn new(url: &Url, access: &Access) -> Result<Self, RegistryError> {
        let (store, path) = store::open(url, access)?;
        let key = path.as_ref();
        let (prefix, only) = match file_name(url.path()).and(key.rsplit_once('/')) {
            Some((prefix, only)) => (prefix, Some(only)),
            None if file_name(url.path()).is_some() => ("", Some(key)),
            None => (key, None),
        };
        Ok(Self {
            place: place(url, access),
            prefix: prefix.to_owned(),
            only: only.map(str::to_owned),
            store: store.into(),
        })
    }

    /// The prefix as messages name it.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What is waited for where it does not answer.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The key of a file of the package.
    fn at(&self, file: &str) -> Result<Path, RegistryError> {
        Path::parse(join(&self.prefix, file))
            .map_err(|error| RegistryError::Uri(format!("{file:?} can be no key: {error}")))
    }

    /// The objects of the package, in order, each with its entity tag; nothing where a listing is not possible.
    pub(super) async fn list(&self) -> Result<Option<Vec<RemoteFile>>, RegistryError> {
        if let Some(only) = &self.only {
            let object = self.store.head(&self.at(only)?).await;
            let object = object.map_err(|error| store_error(&error))?;
            return Ok(Some(vec![remote_file(inside(only)?, object)]));
        }
        let prefix = self.at("")?;
        let mut found = self.store.list(Some(&prefix));
        let mut listing = Listing::of(self.prefix.clone());
        while let Some(object) = found.next().await {
            let object = match object {
                Ok(object) => object,
                // `object_store` reads no page that has such a key.
                Err(error @ object_store::Error::InvalidPath { .. }) => {
                    tracing::warn!(%error, "the objects below {} cannot be listed; those that the MLmodel names are taken", self.prefix);
                    return Ok(None);
                }
                Err(error) => return Err(self.listing_error(&error).await),
            };
            let key = object.location.as_ref().to_owned();
            let below = key.strip_prefix(&self.prefix).unwrap_or_default();
            let path = below.strip_prefix('/').unwrap_or(below);
            // Some tools make an object for the directory itself.
            if !path.is_empty() {
                listing.add(remote_file(path, object))?;
            }
        }
        Ok(Some(listing.finish()))
    }

    /// A listing of a bucket that is closed or not there fails without a kind of error. A request for one object gives the kind.
    async fn listing_error(&self, error: &object_store::Error) -> RegistryError {
        let listing = store_error(error);
        let (RegistryError::Unavailable(text), Ok(key)) = (&listing, self.at("MLmodel")) else {
            return listing;
        };
        match self.store.head(&key).await {
            Err(object_store::Error::NotFound { .. }) => RegistryError::NotFound(text.clone()),
            Err(
                object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. },
            ) => denied(text),
            _ => listing,
        }
    }

    /// Opens one object: its size and its bytes.
    pub(super) async fn open(&self, file: &str) -> Result<(u64, ByteStream), RegistryError> {
        let found = self.store.get(&self.at(file)?).await;
        let found = found.map_err(|error| store_error(&error))?;
        let size = found.meta.size;
        let bytes = found.into_stream().map_err(|error| store_error(&error));
        Ok((size, bytes.boxed()))
    }

    /// Writes one object of `size` bytes, of which `part` gives as many from a place on as it is told. A few parts are in memory at a time,
    /// and those of an upload that fails are removed.
    pub(super) async fn put(
        &self,
        file: &str,
        size: u64,
        part: impl AsyncFn(u64, u64) -> Result<Bytes, RegistryError>,
    ) -> Result<(), Failed> {
        let key = self.at(file)?;
        if size <= PART {
            let put = self.store.put(&key, part(0, size).await?.into()).await;
            return put.map(|_| ()).map_err(|error| put_error(&error));
        }
        let length = PART.max(size.div_ceil(MAX_PARTS));
        let upload = self.store.put_multipart(&key).await;
        let upload = upload.map_err(|error| put_error(&error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, length as usize);
        let mut start = 0;
        while start < size {
            let next = match upload.wait_for_capacity(PARALLEL).await {
                Ok(()) => part(start, length.min(size - start))
                    .await
                    .map_err(Failed::from),
                Err(error) => Err(put_error(&error)),
            };
            match next {
                Ok(bytes) => upload.put(bytes),
                Err(error) => {
                    // The first failure is the one to report.
                    let _ = upload.abort().await;
                    return Err(error);
                }
            }
            start += length;
        }
        let done = upload.finish().await;
        done.map(|_| ()).map_err(|error| put_error(&error))
    }
}

/// The variables that have keys, by a part of their names.
const KEYS: [&str; 9] = [
    "ACCESS_KEY",
    "ACCOUNT_KEY",
    "APPLICATION_CREDENTIALS",
    "CLIENT_SECRET",
    "CONNECTION_STRING",
    "EMULATOR",
    "SAS_",
    "SERVICE_ACCOUNT",
    "SKIP_SIGNATURE",
];

/// What is waited for at `url`. Without keys it may be another machine than the store's.
fn place(url: &Url, access: &Access) -> String {
    let place = redact(url.as_str());
    let is_key = |name: &str| KEYS.iter().any(|key| name.contains(key));
    if access.variables.names().any(is_key) {
        return place;
    }
    format!(
        "{place}, or the service that hands out credentials, which is asked where no keys are set,"
    )
}

fn remote_file(path: &str, object: ObjectMeta) -> RemoteFile {
    RemoteFile {
        size: Some(object.size),
        tag: object.e_tag,
        // The key of a mark for an empty directory ends with a slash, which `object_store` takes off, so that it is not found.
        optional: object.size == 0,
        ..RemoteFile::required(path.to_owned())
    }
}

fn denied(text: &str) -> RegistryError {
    RegistryError::Denied(format!(
        "{text}; check the store's credentials in AWS_*, GOOGLE_* or AZURE_*"
    ))
}

/// What became of an upload. A store that takes bytes and is silent then was waited for long enough.
fn put_error(error: &object_store::Error) -> Failed {
    let mut causes =
        std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| {
            e.source()
        });
    let timed_out = |cause: &(dyn std::error::Error + 'static)| {
        let error = cause.downcast_ref::<reqwest::Error>();
        error.is_some_and(reqwest::Error::is_timeout)
    };
    Failed {
        was_long: causes.any(timed_out),
        ..store_error(error).into()
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
    let text = redact_text(&text);
    match error {
        object_store::Error::NotFound { .. } => RegistryError::NotFound(text),
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => denied(&text),
        object_store::Error::UnknownConfigurationKey { .. }
        | object_store::Error::InvalidPath { .. }
        | object_store::Error::NotSupported { .. } => RegistryError::Uri(text),
        _ => RegistryError::Unavailable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    fn bucket(prefix: &str) -> (Arc<InMemory>, Bucket) {
        let store = Arc::new(InMemory::new());
        let bucket = Bucket {
            place: String::new(),
            store: store.clone(),
            prefix: prefix.to_owned(),
            only: None,
        };
        (store, bucket)
    }

    const NAMES: [&str; 8] = [
        "MLmodel",
        "a b+c.txt",
        "code/100%25.txt",
        "code/12:30",
        "code/50%.txt",
        "it's \"quoted\" & [more] {~^`#?*<|>}.txt",
        "modèle.onnx",
        "ü/日本.py",
    ];

    #[tokio::test]
    async fn a_file_is_written_under_its_own_name() {
        let (store, bucket) = bucket("team ä/100%");
        for name in NAMES {
            let part = async |_, _| Ok(Bytes::from(name));
            let put = bucket.put(name, name.len() as u64, part);
            put.await.expect(name);
        }
        let keys = store
            .list(None)
            .map_ok(|object| object.location.to_string());
        let mut keys: Vec<String> = keys.try_collect().await.expect("listed");
        keys.sort_unstable();
        assert_eq!(keys, NAMES.map(|name| format!("team ä/100%/{name}")));
    }

    #[tokio::test]
    async fn a_large_file_is_written_in_parts() {
        let (_, bucket) = bucket("models");
        let content: Vec<u8> = (0..PART * 2 + 5).map(|i| (i % 251) as u8).collect();
        let part = async |start, length| {
            assert!(length <= PART);
            let (start, length) = (start as usize, length as usize);
            Ok(Bytes::copy_from_slice(&content[start..start + length]))
        };
        let put = bucket.put("large.bin", content.len() as u64, part);
        put.await.expect("written");
        let (_, bytes) = bucket.open("large.bin").await.expect("opened");
        let bytes: Vec<Bytes> = bytes.try_collect().await.expect("read");
        assert!(bytes.concat() == content);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_to_its_end_is_not_there() {
        let (store, bucket) = bucket("models");
        let part = async |start, length| match start {
            0 => Ok(Bytes::from(vec![0; length as usize])),
            _ => Err(RegistryError::Disk("gone".into())),
        };
        let put = bucket.put("large.bin", PART * 3, part);
        let failed = put.await.expect_err("shorter");
        assert!(matches!(failed.error, RegistryError::Disk(_)));
        let found: Vec<_> = store.list(None).try_collect().await.expect("listed");
        assert_eq!(found, []);
    }

    #[tokio::test]
    async fn an_object_is_read_by_the_key_that_was_listed() {
        let (store, bucket) = bucket("team ä");
        for name in NAMES {
            let key = Path::parse(format!("team ä/{name}")).expect(name);
            store.put(&key, name.into()).await.expect(name);
        }
        let listed = bucket.list().await.expect("listed").expect("a listing");
        let listed: Vec<&str> = listed.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(listed, NAMES);
        for name in NAMES {
            let (size, bytes) = bucket.open(name).await.expect(name);
            let bytes: Vec<Bytes> = bytes.try_collect().await.expect(name);
            assert_eq!((size, bytes.concat()), (name.len() as u64, name.into()));
        }
    }

    #[tokio::test]
    async fn one_object_may_be_all() {
        for (uri, prefix, only) in [
            ("s3://b/iris.onnx", "", Some("iris.onnx")),
            ("s3://b/a/my%20iris.zip", "a", Some("my iris.zip")),
            ("s3://b/a/iris", "a/iris", None),
            ("s3://b", "", None),
            ("s3://b/100%2525/", "100%25", None),
        ] {
            let url = Url::parse(uri).expect(uri);
            let bucket = Bucket::new(&url, &Access::default()).expect(uri);
            assert_eq!(
                (bucket.prefix.as_str(), bucket.only.as_deref()),
                (prefix, only),
                "{uri}"
            );
        }
    }
}
