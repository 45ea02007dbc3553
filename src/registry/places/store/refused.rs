//! The error for a URL or a variable that cannot be used.

use crate::{
    registry::error::RegistryError,
    secret::{redact, redact_text},
};
use reqwest::Url;

pub(super) fn refused(url: &Url, why: &str) -> RegistryError {
    RegistryError::Uri(format!("{}: {}", redact(url.as_str()), redact_text(why)))
}
