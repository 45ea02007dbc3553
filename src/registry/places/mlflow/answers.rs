//! The answers of MLflow's REST API, with the fields that are used here.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ModelVersion {
    pub(super) version: String,
    #[serde(default)]
    pub(super) current_stage: Option<String>,
    #[serde(default)]
    pub(super) run_id: Option<String>,
    /// The URI that the version was registered from.
    #[serde(default)]
    pub(super) source: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) status_message: Option<String>,
}

impl ModelVersion {
    pub(super) fn number(&self) -> u64 {
        self.version.parse().unwrap_or(0)
    }

    /// Whether the version is READY. Old servers answer no status; their versions count as ready.
    pub(super) fn is_ready(&self) -> bool {
        self.status
            .as_deref()
            .is_none_or(|status| status == "READY")
    }
}

#[derive(Deserialize)]
pub(super) struct OneVersion {
    pub(super) model_version: ModelVersion,
}

#[derive(Deserialize)]
pub(super) struct ManyVersions {
    #[serde(default)]
    pub(super) model_versions: Vec<ModelVersion>,
}

#[derive(Deserialize)]
pub(super) struct DownloadUri {
    pub(super) artifact_uri: String,
}

#[derive(Deserialize)]
pub(super) struct LoggedModel {
    pub(super) model: LoggedModelBody,
}

#[derive(Deserialize)]
pub(super) struct LoggedModels {
    #[serde(default)]
    pub(super) models: Vec<LoggedModelBody>,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LoggedModelBody {
    pub(super) info: LoggedModelInfo,
}

#[derive(Deserialize)]
pub(super) struct LoggedModelInfo {
    pub(super) model_id: String,
    #[serde(default)]
    pub(super) name: String,
    pub(super) artifact_uri: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) source_run_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Run {
    pub(super) run: RunBody,
}

#[derive(Deserialize)]
pub(super) struct RunBody {
    pub(super) info: RunInfo,
}

#[derive(Deserialize)]
pub(super) struct RunInfo {
    pub(super) experiment_id: String,
    pub(super) artifact_uri: String,
}
