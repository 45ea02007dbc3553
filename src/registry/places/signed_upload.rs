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
                    "the server signs {signed} addresses, not {count}, for the parts of {file}"
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        progress::Unit,
        registry::{access::Access, answering::Answering},
        secret::Secret,
    };

    /// Uploads a small file to a server that signs so many addresses of `store`, and then puts the parts together or not.
    async fn uploaded(
        store: String,
        signed: usize,
        completes: bool,
    ) -> (Vec<String>, Result<(), Failed>) {
        let server = Answering::start(move |line| {
            let part = format!(r#"{{"url": "{store}/part", "part_number": 1}}"#);
            let parts = vec![part; signed].join(",");
            match line {
                line if line.contains("/mpu/create") => (
                    200,
                    format!(r#"{{"upload_id": "1", "credentials": [{parts}]}}"#),
                ),
                line if line.contains("/mpu/complete") && !completes => {
                    (400, r#"{"error_code": "X", "message": "no"}"#.to_owned())
                }
                _ => (200, "{}".to_owned()),
            }
        });
        let server = server.await;
        let access = Access {
            tracking_uri: Secret::uri(server.url.as_str()),
            ..Access::default()
        };
        let client = Client::new(&access).expect("a client");
        let proxy = Proxy::new(&client, None, "m").expect("a place");
        let progress = Arc::new(Progress::new("uploading to", "x", Unit::Bytes, 0));
        let content = Content::text("{}".to_owned());
        let put = proxy.put_presigned(&client, "MLmodel", &content, &progress);
        let put = put.await;
        (server.lines(), put)
    }

    fn count(lines: &[String], of: &str) -> usize {
        lines.iter().filter(|line| line.contains(of)).count()
    }

    #[tokio::test]
    async fn an_upload_that_does_not_come_to_its_end_is_taken_back() {
        let store = Answering::start(|_| (200, String::new())).await;
        for signed in [0, 2] {
            let (lines, put) = uploaded(store.url.clone(), signed, true).await;
            let error = put.expect_err("another number").error.to_string();
            assert!(error.contains("addresses, not 1,"), "{error}");
            assert_eq!(count(&lines, "/mpu/abort"), 1, "{lines:?}");
            assert_eq!(store.lines(), Vec::<String>::new());
        }
        for (completes, aborted) in [(false, 1), (true, 0)] {
            let (lines, put) = uploaded(store.url.clone(), 1, completes).await;
            assert_eq!(put.is_ok(), completes);
            assert_eq!(count(&lines, "/mpu/abort"), aborted, "{lines:?}");
        }
        assert_eq!(count(&store.lines(), "PUT /part"), 2);
    }
}
