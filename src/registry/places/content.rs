//! What is written to a place: its bytes, and what they are known by before they are sent.

use super::remote_file::ByteStream;
use crate::registry::error::RegistryError;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};
use tokio::io::AsyncReadExt;

/// How much of a file is in memory at a time.
const PIECE: usize = 256 << 10;

/// The content of a file to write, with its size and its SHA-256.
#[derive(Clone, Debug)]
pub(in crate::registry) struct Content {
    source: Source,
    size: u64,
    sha256: [u8; 32],
}

#[derive(Clone, Debug)]
enum Source {
    Text(Bytes),
    File(PathBuf),
}

impl Content {
    pub(in crate::registry) fn text(text: String) -> Self {
        Self {
            size: text.len() as u64,
            sha256: Sha256::digest(&text).into(),
            source: Source::Text(text.into()),
        }
    }

    /// The file at `path`, which is read once to know it.
    ///
    /// # Errors
    /// `Disk` when it cannot be read.
    pub(in crate::registry) fn file(path: PathBuf) -> Result<Self, RegistryError> {
        let known = size_and_digest(&path);
        let (size, sha256) = known.map_err(|error| RegistryError::unreadable(&path, &error))?;
        Ok(Self {
            source: Source::File(path),
            size,
            sha256,
        })
    }

    /// In bytes.
    pub(in crate::registry) fn size(&self) -> u64 {
        self.size
    }

    pub(in crate::registry) fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Whether the file is no longer the one that was read at first.
    pub(in crate::registry) fn has_changed(&self) -> bool {
        match &self.source {
            Source::Text(_) => false,
            Source::File(path) => {
                !matches!(size_and_digest(path), Ok(known) if known == (self.size, self.sha256))
            }
        }
    }

    /// `length` bytes from `start` on.
    pub(super) async fn read(&self, start: u64, length: u64) -> Result<Bytes, RegistryError> {
        let mut pieces = self.part(start, length).await?;
        let mut bytes = BytesMut::with_capacity(length as usize);
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes.freeze())
    }

    /// The bytes piece by piece, so that a large model never has to fit into memory: exactly as many as [`size`](Self::size) tells.
    pub(super) async fn stream(&self) -> Result<ByteStream, RegistryError> {
        self.part(0, self.size).await
    }

    /// `length` bytes from `start` on, piece by piece.
    pub(super) async fn part(&self, start: u64, length: u64) -> Result<ByteStream, RegistryError> {
        let path = match &self.source {
            Source::Text(text) => {
                let part = text.slice(start as usize..(start + length) as usize);
                return Ok(stream::iter([Ok(part)]).boxed());
            }
            Source::File(path) => path.clone(),
        };
        let unreadable = |error: io::Error| RegistryError::unreadable(&path, &error);
        let mut file = tokio::fs::File::open(&path).await.map_err(unreadable)?;
        tokio::io::AsyncSeekExt::seek(&mut file, io::SeekFrom::Start(start))
            .await
            .map_err(unreadable)?;
        let pieces = stream::try_unfold((file, length), move |(mut file, left)| {
            let path = path.clone();
            async move {
                if left == 0 {
                    return Ok(None);
                }
                let mut piece = vec![0; PIECE.min(left as usize)];
                match file.read(&mut piece).await {
                    Ok(0) => Err(changed(&path)),
                    Ok(n) => {
                        piece.truncate(n);
                        Ok(Some((Bytes::from(piece), (file, left - n as u64))))
                    }
                    Err(error) => Err(RegistryError::unreadable(&path, &error)),
                }
            }
        });
        Ok(pieces.boxed())
    }
}

/// The error for a file that became another one while it was being sent.
fn changed(path: &Path) -> RegistryError {
    RegistryError::Disk(format!(
        "{} became shorter while it was uploaded",
        path.display()
    ))
}

fn size_and_digest(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut file = fs::File::open(path)?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let n = file.read(&mut piece)?;
        if n == 0 {
            return Ok((size, digest.finalize().into()));
        }
        digest.update(&piece[..n]);
        size += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    async fn read(content: &Content) -> Result<Vec<u8>, RegistryError> {
        let pieces: Vec<Bytes> = content.stream().await?.try_collect().await?;
        Ok(pieces.concat())
    }

    #[tokio::test]
    async fn a_file_is_sent_as_it_was_known() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("model.pkl");
        let bytes: Vec<u8> = (0..PIECE * 2 + 7).map(|i| i as u8).collect();
        fs::write(&path, &bytes).expect("written");
        let content = Content::file(path.clone()).expect("read");
        assert_eq!(content.size(), bytes.len() as u64);
        assert_eq!(content.sha256(), <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(read(&content).await.expect("streamed"), bytes);
        let part = content.read(5, 9).await.expect("read");
        assert_eq!(part, bytes[5..14]);
        assert!(!content.has_changed());
    }

    #[tokio::test]
    async fn a_file_that_changes_meanwhile_is_noticed() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("model.pkl");
        fs::write(&path, b"12345").expect("written");
        let content = Content::file(path.clone()).expect("read");
        fs::write(&path, b"1234567").expect("written");
        assert_eq!(read(&content).await.expect("streamed"), b"12345");
        assert!(content.has_changed());
        fs::write(&path, b"123").expect("written");
        let error = read(&content).await.expect_err("shorter").to_string();
        assert!(error.contains("became shorter"), "{error}");
    }
}
