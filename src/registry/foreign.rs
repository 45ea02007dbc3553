//! Tells MLflow's answers from those of what may stand before it: an ingress without its backend, or the page of a login.
//!
//! MLflow's refusals are JSON with an `error_code`. What comes without one says nothing about the model, and may be over soon.

use super::{body::is_page, error::RegistryError, retry::Failed};
use crate::secret::redact;
use reqwest::{Response, header::CONTENT_DISPOSITION};

/// The end of messages about an answer that is not MLflow's.
const NOT_MLFLOW: &str =
    "that is no answer of MLflow's; check MLFLOW_TRACKING_URI, and what is in front of the server";

/// The failure of a request that went to MLflow. One that MLflow has no part in may pass.
pub(super) fn asked_of_mlflow(failed: Failed) -> Failed {
    match failed.error {
        RegistryError::NotFound(text) if failed.code.is_none() => Failed {
            error: RegistryError::Unavailable(format!("{text}; {NOT_MLFLOW}")),
            ..failed
        },
        _ => failed,
    }
}

/// Whether the failure may be that of an MLflow server which is too old to have the endpoint.
pub(super) fn is_unknown_endpoint(failed: &Failed) -> bool {
    matches!(failed.error, RegistryError::NotFound(_)) && failed.code.is_none()
}

/// The failure of an answer from `place` that is no JSON, or not the one that was asked for.
pub(super) fn unreadable_answer(place: &str, error: &serde_json::Error) -> Failed {
    RegistryError::Unavailable(format!(
        "{place} does not answer like an MLflow server ({error}): {NOT_MLFLOW}"
    ))
    .into()
}

/// A file that MLflow sends. Every one of them is an attachment, so a page is none.
///
/// # Errors
/// `Unavailable` for a page.
pub(super) fn file_of_mlflow(response: Response) -> Result<Response, Failed> {
    if is_page(&response) && !response.headers().contains_key(CONTENT_DISPOSITION) {
        let place = redact(response.url().as_str());
        return Err(RegistryError::Unavailable(format!(
            "{place} answers with a page instead of the file: {NOT_MLFLOW}"
        ))
        .into());
    }
    Ok(response)
}
