//! A package into MLflow's registry, without Python: a run with the training's parameters and metrics, a logged model, a version.
//!
//! Source: what MLflow 3.18's own client sends; servers of MLflow 2 have no logged models and get the files below the run.

mod upload;

use super::{
    RegistryError,
    access::Access,
    client::{Client, Repeat},
    mlflow::{API, Mlflow},
    places::disk::walk,
    remote::block_on,
    uri::{ModelUri, Wanted},
};

use reqwest::Method;
use serde_json::{Value, json};
use serde_yaml::Mapping;
use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The directory of a run's artifacts that the model goes to, and the name of the logged model.
const NAME: &str = "model";

/// What `push` has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    pub name: String,
    pub version: String,
    pub run_id: String,
}

/// A package's training, as its `MLmodel` tells it.
struct Facts {
    params: Vec<Value>,
    metrics: Vec<Value>,
}

/// Whether [`push`] to `target` can begin: for those who have long work to do before.
///
/// # Errors
/// `Uri` when `target` is no `models:/NAME` or no server is configured.
pub fn can_push(target: &str, access: &Access) -> Result<(), RegistryError> {
    target_name(target)?;
    Client::new(access)?.tracking("").map(|_| ())
}

/// Registers the package in `dir` as a new version of the model that `target` (`models:/NAME`) names. Blocks.
///
/// # Errors
/// As [`RegistryError`] tells. A run that was begun is marked as failed.
pub fn push(
    dir: &Path,
    target: &str,
    alias: Option<&str>,
    access: &Access,
) -> Result<Pushed, RegistryError> {
    let name = target_name(target)?;
    let alias = alias.map(checked_alias).transpose()?;
    let mlmodel = dir.join("MLmodel");
    let text = fs::read(&mlmodel).map_err(|error| {
        RegistryError::NotFound(format!(
            "{} cannot be read: {error}; push takes the directory of a package, as train writes it",
            mlmodel.display()
        ))
    })?;
    let yaml: Mapping = serde_yaml::from_slice(&text).map_err(|error| {
        RegistryError::Corrupt(format!("{} is not YAML: {error}", mlmodel.display()))
    })?;
    let client = Client::new(access)?;
    block_on(async {
        let push = Push {
            mlflow: Mlflow(&client),
            client: &client,
            dir,
            yaml,
        };
        push.run(&name, alias).await
    })
}

/// `models:/NAME`, or the name alone.
fn target_name(target: &str) -> Result<String, RegistryError> {
    let wrong = || {
        RegistryError::Uri(format!(
            "{target:?} is no place to register a model; write models:/NAME"
        ))
    };
    let name = match target.strip_prefix("models:") {
        Some(rest) => rest
            .strip_prefix('/')
            .filter(|rest| !rest.starts_with('/'))
            .ok_or_else(wrong)?,
        None => target,
    };
    let registered = ModelUri::parse(&format!("models:/{name}/1")).ok();
    match registered {
        Some(ModelUri::Registered {
            name,
            version: Wanted::Number(1),
        }) if !name.contains(['@', ':']) => Ok(name),
        _ => Err(wrong()),
    }
}

fn checked_alias(alias: &str) -> Result<&str, RegistryError> {
    let plain = !alias.is_empty()
        && alias
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    plain.then_some(alias).ok_or_else(|| {
        RegistryError::Uri(format!(
            "{alias:?} is no alias; letters, digits, - and _ make one, such as champion"
        ))
    })
}

struct Push<'a> {
    mlflow: Mlflow<'a>,
    client: &'a Client,
    dir: &'a Path,
    yaml: Mapping,
}

impl Push<'_> {
    async fn send(&self, method: Method, path: &str, body: Value) -> Result<Value, RegistryError> {
        let url = self.client.tracking(&format!("{API}{path}"))?;
        let repeat = if method == Method::PATCH {
            Repeat::Always
        } else {
            Repeat::IfNotActed
        };
        let request = || {
            if method == Method::PATCH {
                self.client.patch(&url, &body)
            } else {
                self.client.post(&url, &body)
            }
        };
        self.client.json(repeat, request).await
    }

    async fn create(&self, path: &str, body: Value) -> Result<Value, RegistryError> {
        self.send(Method::POST, path, body).await
    }

    async fn run(&self, name: &str, alias: Option<&str>) -> Result<Pushed, RegistryError> {
        let files = walk(self.dir).map_err(|error| {
            RegistryError::Disk(format!("{} cannot be read: {error}", self.dir.display()))
        })?;
        let user = json!([
            {"key": "mlflow.runName", "value": format!("push {name}")},
            {"key": "mlflow.source.name", "value": "ml-serving push"},
            {"key": "mlflow.source.type", "value": "LOCAL"},
        ]);
        // The experiment that every server has.
        let run = self.create("/runs/create", json!({"experiment_id": "0", "run_name": format!("push {name}"), "start_time": now(), "tags": user})).await?;
        let run_id = field(&run, &["run", "info", "run_id"])?;
        let artifacts = field(&run, &["run", "info", "artifact_uri"])?;
        let pushed = self
            .log_and_register(name, alias, &run_id, &artifacts, &files)
            .await;
        let status = if pushed.is_ok() { "FINISHED" } else { "FAILED" };
        let ended = self
            .create(
                "/runs/update",
                json!({"run_id": run_id, "status": status, "end_time": now()}),
            )
            .await;
        // The first failure is the one to report.
        let version = pushed?;
        ended?;
        Ok(Pushed {
            name: name.to_owned(),
            version,
            run_id,
        })
    }

    async fn log_and_register(
        &self,
        name: &str,
        alias: Option<&str>,
        run_id: &str,
        artifacts: &str,
        files: &[String],
    ) -> Result<String, RegistryError> {
        let Facts { params, metrics } = self.facts();
        self.create(
            "/runs/log-batch",
            json!({"run_id": run_id, "params": params, "metrics": metrics}),
        )
        .await?;
        let logged = json!({"experiment_id": "0", "name": NAME, "model_type": "", "source_run_id": run_id, "params": params, "tags": []});
        let (source, model_id) = match self.create("/logged-models", logged).await {
            Ok(logged) => {
                let id = field(&logged, &["model", "info", "model_id"])?;
                let place = field(&logged, &["model", "info", "artifact_uri"])?;
                let uploaded = self.upload(&place, run_id, Some(&id), files).await;
                let status = if uploaded.is_ok() {
                    "LOGGED_MODEL_READY"
                } else {
                    "LOGGED_MODEL_UPLOAD_FAILED"
                };
                let path = format!("/logged-models/{id}");
                let ended = self
                    .send(
                        Method::PATCH,
                        &path,
                        json!({"model_id": id, "status": status}),
                    )
                    .await;
                uploaded?;
                ended?;
                self.create(
                    "/runs/outputs",
                    json!({"run_id": run_id, "models": [{"model_id": id, "step": 0}]}),
                )
                .await?;
                (format!("models:/{id}"), Some(id))
            }
            // A server of MLflow 2.
            Err(RegistryError::NotFound(_)) => {
                let place = format!("{}/{NAME}", artifacts.trim_end_matches('/'));
                self.upload(&place, run_id, None, files).await?;
                let model =
                    serde_json::to_string(&self.described(run_id, None, NAME)).unwrap_or_default();
                self.create(
                    "/runs/log-model",
                    json!({"run_id": run_id, "model_json": model}),
                )
                .await?;
                (place, None)
            }
            Err(error) => return Err(error),
        };
        match self
            .create("/registered-models/create", json!({"name": name}))
            .await
        {
            Err(RegistryError::NotFound(text)) if !text.contains("already exists") => {
                return Err(RegistryError::NotFound(text));
            }
            Ok(_) | Err(RegistryError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        let version =
            json!({"name": name, "source": source, "run_id": run_id, "model_id": model_id});
        let made = self.create("/model-versions/create", version).await?;
        let version = field(&made, &["model_version", "version"])?;
        if let Some(alias) = alias {
            self.create(
                "/registered-models/alias",
                json!({"name": name, "alias": alias, "version": version}),
            )
            .await?;
        }
        Ok(version)
    }

    /// What `train` has noted: texts are parameters, numbers are metrics.
    fn facts(&self) -> Facts {
        let training = self
            .yaml
            .get("metadata")
            .and_then(|metadata| metadata.get("training"))
            .and_then(|training| training.as_mapping());
        let (mut params, mut metrics) = (Vec::new(), Vec::new());
        for (key, value) in training.into_iter().flatten() {
            match (key.as_str(), value.as_f64(), value.as_str()) {
                (Some(key), Some(number), _) => metrics
                    .push(json!({"key": key, "value": number, "timestamp": now(), "step": 0})),
                (Some(key), _, Some(text)) => params.push(json!({"key": key, "value": text})),
                _ => {}
            }
        }
        Facts { params, metrics }
    }

    /// The `MLmodel` as the registry's, which knows the run and the model it belongs to.
    fn described(&self, run_id: &str, model_id: Option<&str>, place: &str) -> Mapping {
        let mut yaml = self.yaml.clone();
        yaml.insert("run_id".into(), run_id.into());
        yaml.insert("artifact_path".into(), place.into());
        // Servers of MLflow 2 insist on it; train leaves it out, so that the same model has the same bytes.
        if !yaml.contains_key("utc_time_created") {
            let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
            yaml.insert(
                "utc_time_created".into(),
                now.format("%F %T%.6f").to_string().into(),
            );
        }
        if let Some(id) = model_id {
            yaml.insert("model_id".into(), id.into());
            yaml.insert("model_uuid".into(), id.into());
        }
        yaml
    }
}

/// A text in an answer.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_registered_by_its_name_alone() {
        assert_eq!(
            target_name("models:/My Forest").expect("a name"),
            "My Forest"
        );
        assert_eq!(target_name("churn").expect("a name"), "churn");
        for target in [
            "models:/",
            "models:/churn/1",
            "models://churn",
            "models:/churn@champion",
            "runs:/1/model",
            "",
        ] {
            let refusal = target_name(target).expect_err(target).to_string();
            assert!(refusal.contains("models:/NAME"), "{refusal}");
        }
    }

    #[test]
    fn an_alias_is_a_word() {
        assert!(checked_alias("champion-2").is_ok());
        for alias in ["", "a b", "a/b", "é"] {
            assert!(checked_alias(alias).is_err(), "{alias}");
        }
    }
}
