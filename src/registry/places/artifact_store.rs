//! Where the files of a package lie on another machine, and how to list, open and write them there.

use super::{
    bucket::Bucket,
    proxy::Proxy,
    remote_file::{ByteStream, RemoteFile},
    web::Web,
};
use crate::registry::{
    client::{Client, unreachable},
    error::RegistryError,
    redact::redact,
    retry::{Failed, Idempotent, retry},
};
use futures_util::{StreamExt, TryStreamExt};
use reqwest::Url;
use std::{fs, path::PathBuf};

/// Where files lie: behind MLflow, in a bucket, or on a web server.
pub(in crate::registry) enum ArtifactStore {
    Proxy(Proxy),
    Bucket(Bucket),
    Web(Web),
}

/// The content of a file to write.
pub(in crate::registry) enum Content {
    Text(String),
    File(PathBuf),
}

impl ArtifactStore {
    /// The files of the package; `None` where the place cannot tell.
    ///
    /// # Errors
    /// `NotFound` where there are none.
    pub(in crate::registry) async fn list(
        &self,
        client: &Client,
    ) -> Result<Option<Vec<RemoteFile>>, RegistryError> {
        let files = match self {
            Self::Proxy(proxy) => proxy.list(client).await?,
            Self::Bucket(bucket) => bucket.list().await?,
            Self::Web(web) => return Ok(web.list()),
        };
        if files.is_empty() {
            return Err(RegistryError::NotFound(format!(
                "there are no files at {}",
                self.describe()
            )));
        }
        Ok(Some(files))
    }

    /// Opens one file: its size, where the store tells it, and its bytes.
    pub(in crate::registry) async fn open(
        &self,
        client: &Client,
        file: &str,
    ) -> Result<(Option<u64>, ByteStream), Failed> {
        let url = match self {
            Self::Bucket(bucket) => {
                let (size, bytes) = bucket.open(file).await?;
                return Ok((Some(size), bytes));
            }
            Self::Proxy(proxy) => proxy.url(file),
            Self::Web(web) => web.url(file),
        };
        let response = client.send(client.get(&url)).await?;
        Ok((response.content_length(), bytes_of(response)))
    }

    /// Opens and reads a small file in whole, with retries.
    ///
    /// # Errors
    /// `Corrupt` when it is larger than `max` bytes.
    pub(in crate::registry) async fn read_small(
        &self,
        client: &Client,
        file: &str,
        max: usize,
    ) -> Result<Vec<u8>, RegistryError> {
        let read = retry(Idempotent::Yes, async || {
            let (_, mut stream) = self.open(client, file).await?;
            let mut bytes = Vec::new();
            while let Some(chunk) = stream.next().await {
                bytes.extend_from_slice(&chunk?);
                if bytes.len() > max {
                    return Err(RegistryError::Corrupt(format!(
                        "{file} at {} is larger than {max} bytes",
                        self.describe()
                    ))
                    .into());
                }
            }
            Ok(bytes)
        });
        Ok(read.await?)
    }

    /// Writes one file, with retries.
    ///
    /// # Errors
    /// `Uri` at a place that cannot be written.
    pub(in crate::registry) async fn put(
        &self,
        client: &Client,
        file: &str,
        content: &Content,
    ) -> Result<(), RegistryError> {
        let put = retry(Idempotent::Yes, async || {
            match self {
                Self::Bucket(bucket) => bucket.put(file, content.bytes()?).await?,
                Self::Proxy(proxy) => {
                    let url: Url = proxy.url(file);
                    client.send(client.put(&url, content.body().await?)).await?;
                }
                Self::Web(_) => {
                    return Err(RegistryError::Uri(format!(
                        "{} cannot be written",
                        self.describe()
                    ))
                    .into());
                }
            }
            Ok(())
        });
        Ok(put.await?)
    }

    /// The place as messages name it.
    pub(in crate::registry) fn describe(&self) -> String {
        match self {
            Self::Proxy(proxy) => format!("mlflow-artifacts:/{}", proxy.path()),
            Self::Bucket(bucket) => format!("{} in the bucket", bucket.prefix()),
            Self::Web(web) => redact(web.base().as_str()),
        }
    }
}

/// The bytes of an answer; errors name its address.
fn bytes_of(response: reqwest::Response) -> ByteStream {
    let url = response.url().clone();
    response
        .bytes_stream()
        .map_err(move |error| unreachable(&error.with_url(url.clone())))
        .boxed()
}

impl Content {
    fn bytes(&self) -> Result<Vec<u8>, RegistryError> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::File(path) => {
                fs::read(path).map_err(|error| RegistryError::unreadable(path, &error))
            }
        }
    }

    /// The file is streamed, so that a large model never has to fit into memory.
    async fn body(&self) -> Result<reqwest::Body, RegistryError> {
        match self {
            Self::Text(text) => Ok(text.clone().into()),
            Self::File(path) => Ok(tokio::fs::File::open(path)
                .await
                .map_err(|error| RegistryError::unreadable(path, &error))?
                .into()),
        }
    }
}
