//! S3 and compatible stores, as MLflow and boto3 reach them.

use super::{
    connector::{Connector, RETRY},
    profile::Profile,
    refused::refused,
};
use crate::registry::{
    access::{Access, CaBundle, Variables},
    error::RegistryError,
    http::Trust,
    variables::{self, Of},
};
use object_store::{
    ClientOptions,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
};
use reqwest::{
    Url,
    header::{HeaderMap, HeaderValue},
};

/// Where the endpoint is read from, the strongest first.
const ENDPOINTS: [&str; 4] = [
    "MLFLOW_S3_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT",
];
/// What says who asks, other than a profile.
const IDENTITIES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];
const OWNER: &str = "MLFLOW_S3_EXPECTED_BUCKET_OWNER";

/// The store of `url` with everything that is known about it.
///
/// # Errors
/// `Uri` for what cannot be honoured; `Denied` where nothing says who asks.
pub(super) fn builder(url: &Url, access: &Access) -> Result<AmazonS3Builder, RegistryError> {
    access.check(Of::S3)?;
    let set = &access.variables;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            url,
            "a bucket's URI has no keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ));
    }
    let profile = Profile::read(access, &IDENTITIES[..3])?;
    let mut builder = AmazonS3Builder::new()
        .with_url(url.as_str())
        .with_client_options(options(set)?)
        .with_retry(RETRY)
        .with_http_connector(Connector::new(&trust(access, &profile), &access.proxies)?);
    for (key, value) in profile.settings() {
        builder = builder.with_config(key, value);
    }
    for (name, value) in variables::honoured_of(Of::S3, set) {
        let key = match name {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT" => Some(AmazonS3ConfigKey::MetadataEndpoint),
            "AWS_SECURITY_TOKEN" => Some(AmazonS3ConfigKey::Token),
            name if ENDPOINTS.contains(&name) => None,
            name => name.to_ascii_lowercase().parse().ok(),
        };
        if let Some(key) = key {
            builder = builder.with_config(key, value);
        }
    }
    for (key, value) in variables::extra_args(set)? {
        builder = builder.with_config(key, value);
    }
    let endpoint = endpoint(set).or_else(|| profile.endpoint());
    let is_virtual = is_virtual(set)?;
    if let Some(endpoint) = endpoint {
        let endpoint = variables::address(endpoint.0, endpoint.1)?;
        builder = builder.with_endpoint(if is_virtual {
            below_bucket(url, endpoint)
        } else {
            endpoint
        });
    }
    if is_virtual {
        builder = builder.with_virtual_hosted_style_request(true);
    }
    let file = set.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let asked = set.get("AWS_CONTAINER_CREDENTIALS_FULL_URI").is_some();
    let others = profile.has_keys() || set.first(&IDENTITIES[..4]).is_some();
    if asked && file.is_none() && !others {
        return Err(RegistryError::Uri(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI needs AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE beside it, or else AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(),
        ));
    }
    let known = profile.has_keys() || set.first(&IDENTITIES).is_some();
    if !known && set.is_true("AWS_EC2_METADATA_DISABLED") && !set.is_true("AWS_SKIP_SIGNATURE") {
        return Err(RegistryError::Denied(format!(
            "there are no credentials for {url}, and AWS_EC2_METADATA_DISABLED forbids to ask the machine for some; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )));
    }
    Ok(builder)
}

fn trust(access: &Access, profile: &Profile) -> Trust {
    let named = |variable, path: &str| CaBundle {
        variable,
        path: path.to_owned(),
    };
    let own = match access.variables.get("AWS_CA_BUNDLE") {
        Some(path) => named("AWS_CA_BUNDLE", path),
        None => named("ca_bundle in ~/.aws/config", profile.ca_bundle()),
    };
    Trust {
        bundles: vec![own, access.ca_bundle.clone()],
        anyone: access.variables.is_true("MLFLOW_S3_IGNORE_TLS"),
        identity: None,
    }
}

fn options(set: &Variables) -> Result<ClientOptions, RegistryError> {
    let mut headers = HeaderMap::new();
    if let Some(owner) = set.get(OWNER) {
        let owner = HeaderValue::from_str(owner).map_err(|_| {
            RegistryError::Uri(format!("{OWNER} is no number of an account of AWS"))
        })?;
        headers.insert("x-amz-expected-bucket-owner", owner);
    }
    Ok(ClientOptions::new().with_default_headers(headers))
}

/// The endpoint, with the variable that names it.
fn endpoint(set: &Variables) -> Option<(&'static str, &str)> {
    if set.is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        return set.first(&ENDPOINTS[..1]);
    }
    set.first(&ENDPOINTS)
}

/// Whether the bucket is a part of the host's name.
fn is_virtual(set: &Variables) -> Result<bool, RegistryError> {
    const STYLE: &str = "MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE";
    match set.get(STYLE) {
        Some("virtual") => Ok(true),
        Some("path" | "auto") | None => Ok(false),
        Some(style) => Err(RegistryError::Uri(format!(
            "{STYLE}={style:?}; it takes auto, path or virtual"
        ))),
    }
}

/// The endpoint with the bucket of `url` before its host.
fn below_bucket(url: &Url, endpoint: String) -> String {
    let bucket = url.host_str().unwrap_or_default();
    match endpoint.split_once("://") {
        Some((scheme, host)) => format!("{scheme}://{bucket}.{host}"),
        None => endpoint,
    }
}
