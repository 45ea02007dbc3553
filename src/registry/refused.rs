//! Answers that are no success, turned into errors that tell what to do.

use super::{
    error::RegistryError,
    error_body::{ErrorBody, error_body},
    retry::Failed,
};
use crate::secret::redact;
use reqwest::{Response, StatusCode, Url, header::RETRY_AFTER};
use std::time::Duration;

/// An answer that is no success.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// Who answers what.
    pub(super) text: String,
    /// MLflow's `error_code`.
    code: Option<String>,
    pub(super) is_page: bool,
    /// Whether the answer is incomplete, so that nobody knows what it would have said.
    is_cut: bool,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads the answer of `place`.
    pub(super) async fn read(response: Response, place: &str) -> Self {
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let ErrorBody {
            message,
            code,
            is_page,
            is_cut,
        } = error_body(response).await;
        let cut = if is_cut {
            "; the answer is incomplete"
        } else {
            ""
        };
        Self {
            status,
            text: format!("{place} answers {status}{message}{cut}"),
            code,
            is_page,
            is_cut,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    /// What a status means where nothing else is known about it.
    pub(super) fn usual(&self) -> RegistryError {
        let text = self.text.clone();
        match self.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                RegistryError::Unavailable(text)
            }
            status if status.is_server_error() => RegistryError::Unavailable(text),
            _ if self.is_cut => RegistryError::Unavailable(text),
            _ => RegistryError::NotFound(text),
        }
    }

    /// The failure of the request, told as `error`.
    pub(super) fn failed(self, error: RegistryError) -> Failed {
        let turned_away = matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        Failed {
            may_have_acted: !turned_away,
            retry_after: self.retry_after,
            code: self.code,
            status: (!self.is_cut).then_some(self.status.as_u16()),
            ..error.into()
        }
    }
}

/// Turns an answer that is no success into an error. `is_mlflows` says whether an MLflow server was asked.
pub(super) async fn refused(response: Response, asked: &Url, is_mlflows: bool) -> Failed {
    let mut place = redact(response.url().as_str());
    if response.url().origin() != asked.origin() {
        let asked = redact(asked.as_str());
        place = format!(
            "{place}, which {asked} leads to, and which gets no credentials if it is another server,"
        );
    }
    let refusal = Refusal::read(response, &place).await;
    let text = &refusal.text;
    let error = match refusal.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !is_mlflows => {
            RegistryError::Denied(format!(
                "{text}; check the user and the password, or the signature, in the address of the file"
            ))
        }
        StatusCode::UNAUTHORIZED => RegistryError::Denied(format!(
            "{text}; check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        )),
        StatusCode::FORBIDDEN if refusal.code.is_some() => {
            RegistryError::Denied(format!("{text}; the credentials do not allow this"))
        }
        // MLflow answers without a code when it does not accept the Host header.
        StatusCode::FORBIDDEN => RegistryError::Denied(format!(
            "{text}; the credentials do not allow this, or, if it is about the Host header, the MLflow server needs --allowed-hosts naming this host"
        )),
        StatusCode::PAYLOAD_TOO_LARGE => RegistryError::NotFound(format!(
            "{text}; a proxy before the server takes no files of that size, so raise its limit (client_max_body_size of nginx)"
        )),
        StatusCode::NOT_IMPLEMENTED => RegistryError::NotFound(text.clone()),
        _ => refusal.usual(),
    };
    refusal.failed(error)
}
