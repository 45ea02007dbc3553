//! MLflow's registry: which version a URI means, and where its files lie.
//!
//! Source: MLflow's REST API (`mlflow/protos/{model_registry,service}.proto`), versions 2 and 3.

mod answers;
mod versions;

use super::{
    RegistryError, archive,
    client::{Client, Repeat},
    place::{self, Place},
    uri::{ModelUri, Wanted, decoded},
};
use answers::{DownloadUri, LoggedModel, LoggedModels, Run};
use reqwest::Url;
use serde_json::{Value, json};

pub(super) const API: &str = "/api/2.0/mlflow";
const ARTIFACTS: &str = "/api/2.0/mlflow-artifacts/artifacts";
/// How often one URI may lead to another.
const MOST_HOPS: usize = 5;

/// A model that was found.
pub(super) struct Located {
    pub(super) name: String,
    /// The version its place gives it, if it keeps versions.
    pub(super) version: Option<String>,
    pub(super) run_id: Option<String>,
    /// What stands for the content wherever that never changes.
    pub(super) identity: Option<String>,
    pub(super) place: Place,
    /// Where the files can be had when `place` does not give them.
    pub(super) fallback: Option<Place>,
}

/// MLflow's registry behind a client.
pub(super) struct Mlflow<'a>(pub(super) &'a Client);

impl Mlflow<'_> {
    fn url(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, RegistryError> {
        let mut url = self.0.tracking(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, RegistryError> {
        let url = self.url(&format!("{API}{path}"), query)?;
        self.0.json(Repeat::Always, || self.0.get(&url)).await
    }

    /// A POST that only reads.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, RegistryError> {
        let url = self.url(&format!("{API}{path}"), &[])?;
        self.0
            .json(Repeat::Always, || self.0.post(&url, body))
            .await
    }

    /// The version of `name` that `wanted` means, and where its files lie.
    pub(super) async fn registered(
        &self,
        name: &str,
        wanted: &Wanted,
    ) -> Result<Located, RegistryError> {
        Box::pin(self.registered_at(name, wanted, 0)).await
    }

    async fn registered_at(
        &self,
        name: &str,
        wanted: &Wanted,
        hops: usize,
    ) -> Result<Located, RegistryError> {
        let version = self.version(name, wanted).await?;
        let query = [("name", name), ("version", version.version.as_str())];
        let uri: DownloadUri = self.get("/model-versions/get-download-uri", &query).await?;
        let through = Place::Query {
            url: self.url("/model-versions/get-artifact", &query)?,
            key: "path",
            prefix: String::new(),
        };
        let mut located = self.behind(&uri.artifact_uri, through, hops).await?;
        located.identity = Some(format!(
            "{} {name} {} {}",
            self.0.server(),
            version.version,
            uri.artifact_uri
        ));
        located.run_id = version
            .run_id
            .filter(|id| !id.is_empty())
            .or(located.run_id);
        located.version = Some(version.version);
        name.clone_into(&mut located.name);
        Ok(located)
    }

    /// The logged model `id`.
    pub(super) async fn logged(&self, id: &str) -> Result<Located, RegistryError> {
        Box::pin(self.logged_at(id, 0)).await
    }

    async fn logged_at(&self, id: &str, hops: usize) -> Result<Located, RegistryError> {
        let path = format!(
            "/logged-models/{}",
            percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
        );
        let found: LoggedModel = self.get(&path, &[]).await?;
        let info = found.model.info;
        match info.status.as_str() {
            "" | "LOGGED_MODEL_READY" | "LOGGED_MODEL_STATUS_UNSPECIFIED" => {}
            "LOGGED_MODEL_PENDING" => {
                return Err(RegistryError::Unavailable(format!(
                    "the logged model {id} is not ready yet"
                )));
            }
            status => {
                return Err(RegistryError::NotFound(format!(
                    "the logged model {id} is {status}"
                )));
            }
        }
        let files = self.url(
            &format!("/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files"),
            &[],
        )?;
        let through = Place::Query {
            url: files,
            key: "artifact_file_path",
            prefix: String::new(),
        };
        let mut located = self.behind(&info.artifact_uri, through, hops).await?;
        located.identity = Some(format!(
            "{} {} {}",
            self.0.server(),
            info.model_id,
            info.artifact_uri
        ));
        located.name = if info.name.is_empty() {
            info.model_id.clone()
        } else {
            info.name
        };
        located.version = Some(info.model_id);
        located.run_id = info.source_run_id.filter(|id| !id.is_empty());
        Ok(located)
    }

    /// `path` of the run `id`: a model logged by MLflow 3 under that name, else a directory of the run's artifacts.
    pub(super) async fn run(&self, id: &str, path: &str) -> Result<Located, RegistryError> {
        Box::pin(self.run_at(id, path, 0)).await
    }

    async fn run_at(&self, id: &str, path: &str, hops: usize) -> Result<Located, RegistryError> {
        let run: Run = self.get("/runs/get", &[("run_id", id)]).await?;
        let info = run.run.info;
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let filter = format!("name = '{}'", first.replace('\'', ""));
        let search =
            json!({"experiment_ids": [info.experiment_id], "filter": filter, "max_results": 100});
        // MLflow 2 has no logged models, and says so with 404.
        let logged = match self
            .ask::<LoggedModels>("/logged-models/search", &search)
            .await
        {
            Ok(found) => found
                .models
                .into_iter()
                .find(|model| model.info.source_run_id.as_deref() == Some(id)),
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let (base, files, key, prefix) = if let Some(model) = logged {
            let files = format!(
                "/ajax-api/2.0/mlflow/logged-models/{}/artifacts/files",
                model.info.model_id
            );
            (
                join(&model.info.artifact_uri, rest),
                self.url(&files, &[])?,
                "artifact_file_path",
                rest,
            )
        } else {
            (
                join(&info.artifact_uri, path),
                self.url("/get-artifact", &[("run_uuid", id)])?,
                "path",
                path,
            )
        };
        let through = Place::Query {
            url: files,
            key,
            prefix: prefix.to_owned(),
        };
        let mut located = self.behind(&base, through, hops).await?;
        located.identity = None;
        located.version = None;
        path.rsplit('/')
            .next()
            .unwrap_or(path)
            .clone_into(&mut located.name);
        located.run_id = Some(id.to_owned());
        Ok(located)
    }

    /// Where a URI that the registry itself gave leads to, with `through` for files that only the server can reach.
    async fn behind(
        &self,
        uri: &str,
        through: Place,
        hops: usize,
    ) -> Result<Located, RegistryError> {
        match Box::pin(self.follow(uri, hops + 1)).await {
            Ok(located) => Ok(Located {
                fallback: Some(through),
                ..located
            }),
            Err(RegistryError::Uri(_)) => Ok(unversioned(String::new(), through)),
            Err(error) => Err(error),
        }
    }

    /// Where a URI that the registry itself gave leads to.
    async fn follow(&self, uri: &str, hops: usize) -> Result<Located, RegistryError> {
        if hops > MOST_HOPS {
            return Err(RegistryError::NotFound(format!(
                "{uri} leads from one URI to another without an end"
            )));
        }
        match ModelUri::parse(uri)? {
            ModelUri::Registered { name, version } => {
                self.registered_at(&name, &version, hops).await
            }
            ModelUri::Logged { id } => self.logged_at(&id, hops).await,
            ModelUri::Run { id, path } => self.run_at(&id, &path, hops).await,
            ModelUri::Artifacts { host, path } => self.artifacts(host.as_deref(), &path),
            ModelUri::Bucket(url) => Ok(unversioned(
                name_in(url.path()),
                place::bucket(&url, self.0.stores())?,
            )),
            ModelUri::Web(url) => Ok(unversioned(name_in(url.path()), Place::Directory(url))),
            _ => Err(RegistryError::Uri(format!(
                "{uri} is a place that only the MLflow server can read"
            ))),
        }
    }

    /// Files behind the artifact proxy of the tracking server, or of `host`.
    pub(super) fn artifacts(
        &self,
        host: Option<&str>,
        path: &str,
    ) -> Result<Located, RegistryError> {
        let mut api = self.0.tracking(ARTIFACTS)?;
        if let Some(host) = host {
            let (host, port) = match host.rsplit_once(':') {
                Some((name, port))
                    if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    (name, port.parse().ok())
                }
                _ => (host, None),
            };
            let wrong = || {
                RegistryError::Uri(format!(
                    "{host} is no host; write mlflow-artifacts://HOST:PORT/PATH"
                ))
            };
            api.set_host(Some(host)).map_err(|_| wrong())?;
            api.set_port(port).map_err(|()| wrong())?;
        }
        Ok(unversioned(
            name_in(path),
            Place::Proxy {
                api,
                path: path.to_owned(),
            },
        ))
    }
}

/// A model at a place that keeps no versions.
pub(super) fn unversioned(name: String, place: Place) -> Located {
    Located {
        name,
        version: None,
        run_id: None,
        identity: None,
        place,
        fallback: None,
    }
}

fn join(base: &str, path: &str) -> String {
    if path.is_empty() {
        base.to_owned()
    } else {
        format!("{}/{path}", base.trim_end_matches('/'))
    }
}

/// The last part of a path that says something: neither MLflow's own `artifacts` nor a file's ending.
pub(super) fn name_in(path: &str) -> String {
    let mut parts = path
        .rsplit('/')
        .filter(|part| !matches!(*part, "" | "artifacts" | "model"));
    let last = parts.next().unwrap_or("model");
    let stem = archive::stem(last).or_else(|| {
        let (stem, _) = last.rsplit_once('.')?;
        crate::package::is_model_file(last).then_some(stem)
    });
    decoded(stem.unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_after_its_file_without_the_ending() {
        for (path, name) in [
            ("a/churn.bst", "churn"),
            ("a/churn.TAR.GZ", "churn"),
            ("my%20iris.onnx", "my iris"),
            ("1/models/m-1/artifacts", "m-1"),
            ("team/v1.2/model", "v1.2"),
        ] {
            assert_eq!(name_in(path), name);
        }
    }
}
