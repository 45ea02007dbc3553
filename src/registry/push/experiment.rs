//! The experiment that a push makes its run in: the one that `MLFLOW_EXPERIMENT_NAME` or `MLFLOW_EXPERIMENT_ID` names, else `Default`.
//!
//! Source: `_get_experiment_id_from_env` in `mlflow/tracking/fluent.py`.

use super::api::{Api, exists_already, field};
use crate::registry::{access::Variables, error::RegistryError};
use serde_json::{Value, json};

/// The experiment of servers without workspaces; Python's client takes it where none is named.
const DEFAULT_ID: &str = "0";
/// Its name, by which it is found in a workspace, where it has another id.
const DEFAULT_NAME: &str = "Default";

/// Where the run will be.
#[derive(Debug)]
pub(super) enum Experiment {
    There {
        id: String,
        /// Below which the files will be.
        place: Option<String>,
    },
    /// One of that name is created.
    ToCreate { name: String },
}

impl Experiment {
    /// Finds the experiment. Nothing is created.
    ///
    /// # Errors
    /// `Uri` where the two variables name different ones; `NotFound` where there is none, or it is deleted.
    pub(super) async fn find(api: Api<'_>, set: &Variables) -> Result<Self, RegistryError> {
        let variable = |name| set.get(name).unwrap_or_default();
        let (name, id) = (
            variable("MLFLOW_EXPERIMENT_NAME"),
            variable("MLFLOW_EXPERIMENT_ID"),
        );
        let server = api.tracking();
        if !name.is_empty() {
            let Some(found) = by_name(api, name).await? else {
                return Ok(Self::ToCreate {
                    name: name.to_owned(),
                });
            };
            let found = Self::active(&found, &server)?;
            return match &found {
                Self::There { id: other, .. } if !id.is_empty() && id != other => {
                    Err(RegistryError::Uri(format!(
                        "MLFLOW_EXPERIMENT_ID={id} and MLFLOW_EXPERIMENT_NAME={name} are different experiments at {server}: {name} is {other}; set one of them"
                    )))
                }
                _ => Ok(found),
            };
        }
        let wanted = if id.is_empty() { DEFAULT_ID } else { id };
        let mut found = api
            .find("/experiments/get", &[("experiment_id", wanted)])
            .await?;
        if found.is_none() && id.is_empty() {
            found = by_name(api, DEFAULT_NAME).await?;
        }
        match found {
            Some(found) => Self::active(&found, &server),
            None if id.is_empty() => Err(RegistryError::NotFound(format!(
                "{server} has no experiment {DEFAULT_NAME}; name one in MLFLOW_EXPERIMENT_NAME, which is created if there is none"
            ))),
            None => Err(RegistryError::NotFound(format!(
                "{server} has no experiment with the id {id} of MLFLOW_EXPERIMENT_ID; name one in MLFLOW_EXPERIMENT_NAME, which is created if there is none"
            ))),
        }
    }

    /// The id, which is made now if need be.
    pub(super) async fn id(self, api: Api<'_>) -> Result<String, RegistryError> {
        let name = match self {
            Self::There { id, .. } => return Ok(id),
            Self::ToCreate { name } => name,
        };
        match api
            .create("/experiments/create", &json!({"name": name}))
            .await
        {
            Ok(made) => field(&made, &["experiment_id"]),
            // Another push was faster.
            Err(failed) if exists_already(&failed) => match by_name(api, &name).await? {
                Some(found) => field(&found, &["experiment", "experiment_id"]),
                None => Err(failed.error),
            },
            Err(failed) => Err(failed.error),
        }
    }

    fn active(answer: &Value, server: &str) -> Result<Self, RegistryError> {
        let part = |key| field(answer, &["experiment", key]);
        let id = part("experiment_id")?;
        if part("lifecycle_stage").is_ok_and(|stage| stage == "deleted") {
            let name = part("name").unwrap_or_default();
            return Err(RegistryError::NotFound(format!(
                "the experiment {name} ({id}) at {server} is deleted; restore it (mlflow experiments restore --experiment-id {id}), or name another one in MLFLOW_EXPERIMENT_NAME, which is created if there is none"
            )));
        }
        let place = part("artifact_location").ok();
        Ok(Self::There { id, place })
    }
}

async fn by_name(api: Api<'_>, name: &str) -> Result<Option<Value>, RegistryError> {
    api.find("/experiments/get-by-name", &[("experiment_name", name)])
        .await
}
