//! What a registry wants to see before it answers: the `WWW-Authenticate` header of its refusal.

use http_auth::ChallengeRef;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// What to show to the registry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A user and a password.
    Basic,
    /// A token that the server at `realm` hands out.
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
    /// Something else, by its name.
    Other(String),
}

/// The challenge that can be met best, if the answer has one.
pub(super) fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let texts = headers.get_all(WWW_AUTHENTICATE).into_iter();
    let texts = texts.filter_map(|value| value.to_str().ok());
    let all: Vec<_> = texts
        .filter_map(|text| http_auth::parse_challenges(text).ok())
        .flatten()
        .map(|challenge| read(&challenge))
        .collect();
    let rank = |challenge: &Challenge| match challenge {
        Challenge::Bearer { .. } => 0,
        Challenge::Basic => 1,
        Challenge::Other(_) => 2,
    };
    all.into_iter().min_by_key(rank)
}

fn read(challenge: &ChallengeRef<'_>) -> Challenge {
    let param = |name: &str| {
        let mut params = challenge.params.iter();
        let found = params.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    if challenge.scheme.eq_ignore_ascii_case("basic") {
        return Challenge::Basic;
    }
    match param("realm") {
        Some(realm) if challenge.scheme.eq_ignore_ascii_case("bearer") => Challenge::Bearer {
            realm,
            service: param("service"),
            scope: param("scope"),
        },
        _ => Challenge::Other(challenge.scheme.chars().take(40).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn read(texts: &[&'static str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(text));
        }
        challenge(&headers)
    }

    #[test]
    fn a_token_is_preferred_to_a_password() {
        let bearer = |service: Option<&str>, scope: Option<&str>| {
            Some(Challenge::Bearer {
                realm: "https://auth.io/token".into(),
                service: service.map(str::to_owned),
                scope: scope.map(str::to_owned),
            })
        };
        let full = r#"Bearer realm="https://auth.io/token",service="r.io",scope="repository:a/b:pull,push""#;
        let wanted = bearer(Some("r.io"), Some("repository:a/b:pull,push"));
        assert_eq!(read(&[full]), wanted);
        assert_eq!(read(&[r#"Basic realm="x""#, full]), wanted);
        assert_eq!(
            read(&[r#"bearer REALM="https://auth.io/token""#]),
            bearer(None, None)
        );
        assert_eq!(
            read(&[r#"Basic realm="a \"quoted\" name""#]),
            Some(Challenge::Basic)
        );
        assert_eq!(
            read(&["Negotiate"]),
            Some(Challenge::Other("Negotiate".into()))
        );
        assert_eq!(
            read(&["Bearer x=1"]),
            Some(Challenge::Other("Bearer".into()))
        );
        assert_eq!(read(&["=,,;"]), None);
        assert_eq!(read(&[]), None);
    }
}
