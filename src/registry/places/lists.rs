//! How MLflow lists files that it hands out one by one.

use super::{
    names::join,
    remote_file::RemoteFile,
    tree::{self, Entry, Level},
};
use crate::{
    registry::{client::Client, error::RegistryError, retry::Idempotent},
    secret::redact,
};
use reqwest::Url;
use serde_json::Value;

/// The endpoint that lists a directory, which goes into the query under `key`.
#[derive(Clone, Debug)]
pub(in crate::registry) struct Lists {
    pub(in crate::registry) url: Url,
    pub(in crate::registry) key: &'static str,
    pub(in crate::registry) below: Below,
}

/// Where the package lies below what the endpoint lists.
#[derive(Clone, Debug)]
pub(in crate::registry) enum Below {
    At(String),
    /// At `uri`, which lies in the artifacts of the run that `run` tells about.
    OfRun {
        run: Url,
        uri: String,
    },
}

impl Lists {
    /// Every file of the package; nothing where the package does not lie there.
    pub(super) async fn files(
        &self,
        client: &Client,
    ) -> Result<Option<Vec<RemoteFile>>, RegistryError> {
        let Some(prefix) = self.prefix(client).await? else {
            return Ok(None);
        };
        let level = async |directory: &str| {
            let mut url = self.url.clone();
            let path = join(&prefix, directory);
            if !path.is_empty() {
                url.query_pairs_mut().append_pair(self.key, &path);
            }
            let listed: Option<Level> = client.json_if_known(|| client.get(&url)).await?;
            let Some(listed) = listed else {
                let place = redact(self.url.as_str());
                // It has named the directory, so it knows the endpoint: that was something in front of it.
                return Err(if directory.is_empty() {
                    RegistryError::NotFound(format!("{place} lists nothing"))
                } else {
                    RegistryError::Unavailable(format!("{place} does not list {directory}"))
                });
            };
            // Here paths begin at the top of the run or of the logged model.
            let below = |entry: Entry| {
                let path = entry.path.strip_prefix(&prefix)?;
                let path = path.trim_start_matches('/').to_owned();
                (!path.is_empty()).then_some(Entry { path, ..entry })
            };
            Ok(listed.files.into_iter().filter_map(below).collect())
        };
        let files = tree::files(redact(self.url.as_str()), level).await?;
        Ok(Some(files).filter(|files| !files.is_empty()))
    }

    async fn prefix(&self, client: &Client) -> Result<Option<String>, RegistryError> {
        let (run, uri) = match &self.below {
            Below::At(prefix) => return Ok(Some(prefix.clone())),
            Below::OfRun { run, uri } => (run, uri),
        };
        let run: Value = client.json(Idempotent::Yes, || client.get(run)).await?;
        let root = run
            .pointer("/run/info/artifact_uri")
            .and_then(Value::as_str);
        let path = root.and_then(|root| uri.strip_prefix(root.trim_end_matches('/')));
        let path = path.filter(|path| path.is_empty() || path.starts_with('/'));
        Ok(path.map(|path| path.trim_matches('/').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{access::Access, answering::Answering};

    #[tokio::test]
    async fn an_ingress_that_loses_a_directory_makes_no_smaller_package() {
        let server = Answering::start(|line| {
            if line.contains("path=code") {
                (404, "default backend - 404".to_owned())
            } else {
                let code = r#"{"files": [{"path": "code", "is_dir": true}]}"#;
                (200, code.to_owned())
            }
        });
        let url = Url::parse(&server.await.url).expect("a URL");
        let lists = Lists {
            url,
            key: "path",
            below: Below::At(String::new()),
        };
        let client = Client::new(&Access::default()).expect("a client");
        let listed = lists.files(&client).await;
        assert!(
            matches!(listed, Err(RegistryError::Unavailable(_))),
            "{listed:?}"
        );
    }
}
