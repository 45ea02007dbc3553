//! Finds the version that a URI means, and words the error when there is none.

use super::{
    answers::{ManyVersions, ModelVersion, OneVersion},
    api::Mlflow,
};
use crate::registry::{error::RegistryError, uri::VersionSpec};
use serde_json::json;

impl Mlflow<'_> {
    /// The version of `name` that `spec` means, if it is ready.
    pub(super) async fn version(
        self,
        name: &str,
        spec: &VersionSpec,
    ) -> Result<ModelVersion, RegistryError> {
        match self.find_version(name, spec).await {
            Ok(Some(version)) if version.is_ready() => Ok(version),
            Ok(Some(version)) => Err(self.not_ready(name, version)),
            Ok(None) => Err(self.no_version(name, spec, "").await),
            Err(RegistryError::NotFound(why)) => {
                Err(self.no_version(name, spec, &format!(" ({why})")).await)
            }
            Err(error) => Err(error),
        }
    }

    /// The version that `spec` means, whether it is ready or not.
    async fn find_version(
        self,
        name: &str,
        spec: &VersionSpec,
    ) -> Result<Option<ModelVersion>, RegistryError> {
        let one: OneVersion = match spec {
            VersionSpec::Number(n) => {
                let n = n.to_string();
                let query = [("name", name), ("version", n.as_str())];
                self.get("/model-versions/get", &query).await?
            }
            VersionSpec::Alias(alias) => {
                let query = [("name", name), ("alias", alias.as_str())];
                self.get("/registered-models/alias", &query).await?
            }
            VersionSpec::Stage(stage) => {
                let body = json!({"name": name, "stages": [stage]});
                let many: ManyVersions = self
                    .search("/registered-models/get-latest-versions", &body)
                    .await?;
                return Ok(newest(many.model_versions));
            }
            VersionSpec::Latest => return self.versions(name).await.map(newest),
        };
        Ok(Some(one.model_version))
    }

    fn not_ready(self, name: &str, version: ModelVersion) -> RegistryError {
        let status = version.status.unwrap_or_default();
        let text = format!(
            "version {} of {name} at {} is {status}, not READY{}",
            version.version,
            self.server(),
            version
                .status_message
                .map(|m| format!(": {m}"))
                .unwrap_or_default()
        );
        // A failed registration does not become ready later.
        if status.starts_with("FAILED") {
            RegistryError::NotFound(text)
        } else {
            RegistryError::Unavailable(text)
        }
    }

    async fn no_version(self, name: &str, spec: &VersionSpec, why: &str) -> RegistryError {
        RegistryError::NotFound(format!(
            "the model {name} at {} has no {spec}; {}{why}",
            self.server(),
            self.existing_versions(name).await
        ))
    }

    async fn versions(self, name: &str) -> Result<Vec<ModelVersion>, RegistryError> {
        let quote = match (name.contains('\''), name.contains('"')) {
            // A filter cannot escape a quote. This endpoint answers the newest version of each stage.
            (true, true) => {
                let body = json!({"name": name});
                let path = "/registered-models/get-latest-versions";
                let many: ManyVersions = self.search(path, &body).await?;
                return Ok(many.model_versions);
            }
            (true, false) => '"',
            _ => '\'',
        };
        let filter = format!("name={quote}{name}{quote}");
        let many: ManyVersions = self
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

    /// The next step when the version does not exist: the versions that do.
    async fn existing_versions(self, name: &str) -> String {
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
    // The newest version that is ready. If none is, the newest one, so that the error names its status.
    versions
        .into_iter()
        .max_by_key(|version| (version.is_ready(), version.number()))
}
