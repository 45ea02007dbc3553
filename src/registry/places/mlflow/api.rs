//! Requests to MLflow's REST API.
//!
//! Source: `mlflow/protos/{model_registry,service}.proto`, versions 2 and 3.

use crate::registry::{
    client::Client, error::RegistryError, places::proxy::Proxy, retry::Idempotent,
    tracking::TrackingServer,
};
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

const API: &str = "/api/2.0/mlflow";

/// MLflow's registry and the client that talks to it.
#[derive(Clone, Copy)]
pub(in crate::registry) struct Mlflow<'a>(&'a Client);

impl<'a> Mlflow<'a> {
    pub(in crate::registry) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    pub(super) fn client(self) -> &'a Client {
        self.0
    }

    /// The server of the registered models, as messages name it.
    pub(in crate::registry) fn server(self) -> String {
        self.0.registry().name()
    }

    /// The server of runs and logged models, as messages name it.
    pub(super) fn tracking(self) -> String {
        self.0.tracking().name()
    }

    pub(super) fn has_credentials_for(self, proxy: &Proxy) -> bool {
        self.0.has_credentials_for(proxy.api())
    }

    pub(super) fn share_credentials(self, proxy: &Proxy) {
        self.0.share_credentials(proxy.api());
    }

    /// An endpoint of the API.
    pub(in crate::registry) fn endpoint(self, path: &str) -> Result<Url, RegistryError> {
        self.server_of(path).at(&format!("{API}{path}"))
    }

    /// Registered models and their versions may have a server of their own.
    fn server_of(self, path: &str) -> &'a TrackingServer {
        let of_registry = |start| path.trim_start_matches(API).starts_with(start);
        if of_registry("/registered-models") || of_registry("/model-versions") {
            self.0.registry()
        } else {
            self.0.tracking()
        }
    }

    /// The URL of `path` below the server's address with a query.
    pub(in crate::registry) fn url(
        self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Url, RegistryError> {
        let mut url = self.server_of(path).at(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    pub(super) async fn get<T: DeserializeOwned>(
        self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, RegistryError> {
        let url = self.url(&format!("{API}{path}"), query)?;
        Ok(self.0.json(Idempotent::Yes, || self.0.get(&url)).await?)
    }

    /// A POST that only reads, so that it may be repeated.
    pub(super) async fn search<T: DeserializeOwned>(
        self,
        path: &str,
        body: &Value,
    ) -> Result<T, RegistryError> {
        let url = self.endpoint(path)?;
        let found = self.0.json(Idempotent::Yes, || self.0.post(&url, body));
        Ok(found.await?)
    }

    /// The same of an endpoint that MLflow has had since its version 3; nothing where the server is older.
    ///
    /// # Errors
    /// `Unavailable` where MLflow 3 answers that it does not know the endpoint: that was something in front of it.
    pub(super) async fn search_since_3<T: DeserializeOwned>(
        self,
        path: &str,
        body: &Value,
    ) -> Result<Option<T>, RegistryError> {
        let (server, url) = (self.server_of(path), self.endpoint(path)?);
        let found = self.0.json_if_known(|| self.0.post(&url, body)).await?;
        if found.is_none() && self.major(server).await.is_some_and(|major| major >= 3) {
            return Err(not_known(server, path));
        }
        Ok(found)
    }

    /// What is at `path`, which MLflow has had since its version 3; nothing where the server says that it is older.
    ///
    /// # Errors
    /// `Unavailable` where anything else does not know the endpoint.
    pub(super) async fn get_since_3<T: DeserializeOwned>(
        self,
        path: &str,
    ) -> Result<Option<T>, RegistryError> {
        let (server, url) = (self.server_of(path), self.endpoint(path)?);
        let found = self.0.json_if_known(|| self.0.get(&url)).await?;
        if found.is_none() && self.major(server).await.is_none_or(|major| major >= 3) {
            return Err(not_known(server, path));
        }
        Ok(found)
    }

    /// The major version of a server, where it tells.
    pub(super) async fn major(self, server: &TrackingServer) -> Option<u32> {
        let url = server.at("/version").ok()?;
        let version = self.0.version(&url).await.ok()?;
        version.split('.').next()?.parse().ok()
    }
}

/// The error for something that does not know `path`, and does not seem to be an older MLflow.
pub(super) fn not_known(server: &TrackingServer, path: &str) -> RegistryError {
    RegistryError::Unavailable(format!(
        "{} does not know {path}, as MLflow 3 does; check MLFLOW_TRACKING_URI, and what is in front of the server",
        server.name()
    ))
}
