//! A second server for artifacts, as `mlflow server --artifacts-only` starts it: whether it gets the credentials of the tracking server.
//!
//! Python sends them to every host that an artifact URI names. Whoever may register a model could so have them sent to a host of his own.
//! Only who runs the tracking server says where its default experiment keeps artifacts.

use super::api::Mlflow;
use crate::registry::{places::proxy::Proxy, uri::ModelUri};
use serde_json::Value;

impl Mlflow<'_> {
    /// Lets the server behind `proxy`, which `host` names, have the credentials if it is the tracking server's own, or `named` by the user.
    pub(in crate::registry) async fn introduce(self, proxy: &Proxy, host: &str, named: bool) {
        if !self.has_credentials_for(proxy) && (named || self.keeps_artifacts_at(host).await) {
            self.share_credentials(proxy);
        }
    }

    async fn keeps_artifacts_at(self, host: &str) -> bool {
        let experiment = [("experiment_id", "0")];
        let found: Result<Value, _> = self.get("/experiments/get", &experiment).await;
        let place = found.ok().and_then(|found| {
            let place = found.pointer("/experiment/artifact_location")?.as_str()?;
            ModelUri::parse(place).ok()
        });
        matches!(place, Some(ModelUri::Artifacts { host: Some(own), .. }) if own.eq_ignore_ascii_case(host))
    }
}
