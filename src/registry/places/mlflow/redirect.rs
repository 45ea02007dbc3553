//! Where a registered version, a logged model or a run keeps its files: MLflow answers with a further URI.

use super::{
    answers::{DownloadUri, LoggedModel, ModelVersion, Run},
    api::Mlflow,
};
use crate::registry::{
    error::RegistryError,
    places::{
        lists::{Below, Lists},
        names::join,
        web::Web,
    },
    uri::VersionSpec,
};

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
        let version = found.version.clone();
        let query = [("name", name), ("version", version.as_str())];
        let DownloadUri { artifact_uri: uri } =
            self.get("/model-versions/get-download-uri", &query).await?;
        let files = self.url("/model-versions/get-artifact", &query)?;
        Ok(Redirect {
            identity: Some(format!("{} {name} {version} {uri}", self.server())),
            through: Web::query(files, "path", "", self.lists_version(&found, &uri)?),
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
        let Some(found) = self.get_since_3::<LoggedModel>(&path).await? else {
            return Err(RegistryError::NotFound(format!(
                "{} is MLflow 2, which has no logged models such as {id}; name the model by its version (models:/NAME/VERSION) or its run \
                 (runs:/RUN_ID/PATH), or the server of MLflow 3 in MLFLOW_TRACKING_URI",
                self.tracking()
            )));
        };
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
                self.tracking(),
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
        let logged = self.logged_by(id, &info.experiment_id, first).await?;
        let (uri, through) = match logged {
            Some(model) => (
                join(&model.info.artifact_uri, rest),
                self.logged_files(&model.info.model_id, rest)?,
            ),
            None => (join(&info.artifact_uri, path), self.run_files(id, path)?),
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

    /// The endpoint that serves the files of a run below `prefix`.
    pub(in crate::registry) fn run_files(
        self,
        id: &str,
        prefix: &str,
    ) -> Result<Web, RegistryError> {
        let url = self.url("/get-artifact", &[("run_uuid", id)])?;
        let lists = self.lists_run(id, Below::At(prefix.to_owned()))?;
        Ok(Web::query(url, "path", prefix, Some(lists)))
    }

    /// The endpoint that serves the files of a logged model below `prefix`.
    pub(in crate::registry) fn logged_files(
        self,
        id: &str,
        prefix: &str,
    ) -> Result<Web, RegistryError> {
        let path = format!("/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files");
        let url = self.url(&path, &[])?;
        let lists = self.lists_logged(id, prefix)?;
        Ok(Web::query(url, "artifact_file_path", prefix, Some(lists)))
    }

    fn lists_run(self, id: &str, below: Below) -> Result<Lists, RegistryError> {
        let url = self.url("/api/2.0/mlflow/artifacts/list", &[("run_id", id)])?;
        let key = "path";
        Ok(Lists { url, key, below })
    }

    fn lists_logged(self, id: &str, prefix: &str) -> Result<Lists, RegistryError> {
        let path = format!("/api/2.0/mlflow/logged-models/{id}/artifacts/directories");
        Ok(Lists {
            url: self.url(&path, &[])?,
            key: "artifact_directory_path",
            below: Below::At(prefix.to_owned()),
        })
    }

    /// What lists the files of a version: it has no endpoint for that itself, but what it was registered from may have.
    fn lists_version(
        self,
        version: &ModelVersion,
        uri: &str,
    ) -> Result<Option<Lists>, RegistryError> {
        let source = version.source.as_deref().unwrap_or_default();
        if let Some(id) = source.strip_prefix("models:/")
            && id.starts_with("m-")
            && !id.contains('/')
        {
            return self.lists_logged(id, "").map(Some);
        }
        let Some(id) = version.run_id.as_deref().filter(|id| !id.is_empty()) else {
            return Ok(None);
        };
        let run = self.url("/api/2.0/mlflow/runs/get", &[("run_id", id)])?;
        let uri = uri.to_owned();
        self.lists_run(id, Below::OfRun { run, uri }).map(Some)
    }
}
