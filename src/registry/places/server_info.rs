//! What an MLflow server says about itself.

use crate::registry::{client::Client, error::RegistryError};
use reqwest::Url;
use serde::Deserialize;

/// The endpoint, which MLflow has had since its version 3.
pub(super) const PATH: &str = "/api/3.0/mlflow/server-info";

/// What is needed here of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ServerInfo {
    pub(super) workspaces_enabled: bool,
    pub(super) artifacts_presigned_only: bool,
}

/// What the server says at `url`; nothing where it is too old to say anything.
///
/// # Errors
/// Where it does not answer.
pub(super) async fn server_info(
    client: &Client,
    url: &Url,
) -> Result<Option<ServerInfo>, RegistryError> {
    let found = client.json_if_known(|| client.get(url)).await;
    match found.map_err(RegistryError::from) {
        // It knows the endpoint as little where it says so with a code.
        Err(RegistryError::NotFound(_)) => Ok(None),
        found => found,
    }
}
