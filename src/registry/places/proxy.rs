//! MLflow's artifact proxy: files that the tracking server reads and writes in its own store.
//!
//! Source: `mlflow/protos/mlflow_artifacts.proto`.

use super::{
    names::{below, join},
    remote_file::RemoteFile,
    signed,
    tree::{self, Entry, Level},
};
use crate::registry::{
    client::Client,
    error::RegistryError,
    retry::{Failed, Idempotent},
};
use reqwest::{Response, Url};
use std::sync::atomic::AtomicBool;

const ARTIFACTS: &str = "/api/2.0/mlflow-artifacts/artifacts";
/// Answers a signed address of the store for a file.
const SIGNING: &str = "/api/2.0/mlflow-artifacts/presigned";

/// A directory behind the proxy.
#[derive(Debug)]
pub(in crate::registry) struct Proxy {
    api: Url,
    path: String,
    /// Whether the server has signed addresses for files that it did not send.
    signs: AtomicBool,
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
        Ok(Self {
            api,
            path,
            signs: AtomicBool::default(),
        })
    }

    /// The URL of a file, for reading and for writing.
    pub(super) fn url(&self, file: &str) -> Url {
        below(&self.api, &join(&self.path, file))
    }

    /// Another address of the same server: `path` of its API.
    pub(super) fn sibling(&self, path: &str) -> Option<Url> {
        let mut url = self.api.clone();
        let root = url.path().strip_suffix(ARTIFACTS)?.to_owned();
        url.set_path(&format!("{root}{path}"));
        Some(url)
    }

    /// Opens a file.
    pub(super) async fn open(&self, client: &Client, file: &str) -> Result<Response, Failed> {
        let url = self.url(file);
        let opened = match self.sibling(SIGNING) {
            Some(signing) => {
                let signing = below(&signing, &join(&self.path, file));
                signed::open(client, &url, &signing, &self.signs).await
            }
            None => client.file(&url).await,
        };
        opened.map_err(|failed| Failed {
            error: self.explained(client, failed.error),
            ..failed
        })
    }

    /// The error with what may be its cause: a second server that asks for credentials.
    fn explained(&self, client: &Client, error: RegistryError) -> RegistryError {
        match error {
            error @ RegistryError::Denied(_) if !client.has_credentials_for(&self.api) => {
                error.and(&format!(
                    ". They are sent to {} only, and to the server at which its default experiment keeps artifacts; name another one in the model URI: mlflow-artifacts://HOST:PORT/PATH",
                    client.tracking().name()
                ))
            }
            error => error,
        }
    }

    /// The address of the server's artifacts.
    pub(super) fn api(&self) -> &Url {
        &self.api
    }

    /// The path as messages name it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Every file of the directory and of those below it.
    pub(super) async fn list(&self, client: &Client) -> Result<Vec<RemoteFile>, RegistryError> {
        let path = &self.path;
        let level = async |directory: &str| {
            let mut url = self.api.clone();
            url.query_pairs_mut()
                .append_pair("path", &join(path, directory));
            let listed: Level = client.json(Idempotent::Yes, || client.get(&url)).await?;
            let below = |entry: Entry| Entry {
                path: join(directory, &entry.path),
                ..entry
            };
            Ok(listed.files.into_iter().map(below).collect())
        };
        let listed = tree::files(format!("mlflow-artifacts:/{path}"), level).await;
        listed.map_err(|error| self.explained(client, error))
    }
}
