//! Files on a web server, which cannot list them.

use super::{names::file_name, remote_file::RemoteFile};
use reqwest::Url;

/// Where files lie on a web server.
#[derive(Clone, Debug)]
pub(in crate::registry) enum Web {
    /// One URL per file, below a directory.
    Directory(Url),
    /// One file, whatever its URL looks like, and its name in the package.
    File { url: Url, name: String },
    /// One URL for all files: the path of each, below `prefix`, goes into the query under `key`.
    Query {
        url: Url,
        key: &'static str,
        prefix: String,
    },
}

impl Web {
    /// What `url` leads to: the file it names, or the directory of its `MLmodel`.
    pub(in crate::registry) fn new(url: &Url) -> Self {
        if let Some(name) = file_name(url.path()) {
            let url = url.clone();
            return Self::File { url, name };
        }
        let mut directory = url.clone();
        if let Some(path) = url.path().strip_suffix("/MLmodel") {
            directory.set_path(path);
        }
        Self::Directory(directory)
    }

    /// Files behind an endpoint that takes their path in the query.
    pub(in crate::registry) fn query(url: Url, key: &'static str, prefix: &str) -> Self {
        Self::Query {
            url,
            key,
            prefix: prefix.to_owned(),
        }
    }

    /// The files, if the URL names them.
    pub(super) fn list(&self) -> Option<Vec<RemoteFile>> {
        match self {
            Self::File { name, .. } => Some(vec![RemoteFile::required(name.clone())]),
            Self::Directory(_) | Self::Query { .. } => None,
        }
    }

    /// The URL of a file of the package.
    pub(super) fn url(&self, path: &str) -> Url {
        match self {
            Self::Directory(url) => below(url, path),
            Self::File { url, .. } => url.clone(),
            Self::Query { url, key, prefix } => {
                let mut url = url.clone();
                let path = join(prefix, path);
                url.query_pairs_mut().append_pair(key, &path);
                url
            }
        }
    }

    /// The URL that messages name.
    pub(in crate::registry) fn base(&self) -> &Url {
        let (Self::Directory(url) | Self::File { url, .. } | Self::Query { url, .. }) = self;
        url
    }
}

/// `url` with the parts of `path` after it, each encoded.
pub(super) fn below(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// `path` in the directory `base`, either of which may be empty.
pub(super) fn join(base: &str, path: &str) -> String {
    match (base.trim_end_matches('/'), path) {
        ("", path) => path.to_owned(),
        (base, "") => base.to_owned(),
        (base, path) => format!("{base}/{path}"),
    }
}
