//! The run, the logged model and the version that a push makes.
//!
//! Source: what MLflow 3.18's own client sends; servers of MLflow 2 have no logged models and get the files below the run.

use crate::{
    package::mlmodel::{LoggedAs, MlModelDocument, Training},
    registry::{
        client::Client,
        error::RegistryError,
        places::{disk::walk, mlflow::Mlflow},
        retry::{Failed, Idempotent},
    },
};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The directory of a run's artifacts that the model goes to, and the name of the logged model.
pub(super) const NAME: &str = "model";

/// MLflow's error code for something that exists already.
const EXISTS: &str = "RESOURCE_ALREADY_EXISTS";

/// A package that is being registered.
pub(super) struct Push<'a> {
    pub(super) client: &'a Client,
    pub(super) dir: &'a Path,
    pub(super) mlmodel: MlModelDocument,
    /// The time in MLflow's form, as `2026-11-24 00:27:10.720856`.
    pub(super) created: String,
}

impl<'a> Push<'a> {
    pub(super) fn new(client: &'a Client, dir: &'a Path, mlmodel: MlModelDocument) -> Self {
        let created = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
        Self {
            client,
            dir,
            mlmodel,
            created: created.format("%F %T%.6f").to_string(),
        }
    }
}

impl Push<'_> {
    /// Registers the package as a version of `name`. Gives back the version and the run.
    ///
    /// # Errors
    /// The first failure; the run is then marked as failed.
    pub(super) async fn run(
        &self,
        name: &str,
        alias: Option<&str>,
    ) -> Result<(String, String), RegistryError> {
        let files = walk(self.dir).map_err(|error| RegistryError::unreadable(self.dir, &error))?;
        let tags = json!([
            {"key": "mlflow.runName", "value": format!("push {name}")},
            {"key": "mlflow.source.name", "value": "ml-serving push"},
            {"key": "mlflow.source.type", "value": "LOCAL"},
        ]);
        // Every server has this experiment.
        let run = self.create("/runs/create", json!({"experiment_id": "0", "run_name": format!("push {name}"), "start_time": now(), "tags": tags})).await?;
        let run_id = field(&run, &["run", "info", "run_id"])?;
        let artifacts = field(&run, &["run", "info", "artifact_uri"])?;
        let registered = async {
            let logged = self.log(&run_id, &artifacts, &files).await?;
            self.register(name, alias, &run_id, logged).await
        };
        let registered = registered.await;
        let status = match registered {
            Ok(_) => "FINISHED",
            Err(_) => "FAILED",
        };
        let end = json!({"run_id": run_id, "status": status, "end_time": now()});
        let ended = self.create("/runs/update", end).await;
        // The first failure is the one to report.
        let version = registered?;
        ended?;
        Ok((version, run_id))
    }

    /// Logs the training and uploads the package: below the run, or as a logged model where the server has such.
    async fn log(
        &self,
        run_id: &str,
        artifacts: &str,
        files: &[String],
    ) -> Result<Logged, RegistryError> {
        let Training { params, metrics } = self.mlmodel.training();
        let param = |(key, text)| json!({"key": key, "value": text});
        let params: Vec<Value> = params.into_iter().map(param).collect();
        let metric = |(key, x)| json!({"key": key, "value": x, "timestamp": now(), "step": 0});
        let metrics: Vec<Value> = metrics.into_iter().map(metric).collect();
        let batch = json!({"run_id": run_id, "params": params, "metrics": metrics});
        self.create("/runs/log-batch", batch).await?;
        let model = json!({"experiment_id": "0", "name": NAME, "model_type": "", "source_run_id": run_id, "params": params, "tags": []});
        match self
            .create("/logged-models", model)
            .await
            .map_err(RegistryError::from)
        {
            Ok(model) => self.log_model(&model, run_id, files).await,
            // A server of MLflow 2.
            Err(RegistryError::NotFound(_)) => self.log_below_run(run_id, artifacts, files).await,
            Err(error) => Err(error),
        }
    }

    async fn log_model(
        &self,
        model: &Value,
        run_id: &str,
        files: &[String],
    ) -> Result<Logged, RegistryError> {
        let id = field(model, &["model", "info", "model_id"])?;
        let place = field(model, &["model", "info", "artifact_uri"])?;
        let uploaded = self.upload(&place, run_id, Some(&id), files).await;
        let status = if uploaded.is_ok() {
            "LOGGED_MODEL_READY"
        } else {
            "LOGGED_MODEL_UPLOAD_FAILED"
        };
        let url = Mlflow::new(self.client).endpoint(&format!("/logged-models/{id}"))?;
        let end = json!({"model_id": id, "status": status});
        let ended = self
            .client
            .json::<Value>(Idempotent::Yes, || self.client.patch(&url, &end));
        let ended = ended.await;
        uploaded?;
        ended?;
        let outputs = json!({"run_id": run_id, "models": [{"model_id": id, "step": 0}]});
        self.create("/runs/outputs", outputs).await?;
        Ok(Logged {
            source: format!("models:/{id}"),
            model_id: Some(id),
        })
    }

    async fn log_below_run(
        &self,
        run_id: &str,
        artifacts: &str,
        files: &[String],
    ) -> Result<Logged, RegistryError> {
        let source = format!("{}/{NAME}", artifacts.trim_end_matches('/'));
        self.upload(&source, run_id, None, files).await?;
        let model = self.mlmodel.logged_as(LoggedAs {
            run_id,
            model_id: None,
            artifact_path: NAME,
            created: &self.created,
        });
        let model = model
            .to_json()
            .map_err(|error| RegistryError::Corrupt(error.to_string()))?;
        let body = json!({"run_id": run_id, "model_json": model.to_string()});
        self.create("/runs/log-model", body).await?;
        Ok(Logged {
            source,
            model_id: None,
        })
    }

    /// Makes a version of `name` from what was logged.
    async fn register(
        &self,
        name: &str,
        alias: Option<&str>,
        run_id: &str,
        logged: Logged,
    ) -> Result<String, RegistryError> {
        match self
            .create("/registered-models/create", json!({"name": name}))
            .await
        {
            Err(failed) if failed.code.as_deref() != Some(EXISTS) => return Err(failed.error),
            _ => {}
        }
        let Logged { source, model_id } = logged;
        let version =
            json!({"name": name, "source": source, "run_id": run_id, "model_id": model_id});
        let made = self.create("/model-versions/create", version).await?;
        let version = field(&made, &["model_version", "version"])?;
        if let Some(alias) = alias {
            let body = json!({"name": name, "alias": alias, "version": version});
            self.create("/registered-models/alias", body).await?;
        }
        Ok(version)
    }

    /// A POST that creates something, so that it is repeated only when the first one had no effect.
    async fn create(&self, path: &str, body: Value) -> Result<Value, Failed> {
        let url = Mlflow::new(self.client).endpoint(path)?;
        self.client
            .json(Idempotent::No, || self.client.post(&url, &body))
            .await
    }
}

/// Where the registry finds what was logged.
struct Logged {
    source: String,
    model_id: Option<String>,
}

/// The text at a path of an answer.
fn field(answer: &Value, path: &[&str]) -> Result<String, RegistryError> {
    let found = path
        .iter()
        .try_fold(answer, |value, key| value.get(key))
        .and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| {
        RegistryError::NotFound(format!(
            "the server's answer has no {}; is it MLflow?",
            path.join(".")
        ))
    })
}

/// Milliseconds since 1970.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as u64
}
