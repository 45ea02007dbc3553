//! Files on a web server, which cannot list them, and those that MLflow hands out one by one, which it may list.

use super::{
    lists::Lists,
    names::{below, file_name, join},
    remote_file::RemoteFile,
    signed,
};
use crate::registry::{client::Client, error::RegistryError, retry::Failed};
use reqwest::{Response, Url};
use std::sync::{Arc, atomic::AtomicBool};

/// Where files lie on a web server.
#[derive(Clone, Debug)]
pub(in crate::registry) enum Web {
    /// One URL per file, below a directory.
    Directory(Url),
    /// One file, whatever its URL looks like, and its name in the package.
    File { url: Url, name: String },
    /// One URL of MLflow's for all files: the path of each, below `prefix`, goes into the query under `key`.
    Query {
        url: Url,
        key: &'static str,
        prefix: String,
        lists: Option<Box<Lists>>,
        /// Whether the server has signed addresses for files that it did not send.
        signs: Arc<AtomicBool>,
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
    pub(in crate::registry) fn query(
        url: Url,
        key: &'static str,
        prefix: &str,
        lists: Option<Lists>,
    ) -> Self {
        Self::Query {
            url,
            key,
            prefix: prefix.to_owned(),
            lists: lists.map(Box::new),
            signs: Arc::default(),
        }
    }

    /// The files, if the URL names them or something lists them.
    pub(super) async fn list(
        &self,
        client: &Client,
    ) -> Result<Option<Vec<RemoteFile>>, RegistryError> {
        match self {
            Self::File { name, .. } => Ok(Some(vec![RemoteFile::required(name.clone())])),
            Self::Directory(_) | Self::Query { lists: None, .. } => Ok(None),
            Self::Query {
                lists: Some(lists), ..
            } => match lists.files(client).await {
                // An older server, or one that does not show everything to everyone.
                Err(RegistryError::NotFound(_) | RegistryError::Denied(_)) => Ok(None),
                files => files,
            },
        }
    }

    /// The URL of a file of the package.
    fn url(&self, path: &str) -> Url {
        match self {
            Self::Directory(url) => below(url, path),
            Self::File { url, .. } => url.clone(),
            Self::Query {
                url, key, prefix, ..
            } => {
                let mut url = url.clone();
                let path = join(prefix, path);
                url.query_pairs_mut().append_pair(key, &path);
                url
            }
        }
    }

    /// Opens a file of the package.
    pub(super) async fn open(&self, client: &Client, path: &str) -> Result<Response, Failed> {
        let url = self.url(path);
        let Self::Query { signs, .. } = self else {
            return client.send(client.get(&url)).await;
        };
        let mut signing = url.clone();
        signing.query_pairs_mut().append_pair("presigned", "true");
        signed::open(client, &url, &signing, signs).await
    }

    /// The URL that messages name.
    pub(in crate::registry) fn base(&self) -> &Url {
        let (Self::Directory(url) | Self::File { url, .. } | Self::Query { url, .. }) = self;
        url
    }
}
