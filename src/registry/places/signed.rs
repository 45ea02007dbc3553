//! Files that MLflow's server does not send itself: it signs addresses of its store for them.
//!
//! Source: `HttpArtifactRepository._download_file` of MLflow 3.18. A server that is started with `--artifacts-presigned-only` hands files
//! out in no other way.

use crate::registry::{
    client::Client,
    error::RegistryError,
    retry::{Failed, Idempotent},
};
use reqwest::{Response, Url};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

/// What such a server answers, and any other one to who may not have the file.
const PERMISSION_DENIED: &str = "PERMISSION_DENIED";

/// An address that is good for a few minutes, and the headers that a request to it needs.
#[derive(Deserialize)]
struct Signed {
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// Opens a file at `url` or, where the server does not send it, at the address that it signs at `signing`. `only` notes that it signs, so
/// that it is not asked in vain for the next file.
pub(super) async fn open(
    client: &Client,
    url: &Url,
    signing: &Url,
    only: &AtomicBool,
) -> Result<Response, Failed> {
    if only.load(Ordering::Relaxed) {
        return open_signed(client, signing).await;
    }
    let refused = match client.file(url).await {
        Err(failed) if failed.code.as_deref() == Some(PERMISSION_DENIED) => failed,
        opened => return opened,
    };
    match open_signed(client, signing).await {
        Ok(response) => {
            only.store(true, Ordering::Relaxed);
            Ok(response)
        }
        Err(failed) => Err(match failed.error {
            RegistryError::Unavailable(_) => failed,
            // The server signs nothing for us either, or cannot sign at all.
            error => {
                RegistryError::Denied(format!("{}; nor signed: {error}", refused.error)).into()
            }
        }),
    }
}

async fn open_signed(client: &Client, signing: &Url) -> Result<Response, Failed> {
    let signed: Signed = client.json(Idempotent::Yes, || client.get(signing)).await?;
    let url = Url::parse(&signed.url).map_err(|error| {
        RegistryError::NotFound(format!("the server signs an address that is none: {error}"))
    })?;
    client.send(client.signed_get(&url, &signed.headers)).await
}
