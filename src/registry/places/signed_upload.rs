//! Uploads to a bucket that only MLflow's server has credentials for: it signs an address for every part of a file.
//!
//! Source: `HttpArtifactRepository._try_multipart_upload` of MLflow 3.18. A server that is started with `--artifacts-presigned-only` takes
//! files in no other way.

use super::{
    content::Content,
    names::{below, join},
    proxy::Proxy,
    sending::send_bytes,
    server_info::{self, server_info},
};
use crate::{
    progress::Progress,
    registry::{
        client::Client,
        error::RegistryError,
        retry::{Failed, Idempotent, retry},
    },
};
use reqwest::{
    Url,
    header::{ETAG, HeaderMap, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// The size of a part, as Python's client cuts them.
const PART: u64 = 10 << 20;
/// More parts than that no store takes.
const MAX_PARTS: u64 = 10_000;

/// An upload that the server has begun.
#[derive(Deserialize)]
struct Begun {
    #[serde(default)]
    upload_id: Option<String>,
    credentials: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    url: String,
    part_number: u64,
    #[serde(default)]
    headers: HashMap<String, String>,
}

impl Proxy {
    /// Whether the server takes files by signed addresses only. Servers before 3.18 cannot tell, and take them all.
    pub(super) async fn is_presigned_only(&self, client: &Client) -> bool {
        let Some(url) = self.sibling(server_info::PATH) else {
            return false;
        };
        let info = server_info(client, &url).await.ok().flatten();
        info.is_some_and(|info| info.artifacts_presigned_only)
    }

    /// Writes one file by signed addresses.
    pub(super) async fn put_presigned(
        &self,
        client: &Client,
        file: &str,
        content: &Content,
        progress: &Arc<Progress>,
    ) -> Result<(), Failed> {
        let size = content.size();
        let part = PART.max(size.div_ceil(MAX_PARTS));
        // An empty file has one part too.
        let count = size.div_ceil(part).max(1);
        let name = file.rsplit('/').next().unwrap_or(file);
        let body = json!({"path": name, "num_parts": count});
        let begun: Begun = self.upload(client, "create", file, &body).await?;
        let body = json!({"path": name, "upload_id": begun.upload_id});
        let sent = async {
            let signed = begun.credentials.len();
            if signed as u64 != count {
                return Err(RegistryError::NotFound(format!(
                    "the server signs {signed} addresses for the {count} parts of {file}"
                ))
                .into());
            }
            let parts = send_parts(client, &begun.credentials, content, part, progress).await?;
            let mut body = body.clone();
            body["parts"] = parts.into();
            self.upload::<Value>(client, "complete", file, &body).await
        };
        let sent = sent.await.map(|_| ());
        if sent.is_err() {
            // The failure that is told is the first one.
            let _ = self.upload::<Value>(client, "abort", file, &body).await;
        }
        sent
    }

    /// A request about the upload of `file`.
    async fn upload<T: serde::de::DeserializeOwned>(
        &self,
        client: &Client,
        step: &str,
        file: &str,
        body: &Value,
    ) -> Result<T, Failed> {
        let directory = match file.rsplit_once('/') {
            Some((directory, _)) => join(self.path(), directory),
            None => self.path().to_owned(),
        };
        let api = self.sibling(&format!("/api/2.0/mlflow-artifacts/mpu/{step}"));
        let api = api.ok_or_else(|| {
            RegistryError::Uri("the address of the MLflow server is no server's".to_owned())
        })?;
        let url = below(&api, &directory);
        client
            .json(Idempotent::Yes, || client.post(&url, body))
            .await
    }
}

/// Sends every part to its address. Gives back what the server needs to put them together.
async fn send_parts(
    client: &Client,
    parts: &[Part],
    content: &Content,
    size: u64,
    progress: &Arc<Progress>,
) -> Result<Vec<Value>, Failed> {
    let mut sent = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let start = (i as u64 * size).min(content.size());
        let length = size.min(content.size() - start);
        let url = Url::parse(&part.url).map_err(|error| {
            RegistryError::NotFound(format!("the server signs an address that is none: {error}"))
        })?;
        let headers = headers(&part.headers);
        let response = retry(Idempotent::Yes, async || {
            let bytes = content.part(start, length).await?;
            send_bytes(client, &url, Some(&headers), bytes, length, progress).await
        });
        let response = response.await?;
        let tag = response.headers().get(ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        sent.push(json!({"part_number": part.part_number, "etag": tag, "url": part.url}));
    }
    Ok(sent)
}

fn headers(wanted: &HashMap<String, String>) -> HeaderMap {
    let parsed = wanted.iter().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value).ok()?))
    });
    parsed.collect()
}
