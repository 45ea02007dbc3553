//! The address of the MLflow server that `MLFLOW_TRACKING_URI` names. It opens no connection.

use super::{error::RegistryError, redact::redact};
use reqwest::Url;

/// The tracking server's address, if one is configured.
#[derive(Clone, Debug)]
pub(super) struct TrackingServer(Option<Url>);

impl TrackingServer {
    /// # Errors
    /// `Uri` when the address is not that of an HTTP server.
    pub(super) fn new(tracking_uri: &str) -> Result<Self, RegistryError> {
        let text = tracking_uri.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        let wrong = |why: &str| {
            RegistryError::Uri(format!(
                "MLFLOW_TRACKING_URI={}: {why}; give the server's address, such as http://mlflow:5000",
                redact(text)
            ))
        };
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(Self(Some(url))),
            scheme => Err(wrong(&format!(
                "a {scheme} URI is read by Python's MLflow alone"
            ))),
        }
    }

    /// The server's address with `path` after it.
    ///
    /// # Errors
    /// `Uri` when no tracking server is configured.
    pub(super) fn at(&self, path: &str) -> Result<Url, RegistryError> {
        let base = self.0.as_ref().ok_or_else(|| {
            RegistryError::Uri("no MLflow server is configured; set MLFLOW_TRACKING_URI, such as http://mlflow:5000".into())
        })?;
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        Ok(url)
    }

    /// The server as messages name it; empty where there is none.
    pub(super) fn name(&self) -> String {
        let name = self.0.as_ref().map(|url| redact(url.as_str()));
        name.unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// The address, if `url` is on this server: then the credentials are meant for it.
    pub(super) fn owns(&self, url: &Url) -> Option<&Url> {
        let own = self.0.as_ref();
        own.filter(|own| own.origin() == url.origin())
    }
}
