//! The steps of a push: the run, the logged model, its files, the version, the alias. Each one is made only when all before it hold.
//!
//! Source: what MLflow 3.18's own client sends; servers of MLflow 2 have no logged models and get the files below the run.

use super::{
    api::{Api, field, now},
    content::{MLMODEL, Package},
    made::Made,
    ready::Ready,
    upload::{check_names, destination, upload},
    verify::verify,
    version::{Logged, Registration, same_place},
};
use crate::{
    package::mlmodel::LoggedAs,
    registry::{
        client::Client,
        error::RegistryError,
        places::{artifact_store::ArtifactStore, content::Content, mlflow::Mlflow},
    },
};
use serde_json::{Value, json};
use std::time::SystemTime;

/// The directory of a run's artifacts that the model goes to, and the name of the logged model.
const NAME: &str = "model";

/// A package that is being registered as `name`.
pub(super) struct Push<'a> {
    pub(super) client: &'a Client,
    pub(super) package: Package,
    pub(super) name: &'a str,
    pub(super) alias: Option<&'a str>,
}

/// Where a model is logged.
struct Place {
    run_id: String,
    /// The logged model of MLflow 3.
    model_id: Option<String>,
    /// The address of the directory, as the server calls it.
    uri: String,
    store: ArtifactStore,
}

impl Push<'_> {
    fn api(&self) -> Api<'_> {
        Api(self.client)
    }

    /// Registers the package. Gives back the version and the run.
    ///
    /// # Errors
    /// The first failure, with what is left of the push: no version that is READY, or it is named.
    pub(super) async fn run(&self, ready: Ready) -> Result<(String, String), RegistryError> {
        let mut made = Made::default();
        match self.steps(ready, &mut made).await {
            Ok((version, run_id)) => {
                let end = json!({"run_id": run_id, "status": "FINISHED", "end_time": now()});
                // The version is there, whatever becomes of the run.
                if let Err(failed) = self.api().set("/runs/update", &end).await {
                    tracing::warn!(error = %failed.error, "the run {run_id} could not be marked as finished");
                }
                Ok((version, run_id))
            }
            Err(error) => Err(made.undo(self.api(), self.name, error).await),
        }
    }

    async fn steps(
        &self,
        ready: Ready,
        made: &mut Made,
    ) -> Result<(String, String), RegistryError> {
        let registration = Registration {
            api: self.api(),
            name: self.name,
        };
        // Whoever may not do this is told before the files are sent.
        if !ready.registered {
            registration.registered_model(made).await?;
        }
        let experiment = ready.experiment.id(self.api()).await?;
        let place = self.place(&experiment, made).await?;
        self.record(&place).await?;
        let files = self.files(&place)?;
        check_names(&place.store, &files)?;
        upload(self.client, &place.store, &files).await?;
        let through = self.through(&place)?;
        verify(self.client, &place.store, through.as_ref(), &files).await?;
        let logged = self.log(&place).await?;
        let version = registration.version(&logged, made).await?;
        let served_from = registration.place(&version).await?;
        if !same_place(&served_from, &place.uri) {
            let store = destination(self.client, &served_from).await?;
            verify(self.client, &store, None, &files).await?;
        }
        if let Some(alias) = self.alias {
            registration.alias(alias, &version, made).await?;
        }
        Ok((version, place.run_id))
    }

    /// Begins a run, and a logged model where the server has such.
    async fn place(&self, experiment: &str, made: &mut Made) -> Result<Place, RegistryError> {
        let name = format!("push {}", self.name);
        let tags = json!([
            {"key": "mlflow.runName", "value": name},
            {"key": "mlflow.source.name", "value": "ml-serving push"},
            {"key": "mlflow.source.type", "value": "LOCAL"},
        ]);
        let run = json!({"experiment_id": experiment, "run_name": name, "start_time": now(), "tags": tags});
        let run = self.api().create("/runs/create", &run).await?;
        let run_id = field(&run, &["run", "info", "run_id"])?;
        made.run = Some(run_id.clone());
        let model = json!({"experiment_id": experiment, "name": NAME, "model_type": "", "source_run_id": run_id, "params": self.package.params(), "tags": []});
        let (model_id, uri) = match self.api().create("/logged-models", &model).await {
            Ok(model) => {
                let id = field(&model, &["model", "info", "model_id"])?;
                made.model = Some(id.clone());
                (Some(id), field(&model, &["model", "info", "artifact_uri"])?)
            }
            // A server of MLflow 2 does not know the address.
            Err(failed) if failed.status == Some(404) && failed.code.is_none() => {
                let uri = field(&run, &["run", "info", "artifact_uri"])?;
                (None, format!("{}/{NAME}", uri.trim_end_matches('/')))
            }
            Err(failed) => return Err(failed.error),
        };
        let store = destination(self.client, &uri).await?;
        Ok(Place {
            run_id,
            model_id,
            uri,
            store,
        })
    }

    /// Records the training: in the run, and its metrics in the logged model too, whose parameters it has already.
    async fn record(&self, place: &Place) -> Result<(), RegistryError> {
        let metrics = self.package.metrics(place.model_id.as_deref(), now());
        let batch =
            json!({"run_id": place.run_id, "params": self.package.params(), "metrics": metrics});
        self.api().set("/runs/log-batch", &batch).await?;
        Ok(())
    }

    /// The files to upload, with the `MLmodel` as it is logged.
    fn files(&self, place: &Place) -> Result<Vec<(String, Content)>, RegistryError> {
        let mlmodel = self.mlmodel(place, &place.uri);
        let text = mlmodel
            .to_yaml()
            .map_err(|error| RegistryError::Corrupt(error.to_string()))?;
        let mut files = self.package.files.clone();
        files.push((MLMODEL.to_owned(), Content::text(text)));
        Ok(files)
    }

    fn mlmodel(&self, place: &Place, uri: &str) -> crate::package::mlmodel::MlModelDocument {
        let created = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
        self.package.mlmodel.logged_as(LoggedAs {
            run_id: &place.run_id,
            model_id: place.model_id.as_deref(),
            artifact_path: if place.model_id.is_some() { uri } else { NAME },
            created: &created.format("%F %T%.6f").to_string(),
        })
    }

    /// How the MLflow server hands out what is in a bucket.
    fn through(&self, place: &Place) -> Result<Option<ArtifactStore>, RegistryError> {
        if !matches!(place.store, ArtifactStore::Bucket(_)) {
            return Ok(None);
        }
        let mlflow = Mlflow::new(self.client);
        let web = match &place.model_id {
            Some(id) => mlflow.logged_files(id, "")?,
            None => mlflow.run_files(&place.run_id, NAME)?,
        };
        Ok(Some(ArtifactStore::Web(web)))
    }

    /// Says that the model is logged, now that all of it is there.
    async fn log(&self, place: &Place) -> Result<Logged, RegistryError> {
        let run_id = place.run_id.clone();
        let Some(id) = &place.model_id else {
            let model = self.mlmodel(place, NAME).to_json();
            let model = model.map_err(|error| RegistryError::Corrupt(error.to_string()))?;
            let body: Value = json!({"run_id": run_id, "model_json": model.to_string()});
            self.api().create("/runs/log-model", &body).await?;
            return Ok(Logged {
                source: place.uri.clone(),
                model_id: None,
                run_id,
            });
        };
        let ready = json!({"model_id": id, "status": "LOGGED_MODEL_READY"});
        self.api()
            .patch(&format!("/logged-models/{id}"), &ready)
            .await?;
        let outputs = json!({"run_id": run_id, "models": [{"model_id": id, "step": 0}]});
        self.api().create("/runs/outputs", &outputs).await?;
        Ok(Logged {
            source: format!("models:/{id}"),
            model_id: Some(id.clone()),
            run_id,
        })
    }
}
