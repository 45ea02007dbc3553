//! The addresses of the MLflow servers that `MLFLOW_TRACKING_URI` and `MLFLOW_REGISTRY_URI` name. It opens no connection.

use super::{credentials::User, error::RegistryError};
use crate::secret::{Secret, decoded, redact};
use reqwest::Url;

/// An MLflow server, if one is configured.
#[derive(Clone, Debug)]
pub(super) struct TrackingServer {
    /// The address without user and password.
    address: Option<Url>,
    /// The user and the password in the address, without their percent-encoding.
    user: Option<User>,
}

impl TrackingServer {
    /// The server that `uri` names, which is the value of `variable`.
    ///
    /// # Errors
    /// `Uri` when the address is not that of an HTTP server.
    pub(super) fn new(variable: &str, uri: &Secret) -> Result<Self, RegistryError> {
        let text = uri.expose().trim();
        if text.is_empty() {
            return Ok(Self {
                address: None,
                user: None,
            });
        }
        let mut url = read(text).map_err(|why| {
            RegistryError::Uri(format!(
                "{variable}={uri}: {why}; give the server's address, such as http://mlflow:5000"
            ))
        })?;
        let user = (!url.username().is_empty() || url.password().is_some()).then(|| User {
            name: Secret::key(decoded(url.username())),
            password: Secret::key(decoded(url.password().unwrap_or_default())),
        });
        // These fail only for URLs that cannot have a user, and this one has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Ok(Self {
            address: Some(url),
            user,
        })
    }

    /// Whether there is one.
    pub(super) fn is_configured(&self) -> bool {
        self.address.is_some()
    }

    /// The server's address with `path` after it.
    ///
    /// # Errors
    /// `Uri` when no tracking server is configured.
    pub(super) fn at(&self, path: &str) -> Result<Url, RegistryError> {
        let base = self.address.as_ref().ok_or_else(|| {
            RegistryError::Uri("no MLflow server is configured; set MLFLOW_TRACKING_URI, such as http://mlflow:5000".into())
        })?;
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        Ok(url)
    }

    /// The server as messages name it; empty where there is none.
    pub(super) fn name(&self) -> String {
        let name = self.address.as_ref().map(|url| redact(url.as_str()));
        name.unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// Whether `url` is on this server: then the credentials are meant for it.
    pub(super) fn owns(&self, url: &Url) -> bool {
        let own = self.address.as_ref();
        own.is_some_and(|own| own.origin() == url.origin())
    }

    /// What the address itself says about who asks.
    pub(super) fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }
}

/// Reads the address of a server; the error is a part of a sentence.
fn read(text: &str) -> Result<Url, String> {
    if text == "databricks" || text.starts_with("databricks") || text.starts_with("uc:") {
        return Err("Databricks is reached with its own client only; fetch the model with that, and serve the directory".to_owned());
    }
    let (scheme, _) = text
        .split_once("://")
        .ok_or("there is no http:// or https:// before it")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err(format!(
            "{} is opened by Python's MLflow alone",
            redact(&format!("{scheme}://"))
        ));
    }
    let encoded = "; in a user and a password, @ / ? # and % are written %40 %2F %3F %23 %25, or both go into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD";
    let hint = if text.contains('@') { encoded } else { "" };
    let url = Url::parse(text).map_err(|error| format!("{error}{hint}"))?;
    if !url.has_host() {
        return Err("there is no host in it".to_owned());
    }
    if url.path().contains('@') || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("an address has no @, ? or # after the host{hint}"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<TrackingServer, RegistryError> {
        TrackingServer::new("MLFLOW_TRACKING_URI", &Secret::uri(text))
    }

    #[test]
    fn user_and_password_are_taken_out_of_the_address() {
        let server = server("http://me:p%40s%zz s@host:5000/prefix/").expect("an address");
        let user = server.user().expect("a user");
        assert_eq!(user.name.expose(), "me");
        assert_eq!(user.password.expose(), "p@s%zz s");
        assert_eq!(server.name(), "http://host:5000/prefix");
        assert_eq!(
            server.at("/a").expect("a URL").as_str(),
            "http://host:5000/prefix/a"
        );
    }

    #[test]
    fn what_is_no_address_of_a_server_is_told_without_its_secrets() {
        for (uri, says) in [
            ("databricks", "Databricks"),
            ("databricks://profile", "Databricks"),
            ("databricks-uc", "Databricks"),
            ("sqlite:///secret.db", "sqlite:// is opened by Python"),
            ("postgresql://me:secret@host/db", "opened by Python"),
            ("mlflow:5000", "no http://"),
            ("me:secret@mlflow:5000", "no http://"),
            ("./mlruns", "no http://"),
            ("http://me:se/secret@host:5000", "%2F"),
            ("http://me:1/secret@host:5000", "%2F"),
            ("http://me:secret?@host:5000", "%3F"),
            ("http://me:secret@host:port", "MLFLOW_TRACKING_PASSWORD"),
            ("http://host:5000/?token=secret", "no @, ? or #"),
            ("http://host:5000/#/experiments/0", "no @, ? or #"),
        ] {
            let refusal = server(uri).expect_err(uri).to_string();
            assert!(refusal.contains(says), "{uri}: {refusal}");
            assert!(refusal.contains("MLFLOW_TRACKING_URI="), "{refusal}");
            if uri != "sqlite:///secret.db" {
                assert!(!refusal.contains("secret"), "{refusal}");
            }
        }
    }
}
