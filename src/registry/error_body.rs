//! The bodies of answers that are no success.

use super::body::is_page;
use crate::secret::redact_text;
use reqwest::Response;

/// How many bytes of an error's body are read.
const MAX_ERROR_BYTES: usize = 16 << 10;

/// The body of an answer that is no success.
pub(super) struct ErrorBody {
    /// `: ` and the beginning of the message, or nothing.
    pub(super) message: String,
    /// MLflow's `error_code`.
    pub(super) code: Option<String>,
    pub(super) is_page: bool,
    /// Whether the connection ended before it did.
    pub(super) is_cut: bool,
}

/// Reads the body of an error: the JSON of MLflow or of an OCI registry, or the beginning of a text.
pub(super) async fn error_body(mut response: Response) -> ErrorBody {
    let is_page = is_page(&response);
    let (mut body, mut is_cut) = (Vec::new(), false);
    while body.len() <= MAX_ERROR_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(_) => {
                is_cut = true;
                break;
            }
        }
    }
    let json = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
    let field = |name| {
        json.get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let of_oci = || {
        let message = json.pointer("/errors/0/message")?.as_str()?;
        Some(message.to_owned())
    };
    let text = match field("message").or_else(of_oci) {
        Some(message) => message,
        None if is_page => String::new(),
        None => String::from_utf8_lossy(&body).into_owned(),
    };
    let line = text.trim().lines().next().unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).take(300).collect();
    let line = redact_text(&line);
    ErrorBody {
        message: if line.is_empty() {
            line
        } else {
            format!(": {line}")
        },
        code: field("error_code"),
        is_page,
        is_cut,
    }
}
