//! The bodies of answers.

use super::{error::RegistryError, http::unreachable, retry::Failed};
use crate::secret::redact;
use reqwest::{Response, header::CONTENT_TYPE};

/// Whether the answer is a web page, as no API and no store sends one.
pub(super) fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The whole body of an answer.
///
/// # Errors
/// `Corrupt` when it is larger than `max` bytes.
pub(super) async fn bounded(mut response: Response, max: usize) -> Result<Vec<u8>, Failed> {
    let url = response.url().clone();
    let cut = |error: reqwest::Error| unreachable(&error.with_url(url.clone()));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(cut)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > max {
            return Err(RegistryError::Corrupt(format!(
                "the answer of {} is larger than {max} bytes",
                redact(url.as_str())
            ))
            .into());
        }
    }
    Ok(bytes)
}
