//! Azure Blob Storage.

use super::{
    connection_string::ConnectionString,
    connector::{Connector, RETRY},
};
use crate::registry::{
    access::Access,
    error::RegistryError,
    http::Trust,
    variables::{self, Of},
};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use reqwest::Url;

const CONNECTION: &str = "AZURE_STORAGE_CONNECTION_STRING";

/// The store of `url` with everything that is known about it.
///
/// # Errors
/// `Uri` for what cannot be honoured.
pub(super) fn builder(url: &Url, access: &Access) -> Result<MicrosoftAzureBuilder, RegistryError> {
    access.check(Of::Azure)?;
    let set = &access.variables;
    let trust = Trust {
        bundles: vec![access.ca_bundle.clone()],
        anyone: access.insecure_tls,
        identity: None,
    };
    let mut builder = MicrosoftAzureBuilder::new()
        .with_url(url.as_str())
        .with_retry(RETRY)
        .with_http_connector(Connector::new(&trust, &access.proxies)?);
    // As in MLflow, a connection string wins over everything else.
    if let Some(text) = set.get(CONNECTION) {
        let connection = ConnectionString::read(text)
            .map_err(|why| RegistryError::Uri(format!("{CONNECTION}: {why}")))?;
        if let Some(account) = account_of(url).filter(|own| *own != connection.account) {
            return Err(RegistryError::Uri(format!(
                "{CONNECTION} is for the account {}, but the model is in the account {account}; unset the variable, or give it that account's string",
                connection.account
            )));
        }
        let settings = connection.settings();
        return Ok(settings.into_iter().fold(builder, |builder, (key, value)| {
            builder.with_config(key, value)
        }));
    }
    for (name, value) in variables::honoured_of(Of::Azure, set) {
        let key = match name {
            "IDENTITY_ENDPOINT" => Some(AzureConfigKey::MsiEndpoint),
            name => name.to_ascii_lowercase().parse().ok(),
        };
        if let Some(key) = key {
            builder = builder.with_config(key, value);
        }
    }
    Ok(builder)
}

/// The account in `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net` and in `https://ACCOUNT.blob.core.windows.net`.
fn account_of(url: &Url) -> Option<&str> {
    let (account, _) = url.host_str()?.split_once('.')?;
    Some(account)
}
