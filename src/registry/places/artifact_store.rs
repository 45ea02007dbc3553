//! Where the files of a package lie on another machine, and how to list, open and write them there.

use super::{
    bucket::Bucket,
    content::Content,
    oci,
    proxy::Proxy,
    remote_file::{ByteStream, RemoteFile, bytes_of},
    sending,
    web::Web,
};
use crate::{
    progress::Progress,
    registry::{
        client::Client,
        error::RegistryError,
        retry::{Failed, Idempotent, retry},
        waiting,
    },
    secret::redact,
};
use bytes::Bytes;
use futures_util::StreamExt;
use std::{cell::Cell, sync::Arc};

/// Where files lie: behind MLflow, in a bucket, on a web server, or in an OCI registry.
pub(in crate::registry) enum ArtifactStore {
    Proxy(Proxy),
    Bucket(Bucket),
    Web(Web),
    Oci(oci::Artifact),
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
            Self::Proxy(proxy) => Some(proxy.list(client).await?),
            Self::Bucket(bucket) => waiting::answer(bucket.place(), bucket.list()).await?,
            Self::Web(web) => web.list(client).await?,
            Self::Oci(artifact) => Some(artifact.list()),
        };
        if files.as_ref().is_some_and(Vec::is_empty) {
            return Err(RegistryError::NotFound(format!(
                "there are no files at {}",
                self.describe()
            )));
        }
        Ok(files)
    }

    /// Opens one file: its size, where the store tells it, and its bytes.
    pub(in crate::registry) async fn open(
        &self,
        client: &Client,
        file: &str,
    ) -> Result<(Option<u64>, ByteStream), Failed> {
        let response = match self {
            Self::Bucket(bucket) => {
                let opened = waiting::wait(bucket.place(), bucket.open(file));
                let (size, bytes) = opened.await?;
                return Ok((Some(size), bytes));
            }
            Self::Oci(artifact) => {
                let (size, bytes) = artifact.open(client, file).await?;
                return Ok((Some(size), bytes));
            }
            Self::Proxy(proxy) => proxy.open(client, file).await?,
            Self::Web(web) => web.open(client, file).await?,
        };
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
            while let Some(chunk) = next(&mut stream, file).await? {
                bytes.extend_from_slice(&chunk);
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

    /// Whether files go to addresses that the server signs, and not to itself.
    pub(in crate::registry) async fn wants_signed(&self, client: &Client) -> bool {
        match self {
            Self::Proxy(proxy) => proxy.is_presigned_only(client).await,
            Self::Bucket(_) | Self::Web(_) | Self::Oci(_) => false,
        }
    }

    /// Writes one file, with retries; `signed` as [`wants_signed`](Self::wants_signed) says.
    ///
    /// # Errors
    /// `Uri` at a place that cannot be written.
    pub(in crate::registry) async fn put(
        &self,
        client: &Client,
        file: &str,
        content: &Content,
        progress: &Arc<Progress>,
        signed: bool,
    ) -> Result<(), RegistryError> {
        let put = retry(Idempotent::Yes, async || {
            match self {
                Self::Bucket(bucket) => {
                    let read = Cell::new(0);
                    let part = async |start, length| {
                        let part = content.read(start, length).await?;
                        read.set(read.get() + length);
                        progress.advance(length);
                        Ok(part)
                    };
                    let put = bucket.put(file, content.size(), part).await;
                    put.inspect_err(|_| progress.rewind(read.get()))?;
                }
                Self::Proxy(proxy) if signed => {
                    proxy.put_presigned(client, file, content, progress).await?;
                }
                Self::Proxy(proxy) => {
                    sending::send(client, &proxy.url(file), content, progress).await?;
                }
                Self::Web(_) | Self::Oci(_) => {
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
            Self::Oci(artifact) => artifact.describe(),
        }
    }
}

/// The next bytes of `file`; nothing at its end.
///
/// # Errors
/// That of the stream, and `Unavailable` when it pauses for too long.
async fn next(stream: &mut ByteStream, file: &str) -> Result<Option<Bytes>, RegistryError> {
    let next = async { stream.next().await.transpose() };
    let chunk = waiting::wait(file, next).await?;
    waiting::came(chunk.as_ref().map_or(0, |chunk| chunk.len() as u64));
    Ok(chunk)
}

/// Hands the pieces of `file` to `take` until it ends, or until more than `most` bytes have come: what is longer than it should be may have
/// no end. Gives the number of bytes that came, by which `progress` has moved.
///
/// # Errors
/// Those of [`next`], after which `progress` is where it was, and those of `take`.
pub(in crate::registry) async fn each_piece(
    stream: &mut ByteStream,
    file: &str,
    most: u64,
    progress: &Progress,
    mut take: impl AsyncFnMut(&[u8]) -> Result<(), RegistryError>,
) -> Result<u64, RegistryError> {
    let mut size = 0;
    while size <= most {
        let piece = next(stream, file).await;
        let Some(piece) = piece.inspect_err(|_| progress.rewind(size))? else {
            break;
        };
        take(&piece).await?;
        size += piece.len() as u64;
        progress.advance(piece.len() as u64);
    }
    Ok(size)
}
