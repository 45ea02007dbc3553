//! Which version a user means, and what to say when there is no such version.

use super::{
    super::{RegistryError, uri::Wanted},
    Mlflow,
    answers::{Many, ModelVersion, One},
};
use serde_json::json;

impl Mlflow<'_> {
    /// The version of `name` that `wanted` means, if it is ready.
    pub(super) async fn version(
        &self,
        name: &str,
        wanted: &Wanted,
    ) -> Result<ModelVersion, RegistryError> {
        let found = match wanted {
            Wanted::Number(n) => {
                let n = n.to_string();
                let one = self
                    .get::<One>("/model-versions/get", &[("name", name), ("version", &n)])
                    .await;
                one.map(|one| Some(one.model_version))
            }
            Wanted::Alias(alias) => {
                let one = self
                    .get::<One>(
                        "/registered-models/alias",
                        &[("name", name), ("alias", alias)],
                    )
                    .await;
                one.map(|one| Some(one.model_version))
            }
            Wanted::Stage(stage) => {
                let many = self
                    .ask::<Many>(
                        "/registered-models/get-latest-versions",
                        &json!({"name": name, "stages": [stage]}),
                    )
                    .await;
                many.map(|many| newest(many.model_versions))
            }
            Wanted::Latest => self.versions(name).await.map(newest),
        };
        match found {
            Ok(Some(version)) if version.is_ready() => Ok(version),
            Ok(Some(version)) => {
                let status = version.status.unwrap_or_default();
                let text = format!(
                    "version {} of {name} at {} is {status}, not READY{}",
                    version.version,
                    self.0.server(),
                    version
                        .status_message
                        .map(|m| format!(": {m}"))
                        .unwrap_or_default()
                );
                // A registration that has failed stays so.
                Err(if status.starts_with("FAILED") {
                    RegistryError::NotFound(text)
                } else {
                    RegistryError::Unavailable(text)
                })
            }
            Ok(None) => Err(RegistryError::NotFound(format!(
                "the model {name} at {} has no {wanted}; {}",
                self.0.server(),
                self.what_there_is(name).await
            ))),
            Err(RegistryError::NotFound(why)) => Err(RegistryError::NotFound(format!(
                "the model {name} at {} has no {wanted}; {} ({why})",
                self.0.server(),
                self.what_there_is(name).await
            ))),
            Err(error) => Err(error),
        }
    }

    async fn versions(&self, name: &str) -> Result<Vec<ModelVersion>, RegistryError> {
        let quote = if name.contains('\'') { '"' } else { '\'' };
        let filter = format!("name={quote}{name}{quote}");
        let many: Many = self
            .get(
                "/model-versions/search",
                &[
                    ("filter", &filter),
                    ("order_by", "version_number DESC"),
                    ("max_results", "100"),
                ],
            )
            .await?;
        Ok(many.model_versions)
    }

    /// The next step for one who asked for what is not there.
    async fn what_there_is(&self, name: &str) -> String {
        let Ok(mut versions) = self.versions(name).await else {
            return "its versions cannot be listed".to_owned();
        };
        if versions.is_empty() {
            return "no model of that name has a version".to_owned();
        }
        versions.truncate(10);
        let each = versions
            .iter()
            .map(|version| match version.current_stage.as_deref() {
                None | Some("" | "None") => version.version.clone(),
                Some(stage) => format!("{} ({stage})", version.version),
            });
        format!(
            "it has the versions {}",
            each.collect::<Vec<_>>().join(", ")
        )
    }
}

fn newest(versions: Vec<ModelVersion>) -> Option<ModelVersion> {
    // One that is ready if there is one; else the newest, whose status is the news.
    versions
        .into_iter()
        .max_by_key(|version| (version.is_ready(), version.number()))
}
