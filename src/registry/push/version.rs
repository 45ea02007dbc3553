//! The version of the registered model, and the alias: made when everything that they lead to is in its place.

use super::{
    api::{Api, exists_already, field, is_missing, was_refused},
    made::Made,
};
use crate::registry::{error::RegistryError, retry::Failed};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often an alias is set again that others set at the same time.
const AT_ONCE: usize = 3;
/// How long a registry may take to copy or to scan what was registered. Python's client waits as long.
const UNTIL_READY: Duration = Duration::from_mins(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often something is created that failed without an effect.
const ATTEMPTS: u32 = 3;

/// Where the registry finds what was logged.
pub(super) struct Logged {
    pub(super) source: String,
    pub(super) model_id: Option<String>,
    pub(super) run_id: String,
}

/// A version to make of `name`.
pub(super) struct Registration<'a> {
    pub(super) api: Api<'a>,
    pub(super) name: &'a str,
}

impl Registration<'_> {
    /// Makes the registered model, unless it is there.
    pub(super) async fn registered_model(&self, made: &mut Made) -> Result<(), RegistryError> {
        let body = json!({"name": self.name});
        match self.api.create("/registered-models/create", &body).await {
            Ok(_) => {
                made.registered = true;
                Ok(())
            }
            Err(failed) if exists_already(&failed) => Ok(()),
            Err(failed) => Err(failed.error),
        }
    }

    /// Makes the version and waits until it is READY.
    pub(super) async fn version(
        &self,
        logged: &Logged,
        made: &mut Made,
    ) -> Result<String, RegistryError> {
        let mut attempt = 1;
        let version = loop {
            let failed = match self.create(logged).await {
                Ok(version) => break version,
                Err(failed) => failed,
            };
            // The request may have had its effect, although its answer did not come.
            if let Some(version) = self.of_run(&logged.run_id, &failed).await? {
                break version;
            }
            let again = attempt < ATTEMPTS
                && if is_missing(&failed) {
                    tracing::info!("{} was deleted meanwhile; it is created again", self.name);
                    self.registered_model(made).await?;
                    true
                } else {
                    // MLflow itself says that it failed: two pushes at once may take the same number.
                    failed.code.is_some() && matches!(failed.error, RegistryError::Unavailable(_))
                };
            if !again {
                return Err(failed.error);
            }
            attempt += 1;
        };
        made.version = Some(version.clone());
        self.until_ready(&version).await?;
        Ok(version)
    }

    async fn create(&self, logged: &Logged) -> Result<String, Failed> {
        let mut body = json!({"name": self.name, "source": logged.source, "run_id": logged.run_id});
        if let Some(id) = &logged.model_id {
            body["model_id"] = id.as_str().into();
        }
        let made = self.api.create("/model-versions/create", &body).await?;
        Ok(field(&made, &["model_version", "version"])?)
    }

    /// The version that was made of the run, if the failure leaves open whether there is one.
    async fn of_run(&self, run_id: &str, failed: &Failed) -> Result<Option<String>, RegistryError> {
        if was_refused(failed) || !failed.may_have_acted {
            return Ok(None);
        }
        let filter = format!("run_id='{run_id}'");
        let query = [("filter", filter.as_str())];
        for pause in [0, 1, 3] {
            sleep(Duration::from_secs(pause)).await;
            let Ok(found) = self.api.get("/model-versions/search", &query).await else {
                continue;
            };
            let mut versions = found["model_versions"].as_array().into_iter().flatten();
            let ours = versions.find(|version| version["name"] == self.name);
            if let Some(version) = ours {
                return field(version, &["version"]).map(Some);
            }
            // A server that has failed for certain makes none later.
            if failed.code.is_some() {
                break;
            }
        }
        Ok(None)
    }

    async fn until_ready(&self, version: &str) -> Result<(), RegistryError> {
        let (start, mut pause) = (Instant::now(), Duration::from_millis(200));
        let query = [("name", self.name), ("version", version)];
        loop {
            let found = self.api.get("/model-versions/get", &query).await?;
            let found = &found["model_version"];
            let status = found["status"].as_str().unwrap_or("READY");
            let name = self.name;
            let told = found["status_message"].as_str().unwrap_or_default();
            if found["version"].as_str() != Some(version) {
                return Err(RegistryError::NotFound(format!(
                    "the server does not find version {version} of {name}, which it has made; is it MLflow?"
                )));
            }
            if status == "READY" {
                return Ok(());
            }
            if status.starts_with("FAILED") || start.elapsed() >= UNTIL_READY {
                return Err(RegistryError::NotFound(format!(
                    "version {version} of {name} is {status}, not READY, after {} s {told}",
                    start.elapsed().as_secs()
                )));
            }
            tracing::info!("version {version} of {name} is {status}; waiting for it");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Where the registry says that the files of the version are.
    pub(super) async fn place(&self, version: &str) -> Result<String, RegistryError> {
        let query = [("name", self.name), ("version", version)];
        let found = self
            .api
            .get("/model-versions/get-download-uri", &query)
            .await?;
        field(&found, &["artifact_uri"])
    }

    /// Points the alias at the version, and looks whether it does.
    pub(super) async fn alias(
        &self,
        alias: &str,
        version: &str,
        made: &mut Made,
    ) -> Result<(), RegistryError> {
        let before = self.version_of(alias).await?;
        let body = json!({"name": self.name, "alias": alias, "version": version});
        let set = async || self.api.set("/registered-models/alias", &body).await;
        let mut answered = set().await;
        for _ in 0..AT_ONCE {
            match &answered {
                // MLflow refuses a new alias that two pushes set at once; now the other one has set it.
                Err(failed)
                    if was_refused(failed)
                        && matches!(self.version_of(alias).await, Ok(now) if now != before) =>
                {
                    answered = set().await;
                }
                _ => break,
            }
        }
        match (answered, self.version_of(alias).await) {
            (_, Ok(Some(found))) if found == version => Ok(()),
            // Another push has moved it since.
            (Ok(_), Ok(Some(other))) if Some(&other) != before.as_ref() => {
                tracing::warn!(
                    "the alias {alias} of {} was moved on to version {other} meanwhile",
                    self.name
                );
                Ok(())
            }
            (Ok(_), Ok(old)) => Err(RegistryError::NotFound(format!(
                "the alias {alias} of {} leads to {}, although the server answered that it was set",
                self.name,
                old.map_or("nothing".to_owned(), |old| format!("version {old}"))
            ))),
            (Ok(_), Err(failed)) => {
                tracing::warn!(error = %failed.error, "the alias {alias} is set, but could not be read again");
                Ok(())
            }
            (Err(failed), found) => {
                made.may_have_alias = found.is_err() && !was_refused(&failed);
                Err(failed.error)
            }
        }
    }

    /// The version that the alias points at.
    async fn version_of(&self, alias: &str) -> Result<Option<String>, Failed> {
        let query = [("name", self.name), ("alias", alias)];
        match self.api.get("/registered-models/alias", &query).await {
            Ok(found) => Ok(Some(field(&found, &["model_version", "version"])?)),
            // MLflow says 400 or 404 where there is no such alias.
            Err(failed) if failed.code.is_some() && was_refused(&failed) => Ok(None),
            Err(failed) => Err(failed),
        }
    }
}

/// Whether two addresses of a store are the same.
pub(super) fn same_place(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}
