//! URIs without their secrets, for messages, logs and answers.

use reqwest::Url;

/// The URI without what may be secret in it: user and password, and the query of a signed address.
pub fn redact(uri: &str) -> String {
    if !uri.contains("://") {
        return uri.to_owned();
    }
    let Ok(mut url) = Url::parse(uri) else {
        return uri.split(['?', '#']).next().unwrap_or_default().to_owned();
    };
    let container = url.scheme().starts_with("wasb") || url.scheme().starts_with("abfs");
    if !container && (!url.username().is_empty() || url.password().is_some()) {
        // This fails only for URLs that cannot have a user, and this one has a user.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_uri_are_redacted() {
        assert_eq!(
            redact("https://me:secret@host/m.zip?sig=x#y"),
            "https://host/m.zip"
        );
        assert_eq!(redact("models:/a?b/1"), "models:/a?b/1");
        assert_eq!(
            redact("wasbs://c@account.blob.core.windows.net/m"),
            "wasbs://c@account.blob.core.windows.net/m"
        );
    }
}
