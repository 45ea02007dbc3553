//! The credentials of a registry, as `docker login` and pull secrets of Kubernetes keep them.

use crate::{
    registry::{
        access::Access,
        error::RegistryError,
        home,
        reference::{DOCKER_HUB, Reference},
    },
    secret::{hide, hide_user},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// The file in Docker's directory, and what it is called in a mounted pull secret.
const FILES: [&str; 2] = ["config.json", ".dockerconfigjson"];

/// What there is to show to a registry.
#[derive(PartialEq, Eq)]
pub(super) enum Credentials {
    Nothing,
    Basic {
        user: String,
        password: String,
    },
    /// Shown to the server of tokens, not to the registry.
    Identity(String),
    /// A token for the registry itself.
    Token(String),
    /// A program has them.
    Helper(String),
}

/// Docker's configuration, as far as it is about credentials.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerConfig {
    auths: Option<BTreeMap<String, Auth>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase", default)]
struct Auth {
    auth: String,
    username: String,
    password: String,
    #[serde(alias = "identityToken")]
    identitytoken: String,
    #[serde(alias = "registryToken")]
    registrytoken: String,
}

/// The variable that names another directory than Docker's usual one.
const DIRECTORY: &str = "DOCKER_CONFIG";

/// Docker's directory; empty where there is none.
pub(super) fn directory(access: &Access) -> String {
    match (access.variables.get(DIRECTORY), &access.home) {
        (Some(own), _) => own.to_owned(),
        (None, home) if !home.is_empty() => format!("{home}/.docker"),
        _ => String::new(),
    }
}

/// The credentials for `reference` in Docker's directory; nothing where there are none.
///
/// # Errors
/// `Uri` where the file cannot be read. The text has nothing of what is in it.
pub(super) fn find(access: &Access, reference: &Reference) -> Result<Credentials, RegistryError> {
    let is_named = access.variables.get(DIRECTORY).is_some();
    in_directory(&directory(access), is_named, reference)
}

fn in_directory(
    directory: &str,
    is_named: bool,
    reference: &Reference,
) -> Result<Credentials, RegistryError> {
    if directory.is_empty() {
        return Ok(Credentials::Nothing);
    }
    for file in FILES {
        let path = Path::new(directory).join(file);
        let wrong = |why: &str| {
            let path = path.display();
            RegistryError::Uri(format!(
                "{path}, which has the credentials of registries: {why}"
            ))
        };
        let text = home::read(&path, is_named).map_err(|error| wrong(&error.to_string()))?;
        let Some(text) = text else {
            continue;
        };
        // The parser's own words may quote a password.
        let config: DockerConfig = serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            wrong(&format!(
                "it is no such file at line {line}, column {column}; `docker login` writes one"
            ))
        })?;
        let found = config.credentials(reference).map_err(|why| wrong(&why))?;
        found.hide();
        return Ok(found);
    }
    Ok(Credentials::Nothing)
}

impl Credentials {
    /// Keeps them out of everything that is written, whatever a registry quotes.
    fn hide(&self) {
        match self {
            Self::Basic { user, password } => {
                hide_user(user, password);
            }
            Self::Identity(token) | Self::Token(token) => hide([token.as_str()]),
            Self::Nothing | Self::Helper(_) => {}
        }
    }
}

impl DockerConfig {
    fn credentials(&self, reference: &Reference) -> Result<Credentials, String> {
        let auths = self.auths.iter().flatten();
        let best = auths
            .filter_map(|(key, auth)| Some((matched(key, reference)?, auth)))
            .max_by_key(|(length, _)| *length);
        let found = best.map_or(Ok(Credentials::Nothing), |(_, auth)| auth.credentials())?;
        if found != Credentials::Nothing {
            return Ok(found);
        }
        let helpers = self.cred_helpers.iter().flatten();
        let own = helpers
            .filter(|(key, _)| matched(key, reference).is_some())
            .map(|(_, helper)| helper);
        let mut helper = own.chain(&self.creds_store).filter(|name| !name.is_empty());
        Ok(helper.next().map_or(Credentials::Nothing, |name| {
            let name: String = name.escape_debug().take(100).collect();
            Credentials::Helper(name)
        }))
    }
}

impl Auth {
    fn credentials(&self) -> Result<Credentials, String> {
        if !self.registrytoken.is_empty() {
            return Ok(Credentials::Token(self.registrytoken.clone()));
        }
        if !self.identitytoken.is_empty() {
            return Ok(Credentials::Identity(self.identitytoken.clone()));
        }
        let (user, password) = if self.auth.is_empty() {
            (self.username.clone(), self.password.clone())
        } else {
            let bytes = BASE64_STANDARD.decode(self.auth.trim()).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = text.as_deref().and_then(|text| text.split_once(':'));
            let (user, password) =
                pair.ok_or("an `auth` in it is not the base64 of USER:PASSWORD")?;
            (user.to_owned(), password.trim_matches('\0').to_owned())
        };
        if user.is_empty() && password.is_empty() {
            return Ok(Credentials::Nothing);
        }
        Ok(Credentials::Basic { user, password })
    }
}

/// How much of the repository's name the key of an entry has, if the entry is for it: `ghcr.io`, `https://index.docker.io/v1/`, or with
/// a part of the repository, as Kubernetes and Podman read it.
fn matched(key: &str, reference: &Reference) -> Option<usize> {
    let key = key.strip_prefix("https://").unwrap_or(key);
    let key = key.strip_prefix("http://").unwrap_or(key);
    let key = key.trim_end_matches('/');
    let key = ["/v1", "/v2"]
        .iter()
        .find_map(|end| key.strip_suffix(end))
        .unwrap_or(key);
    let registry = reference.registry.as_str();
    let hub = DOCKER_HUB.contains(&registry);
    let names = if hub {
        &DOCKER_HUB[..]
    } else {
        &[registry][..]
    };
    let repository = &reference.repository;
    names.iter().find_map(|name| {
        let rest = key.strip_prefix(name)?;
        let rest = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
        let below = repository.strip_prefix(rest)?;
        (rest.is_empty() || below.is_empty() || below.starts_with('/')).then_some(rest.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::fs;

    fn kept(name: &str, text: &str, registry: &str) -> Result<Credentials, String> {
        let place = tempfile::tempdir().expect("a directory");
        fs::write(place.path().join(name), text).expect("written");
        let reference = Reference::parse(&format!("{registry}/team/churn:1"), None);
        let directory = place.path().display().to_string();
        in_directory(&directory, false, &reference.expect("a reference"))
            .map_err(|error| error.to_string())
    }

    fn found(config: &Value, registry: &str) -> Credentials {
        kept("config.json", &config.to_string(), registry).expect("read")
    }

    fn basic(user: &str, password: &str) -> Credentials {
        let (user, password) = (user.to_owned(), password.to_owned());
        Credentials::Basic { user, password }
    }

    fn auth(user: &str) -> Value {
        json!({"auth": BASE64_STANDARD.encode(format!("{user}:p:w"))})
    }

    #[test]
    fn credentials_are_found_under_every_form_of_a_registrys_name() {
        for (key, registry) in [
            ("ghcr.io", "ghcr.io"),
            ("https://ghcr.io", "ghcr.io"),
            ("https://ghcr.io/v2/", "ghcr.io"),
            ("localhost:5000", "localhost:5000"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("ghcr.io/team", "ghcr.io"),
            ("ghcr.io/team/churn", "ghcr.io"),
        ] {
            let config = json!({"auths": {key: auth("me")}});
            assert!(found(&config, registry) == basic("me", "p:w"), "{key}");
        }
        for other in [
            "ghcr.io.evil.com",
            "ghcr.io/tea",
            "ghcr.io:443",
            "hcr.io",
            "",
        ] {
            let config = json!({"auths": {other: auth("me")}});
            assert!(found(&config, "ghcr.io") == Credentials::Nothing, "{other}");
        }
        let both = json!({"auths": {"ghcr.io": auth("all"), "ghcr.io/team": auth("team")}});
        assert!(found(&both, "ghcr.io") == basic("team", "p:w"));
    }

    #[test]
    fn every_form_of_an_entry_is_read() {
        let entry = |entry: Value| found(&json!({"auths": {"r.io": entry}}), "r.io");
        assert!(entry(json!({"username": "u", "password": "p"})) == basic("u", "p"));
        let identity = json!({"auth": BASE64_STANDARD.encode("<token>:"), "identitytoken": "t"});
        assert!(entry(identity) == Credentials::Identity("t".into()));
        assert!(entry(json!({"registrytoken": "t"})) == Credentials::Token("t".into()));
        assert!(entry(json!({})) == Credentials::Nothing);
        let mounted = json!({"auths": {"r.io": auth("me")}}).to_string();
        assert!(kept(".dockerconfigjson", &mounted, "r.io") == Ok(basic("me", "p:w")));
        assert!(kept("other", &mounted, "r.io") == Ok(Credentials::Nothing));
    }

    #[test]
    fn a_helper_is_named_where_there_is_nothing_else() {
        let helper = |name: &str| Credentials::Helper(name.into());
        let store = json!({"auths": {"r.io": {}}, "credsStore": "desktop"});
        assert!(found(&store, "r.io") == helper("desktop"));
        let own = json!({"credHelpers": {"r.io": "ecr-login"}, "credsStore": "desktop"});
        assert!(found(&own, "r.io") == helper("ecr-login"));
        let beside = json!({"auths": {"r.io": auth("me")}, "credsStore": "desktop"});
        assert!(found(&beside, "r.io") == basic("me", "p:w"));
    }

    #[test]
    fn a_damaged_file_is_refused_without_a_word_of_it() {
        for text in [
            "hunter2",
            r#"{"auths": "hunter2"}"#,
            r#"{"auths": {"r.io": {"auth": "hunter2"}}}"#,
            r#"{"auths": {"r.io": {"auth": ["hunter2"]}}}"#,
        ] {
            let refusal = kept("config.json", text, "r.io").err().expect("refused");
            assert!(refusal.contains("config.json"), "{refusal}");
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }
}
