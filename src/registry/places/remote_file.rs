//! One file of a package that lies on another machine.

use crate::registry::error::RegistryError;
use bytes::Bytes;
use futures_util::stream::BoxStream;

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
}

impl RemoteFile {
    /// A required file of unknown size and tag.
    pub(in crate::registry) fn required(path: String) -> Self {
        Self {
            path,
            size: None,
            tag: None,
            optional: false,
        }
    }
}

/// The bytes of one file.
pub(in crate::registry) type ByteStream = BoxStream<'static, Result<Bytes, RegistryError>>;
