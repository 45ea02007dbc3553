//! Where a registered version, a logged model or a run keeps its files: MLflow answers with a further URI.

use super::{
    answers::{DownloadUri, LoggedModel, LoggedModels, Run},
    api::Mlflow,
};
use crate::registry::{
    error::RegistryError,
    places::web::{Web, join},
    uri::VersionSpec,
};
use serde_json::json;

/// Where the files are: another URI, and what is already known about the model.
pub(in crate::registry) struct Redirect {
    pub(in crate::registry) uri: String,
    /// Where the tracking server serves the files, for stores that only it can reach.
    pub(in crate::registry) through: Web,
    pub(in crate::registry) name: String,
    pub(in crate::registry) version: Option<String>,
    pub(in crate::registry) run_id: Option<String>,
    /// Identifies the content, where the content of this identity never changes.
    pub(in crate::registry) identity: Option<String>,
}

impl Mlflow<'_> {
    /// The version of `name` that `spec` means.
    pub(in crate::registry) async fn registered(
        self,
        name: &str,
        spec: &VersionSpec,
    ) -> Result<Redirect, RegistryError> {
        let found = self.version(name, spec).await?;
        let version = found.version;
        let query = [("name", name), ("version", version.as_str())];
        let DownloadUri { artifact_uri: uri } =
            self.get("/model-versions/get-download-uri", &query).await?;
        let files = self.url("/model-versions/get-artifact", &query)?;
        Ok(Redirect {
            identity: Some(format!("{} {name} {version} {uri}", self.server())),
            through: Web::query(files, "path", ""),
            uri,
            name: name.to_owned(),
            run_id: found.run_id.filter(|id| !id.is_empty()),
            version: Some(version),
        })
    }

    /// The logged model `id`.
    pub(in crate::registry) async fn logged(self, id: &str) -> Result<Redirect, RegistryError> {
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
        Ok(Redirect {
            identity: Some(format!(
                "{} {} {}",
                self.server(),
                info.model_id,
                info.artifact_uri
            )),
            through: self.logged_files(id, "")?,
            uri: info.artifact_uri,
            name: Some(info.name)
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| info.model_id.clone()),
            run_id: info.source_run_id.filter(|id| !id.is_empty()),
            version: Some(info.model_id),
        })
    }

    /// `path` of the run `id`: a model logged by MLflow 3 under that name, else a directory of the run's artifacts.
    pub(in crate::registry) async fn run(
        self,
        id: &str,
        path: &str,
    ) -> Result<Redirect, RegistryError> {
        let run: Run = self.get("/runs/get", &[("run_id", id)]).await?;
        let info = run.run.info;
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let filter = format!("name = '{}'", first.replace('\'', ""));
        let search =
            json!({"experiment_ids": [info.experiment_id], "filter": filter, "max_results": 100});
        // MLflow 2 has no logged models and answers 404.
        let logged = match self
            .search::<LoggedModels>("/logged-models/search", &search)
            .await
        {
            Ok(found) => found
                .models
                .into_iter()
                .find(|model| model.info.source_run_id.as_deref() == Some(id)),
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let (uri, through) = match logged {
            Some(model) => (
                join(&model.info.artifact_uri, rest),
                self.logged_files(&model.info.model_id, rest)?,
            ),
            None => (
                join(&info.artifact_uri, path),
                Web::query(
                    self.url("/get-artifact", &[("run_uuid", id)])?,
                    "path",
                    path,
                ),
            ),
        };
        Ok(Redirect {
            uri,
            through,
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            version: None,
            run_id: Some(id.to_owned()),
            // A run may log another model under the same path.
            identity: None,
        })
    }

    /// The endpoint that serves the files of a logged model below `prefix`.
    fn logged_files(self, id: &str, prefix: &str) -> Result<Web, RegistryError> {
        let path = format!("/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files");
        let url = self.url(&path, &[])?;
        Ok(Web::query(url, "artifact_file_path", prefix))
    }
}
