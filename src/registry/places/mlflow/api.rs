//! Requests to MLflow's REST API.
//!
//! Source: `mlflow/protos/{model_registry,service}.proto`, versions 2 and 3.

use crate::registry::{client::Client, error::RegistryError, retry::Idempotent};
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

    /// The server as messages name it.
    pub(super) fn server(self) -> String {
        self.0.tracking().name()
    }

    /// An endpoint of the API.
    pub(in crate::registry) fn endpoint(self, path: &str) -> Result<Url, RegistryError> {
        self.0.tracking().at(&format!("{API}{path}"))
    }

    /// The URL of `path` below the server's address with a query.
    pub(super) fn url(self, path: &str, query: &[(&str, &str)]) -> Result<Url, RegistryError> {
        let mut url = self.0.tracking().at(path)?;
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
}
