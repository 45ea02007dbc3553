//! MLflow's artifact proxy: files that the tracking server reads and writes in its own store.
//!
//! Source: `mlflow/protos/mlflow_artifacts.proto`.

use super::{
    remote_file::RemoteFile,
    web::{below, join},
};
use crate::{
    package::path::{MAX_FILES, MAX_LEVELS, inside},
    registry::{client::Client, error::RegistryError, retry::Idempotent},
};
use reqwest::Url;
use serde::Deserialize;

const ARTIFACTS: &str = "/api/2.0/mlflow-artifacts/artifacts";

/// A directory behind the proxy.
#[derive(Clone, Debug)]
pub(in crate::registry) struct Proxy {
    api: Url,
    path: String,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    files: Vec<ListedFile>,
}

#[derive(Deserialize)]
struct ListedFile {
    path: String,
    #[serde(default)]
    is_dir: bool,
    file_size: Option<u64>,
}

impl Proxy {
    /// The directory `path` of the tracking server, or of `host`.
    ///
    /// # Errors
    /// `Uri` when there is no tracking server, or `host` is none.
    pub(in crate::registry) fn new(
        client: &Client,
        host: Option<&str>,
        path: &str,
    ) -> Result<Self, RegistryError> {
        let mut api = client.tracking().at(ARTIFACTS)?;
        if let Some(host) = host {
            let (host, port) = match host.rsplit_once(':') {
                Some((name, port))
                    if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    (name, port.parse().ok())
                }
                _ => (host, None),
            };
            let wrong = || {
                RegistryError::Uri(format!(
                    "{host} is no host; write mlflow-artifacts://HOST:PORT/PATH"
                ))
            };
            api.set_host(Some(host)).map_err(|_| wrong())?;
            api.set_port(port).map_err(|()| wrong())?;
        }
        let path = path.to_owned();
        Ok(Self { api, path })
    }

    /// The URL of a file, for reading and for writing.
    pub(super) fn url(&self, file: &str) -> Url {
        below(&self.api, &join(&self.path, file))
    }

    /// The path as messages name it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Every file of the directory and of those below it.
    pub(super) async fn list(&self, client: &Client) -> Result<Vec<RemoteFile>, RegistryError> {
        let path = &self.path;
        let mut files = Vec::new();
        let mut directories = vec![(String::new(), 0)];
        while let Some((directory, level)) = directories.pop() {
            let mut url = self.api.clone();
            url.query_pairs_mut()
                .append_pair("path", &join(path, &directory));
            let listing: Listing = client.json(Idempotent::Yes, || client.get(&url)).await?;
            for file in listing.files {
                let inner = join(&directory, &file.path);
                let inner = inside(&inner)?.to_owned();
                if !file.is_dir {
                    files.push(RemoteFile {
                        size: file.file_size,
                        ..RemoteFile::required(inner)
                    });
                } else if level == MAX_LEVELS {
                    return Err(RegistryError::Corrupt(format!(
                        "{path} has directories more than {MAX_LEVELS} levels deep"
                    )));
                } else {
                    directories.push((inner, level + 1));
                }
            }
            if files.len() + directories.len() > MAX_FILES {
                return Err(RegistryError::Corrupt(format!(
                    "{path} has more than {MAX_FILES} files; that is no model package"
                )));
            }
        }
        Ok(files)
    }
}
