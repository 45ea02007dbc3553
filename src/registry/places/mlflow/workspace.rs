//! Workspaces: the part of a server that names are looked up in.
//!
//! Source: `mlflow/store/workspace_rest_store_mixin.py`. A server without workspaces ignores the header that names one, and would answer
//! with another model of the same name.

use super::api::{Mlflow, not_known};
use crate::registry::{
    error::RegistryError,
    places::server_info::{self, server_info},
    tracking::TrackingServer,
};

/// The endpoints that tell, the newer one first.
const ENDPOINTS: [&str; 2] = [server_info::PATH, "/api/3.0/mlflow/server-features"];

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
        for endpoint in ENDPOINTS {
            let url = server.at(endpoint)?;
            if let Some(info) = server_info(self.client(), &url).await? {
                return Ok(info.workspaces_enabled);
            }
        }
        // What does not tell its version either may only stand before the server.
        match self.major(server).await {
            Some(_) => Ok(false),
            None => Err(not_known(server, ENDPOINTS[0])),
        }
    }
}
