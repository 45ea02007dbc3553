//! Google Cloud Storage.

use super::connector::{Connector, RETRY};
use crate::registry::{
    access::Access,
    error::RegistryError,
    http::Trust,
    variables::{self, Of},
};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use reqwest::Url;

/// The store of `url` with everything that is known about it.
///
/// # Errors
/// `Uri` for what cannot be honoured.
pub(super) fn builder(
    url: &Url,
    access: &Access,
) -> Result<GoogleCloudStorageBuilder, RegistryError> {
    access.check(Of::Gcs)?;
    let trust = Trust {
        bundles: vec![access.ca_bundle.clone()],
        ..Trust::default()
    };
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_url(url.as_str())
        .with_retry(RETRY)
        .with_http_connector(Connector::new(&trust, &access.proxies)?);
    for (name, value) in variables::honoured_of(Of::Gcs, &access.variables) {
        if let Ok(key) = name.to_ascii_lowercase().parse() {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(host) = access.variables.get("STORAGE_EMULATOR_HOST") {
        // Google's clients take a host without a protocol too.
        let host = if host.contains("://") {
            host.to_owned()
        } else {
            format!("http://{host}")
        };
        let host = variables::address("STORAGE_EMULATOR_HOST", &host)?;
        builder = builder
            .with_config(GoogleConfigKey::BaseUrl, host)
            .with_config(GoogleConfigKey::SkipSignature, "true");
    }
    Ok(builder)
}
