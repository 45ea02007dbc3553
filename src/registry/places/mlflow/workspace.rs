//! Workspaces: the part of a server that names are looked up in.
//!
//! Source: `mlflow/store/workspace_rest_store_mixin.py`. A server without workspaces ignores the header that names one, and would answer
//! with another model of the same name.

use super::api::Mlflow;
use crate::registry::{error::RegistryError, retry::Idempotent, tracking::TrackingServer};
use serde::Deserialize;

/// The endpoints that tell, the newer one first.
const ENDPOINTS: [&str; 2] = [
    "/api/3.0/mlflow/server-info",
    "/api/3.0/mlflow/server-features",
];

#[derive(Deserialize)]
struct ServerInfo {
    #[serde(default)]
    workspaces_enabled: bool,
}

impl Mlflow<'_> {
    /// Sees that the servers know workspaces, where one is set.
    ///
    /// # Errors
    /// `Uri` where they do not.
    pub(in crate::registry) async fn check_workspace(self) -> Result<(), RegistryError> {
        let workspace = self.client().access().workspace.as_str();
        if workspace.is_empty() {
            return Ok(());
        }
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !workspace.bytes().all(plain) {
            return Err(RegistryError::Uri(format!(
                "MLFLOW_WORKSPACE={workspace:?} is no workspace; small letters, digits and - make one"
            )));
        }
        for server in self.client().servers() {
            if !self.has_workspaces(server).await? {
                return Err(RegistryError::Uri(format!(
                    "MLFLOW_WORKSPACE={workspace}: the server {} has no workspaces; start it with --enable-workspaces, or unset the variable",
                    server.name()
                )));
            }
        }
        Ok(())
    }

    async fn has_workspaces(self, server: &TrackingServer) -> Result<bool, RegistryError> {
        let client = self.client();
        for endpoint in ENDPOINTS {
            let url = server.at(endpoint)?;
            let info = client.json(Idempotent::Yes, || client.get(&url)).await;
            match info.map_err(RegistryError::from) {
                Ok(ServerInfo { workspaces_enabled }) => return Ok(workspaces_enabled),
                Err(RegistryError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}
