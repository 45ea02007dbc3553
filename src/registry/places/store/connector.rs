//! The HTTP clients of buckets: made as those of MLflow are, and not as `object_store` would make them.

use crate::registry::{
    access::Proxies,
    error::RegistryError,
    http::{self, Trust},
};
use object_store::{
    BackoffConfig, ClientConfigKey, ClientOptions, RetryConfig,
    client::{HttpClient, HttpConnector},
};
use std::time::Duration;

/// The longest pause within an answer. It is that long because it counts while a part of an upload is sent, too.
const SILENCE: Duration = Duration::from_mins(2);
/// How long the service that hands out a machine's credentials may take to answer. It is on the same machine, or there is none.
const METADATA: Duration = Duration::from_secs(5);

/// How often a store itself repeats a request, before the failure is ours. By default it would go on for three minutes.
pub(super) const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
    },
    max_retries: 3,
    retry_timeout: Duration::from_secs(10),
};

/// Makes the clients that a store asks for.
#[derive(Debug)]
pub(super) struct Connector {
    objects: reqwest::Client,
    metadata: reqwest::Client,
}

impl Connector {
    /// # Errors
    /// `Uri` for a file or a proxy that cannot be used.
    pub(super) fn new(trust: &Trust, proxies: &Proxies) -> Result<Self, RegistryError> {
        let builder = || http::builder(trust, proxies);
        Ok(Self {
            objects: http::built(builder()?.read_timeout(SILENCE).http1_only())?,
            metadata: http::built(builder()?.connect_timeout(METADATA / 5).timeout(METADATA))?,
        })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // Only clients for metadata are asked to connect within a second.
        let quick = options.get_config_value(&ClientConfigKey::ConnectTimeout);
        let client = match quick.as_deref() {
            Some("1s") => &self.metadata,
            _ => &self.objects,
        };
        Ok(HttpClient::new(client.clone()))
    }
}
