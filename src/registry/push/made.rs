//! What a push has made so far, and how it takes that back when it fails.

use super::api::{Api, is_missing, now};
use crate::registry::{error::RegistryError, retry::Failed};
use serde_json::{Value, json};
use std::time::Duration;

/// The longest time for each request of cleaning up: the server may be the one that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a push has made. Its run and its logged model are of use to nobody when it fails, and its version is a trap.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Whether it made the registered model, which stays.
    pub(super) registered: bool,
    pub(super) run: Option<String>,
    pub(super) model: Option<String>,
    pub(super) version: Option<String>,
    /// Whether the alias may point at the version. To delete it would then take the alias away from everybody.
    pub(super) may_have_alias: bool,
}

impl Made {
    /// Deletes the version, marks the rest as failed, and tells what is left after the failure `error`.
    pub(super) async fn undo(
        self,
        api: Api<'_>,
        name: &str,
        error: RegistryError,
    ) -> RegistryError {
        let mut told: Vec<String> = Vec::new();
        let left = match &self.version {
            Some(version) => self.remove(api, name, version).await.err(),
            None => None,
        };
        if let Some(left) = &left {
            told.push(format!(
                "; {left}; its files are whole. To remove it: mlflow.MlflowClient().delete_model_version({name:?}, {:?})",
                self.version.as_deref().unwrap_or_default()
            ));
        } else {
            told.push("; no version was registered".into());
            if self.registered {
                told.push(format!(", and {name}, which is new, has none"));
            }
            if let Some(id) = &self.model {
                let path = format!("/logged-models/{id}");
                let body = json!({"model_id": id, "status": "LOGGED_MODEL_UPLOAD_FAILED"});
                if within(api.patch(&path, &body)).await.is_err() {
                    told.push(format!(
                        "; the logged model {id} could not be marked as failed"
                    ));
                }
            }
        }
        if let Some(id) = &self.run {
            let end = json!({"run_id": id, "status": "FAILED", "end_time": now()});
            told.push(match within(api.set("/runs/update", &end)).await {
                Ok(_) => format!(" (run {id} is marked as failed)"),
                Err(_) => format!("; the run {id} could not be marked as failed"),
            });
        }
        error.and(&told.concat())
    }

    /// Deletes the version. The error says what is left instead.
    async fn remove(&self, api: Api<'_>, name: &str, version: &str) -> Result<(), String> {
        if self.may_have_alias {
            return Err(format!(
                "version {version} of {name} is left, because the alias may point at it"
            ));
        }
        let body = json!({"name": name, "version": version});
        match within(api.delete("/model-versions/delete", &body)).await {
            Ok(_) => Ok(()),
            Err(failed) if is_missing(&failed) => Ok(()),
            Err(failed) => Err(format!(
                "version {version} of {name} is left, because it could not be deleted ({})",
                failed.error
            )),
        }
    }
}

async fn within(request: impl Future<Output = Result<Value, Failed>>) -> Result<Value, Failed> {
    match tokio::time::timeout(PATIENCE, request).await {
        Ok(done) => done,
        Err(_) => Err(RegistryError::Unavailable(format!(
            "no answer within {} s",
            PATIENCE.as_secs()
        ))
        .into()),
    }
}
