//! Finds the model that a run has logged under a name.
//!
//! Source: `mlflow/store/artifact/runs_artifact_repo.py` of 3.18, which reads all pages of the experiment's models of that name.

use super::{
    answers::{LoggedModelBody, LoggedModels},
    api::Mlflow,
};
use crate::registry::error::RegistryError;
use serde_json::json;

const PAGE: usize = 100;
/// More pages of models with one name than any experiment has.
const MAX_PAGES: usize = 100;

impl Mlflow<'_> {
    /// The newest model that `run` of `experiment` has logged as `name`; nothing where there is none, or the server has no logged models.
    pub(super) async fn logged_by(
        self,
        run: &str,
        experiment: &str,
        name: &str,
    ) -> Result<Option<LoggedModelBody>, RegistryError> {
        let of_run = format!("source_run_id = '{}'", run.replace('\'', ""));
        match self.find(run, experiment, name, &of_run).await {
            // Not every server can search by the run.
            Err(RegistryError::NotFound(_)) => {
                let named = format!("name = '{}'", name.replace('\'', ""));
                self.find(run, experiment, name, &named).await
            }
            found => found,
        }
    }

    async fn find(
        self,
        run: &str,
        experiment: &str,
        name: &str,
        filter: &str,
    ) -> Result<Option<LoggedModelBody>, RegistryError> {
        let mut page =
            json!({"experiment_ids": [experiment], "filter": filter, "max_results": PAGE});
        for _ in 0..MAX_PAGES {
            let found = self.search_since_3::<LoggedModels>("/logged-models/search", &page);
            let Some(LoggedModels {
                models,
                next_page_token,
            }) = found.await?
            else {
                // MLflow 2 has no logged models.
                return Ok(None);
            };
            let ours = |model: &LoggedModelBody| {
                model.info.name == name
                    && model.info.source_run_id.as_deref() == Some(run)
                    // What was not uploaded whole.
                    && model.info.status != "LOGGED_MODEL_UPLOAD_FAILED"
            };
            if let Some(model) = models.into_iter().find(ours) {
                return Ok(Some(model));
            }
            match next_page_token.filter(|token| !token.is_empty()) {
                Some(token) => page["page_token"] = token.into(),
                None => return Ok(None),
            }
        }
        Err(RegistryError::NotFound(format!(
            "{} has more than {} newer models called {name} than that of the run {run}; name it by its id, models:/m-ID",
            self.tracking(),
            PAGE * MAX_PAGES
        )))
    }
}
