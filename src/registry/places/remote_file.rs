//! One file of a package that lies on another machine.

use crate::registry::{error::RegistryError, http::unreachable};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use serde::{Deserialize, Serialize};

/// A file as its place lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::registry) struct RemoteFile {
    /// Relative to the package, parts separated by `/`; checked by [`inside`](crate::package::path::inside).
    pub(in crate::registry) path: String,
    /// In bytes, where the place tells it.
    pub(in crate::registry) size: Option<u64>,
    /// The entity tag, which changes with the content, where the place has one.
    pub(in crate::registry) tag: Option<String>,
    /// Whether the package is complete without it.
    pub(in crate::registry) optional: bool,
    /// Whether it is an archive to unpack beside the others.
    pub(in crate::registry) is_archive: bool,
}

impl RemoteFile {
    /// A required file of unknown size and tag.
    pub(in crate::registry) fn required(path: String) -> Self {
        Self {
            path,
            size: None,
            tag: None,
            optional: false,
            is_archive: false,
        }
    }
}

/// What a listing says about the content of a file: what is kept to see a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::registry) struct Listed {
    pub(in crate::registry) path: String,
    pub(in crate::registry) size: Option<u64>,
    pub(in crate::registry) tag: Option<String>,
}

impl From<&RemoteFile> for Listed {
    fn from(file: &RemoteFile) -> Self {
        Self {
            path: file.path.clone(),
            size: file.size,
            tag: file.tag.clone(),
        }
    }
}

/// The bytes of one file.
pub(in crate::registry) type ByteStream = BoxStream<'static, Result<Bytes, RegistryError>>;

/// The bytes of an answer; errors name its address.
pub(super) fn bytes_of(response: reqwest::Response) -> ByteStream {
    let url = response.url().clone();
    response
        .bytes_stream()
        .map_err(move |error| unreachable(&error.with_url(url.clone())))
        .boxed()
}
