//! References to artifacts in OCI registries: `oci://HOST[:PORT]/REPOSITORY:TAG` and `oci://…@sha256:DIGEST`.

use reqwest::Url;
use std::{fmt, net::IpAddr};

/// The forms, for messages.
const FORM: &str = "write oci://HOST/REPOSITORY:TAG or oci://HOST/REPOSITORY@sha256:DIGEST";

/// The names of Docker Hub, and the one whose API is asked.
pub(super) const DOCKER_HUB: [&str; 3] = ["registry-1.docker.io", "docker.io", "index.docker.io"];

/// Where an artifact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Host and port, as the user wrote them.
    pub(super) registry: String,
    pub(super) repository: String,
    pub(super) tag: Option<String>,
    /// `sha256:` and 64 digits. It wins over the tag.
    pub(super) digest: Option<String>,
    /// The address of the registry's API.
    api: Url,
}

impl Reference {
    /// Reads what follows `oci://`, or `oci+http://` and `oci+https://`, which name the `scheme`. Without one, a registry on this
    /// machine is asked over HTTP and every other one over HTTPS, as by ORAS and Docker.
    ///
    /// # Errors
    /// With the right form. The text has nothing of a user or password.
    pub(super) fn parse(text: &str, scheme: Option<&'static str>) -> Result<Self, String> {
        if text.contains(['?', '#']) {
            return Err(format!("a query has no place in it; {FORM}"));
        }
        let (name, digest) = match text.rsplit_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest.to_owned())),
            Some((_, digest)) if digest.starts_with("sha256:") => {
                return Err(format!(
                    "a digest is sha256: and 64 digits of 0-9a-f; {FORM}"
                ));
            }
            Some((_, digest)) if digest.starts_with("sha512:") => {
                return Err(format!("digests of SHA-512 are not read; {FORM}"));
            }
            _ => (text, None),
        };
        if name.contains('@') {
            return Err(format!(
                "a user and a password have no place in it: they are read from Docker's config.json, where `docker login` writes them; {FORM}"
            ));
        }
        let (registry, path) = name.split_once('/').ok_or(FORM)?;
        let api = api(registry, scheme).ok_or(format!("{registry:?} is no host; {FORM}"))?;
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) if is_tag(tag) => (repository, Some(tag.to_owned())),
            Some((_, tag)) => return Err(format!("{tag:?} is no tag; {FORM}")),
            None => (path, None),
        };
        if !repository.split('/').all(is_part) {
            return Err(format!(
                "{repository:?} is no repository: small letters, digits and . _ - between them make its parts; {FORM}"
            ));
        }
        if tag.is_none() && digest.is_none() {
            return Err(format!(
                "which version of {repository}? write a tag, such as oci://{name}:latest, or better a digest"
            ));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag,
            digest,
            api,
        })
    }

    /// What the registry is asked for: the digest, or the tag.
    pub(super) fn wanted(&self) -> &str {
        let wanted = self.digest.as_deref().or(self.tag.as_deref());
        wanted.unwrap_or_default()
    }

    /// Whether the registry is asked in the clear.
    pub(super) fn is_plain(&self) -> bool {
        self.api.scheme() == "http"
    }

    /// The address of a manifest or a blob of the repository.
    pub(super) fn url(&self, kind: &str, name: &str) -> Url {
        let mut url = self.api.clone();
        url.set_path(&format!("/v2/{}/{kind}/{name}", self.repository));
        url
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// Whether `text` is the SHA-256 of something, as registries write it.
pub(super) fn is_digest(text: &str) -> bool {
    let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let digits = text.strip_prefix("sha256:");
    digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(digit))
}

fn is_tag(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=128).contains(&text.len()) && !text.starts_with(['.', '-']) && text.bytes().all(plain)
}

/// Whether a registry takes this as a part of a repository's name.
fn is_part(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = |b: Option<&u8>| b.is_some_and(|b| plain(*b));
    let bytes = text.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| plain(*b) || b"._-".contains(b))
}

/// The address of the API of `HOST:PORT`, if that is one.
fn api(registry: &str, scheme: Option<&str>) -> Option<Url> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    let hub = DOCKER_HUB.contains(&registry);
    let host = if hub { DOCKER_HUB[0] } else { registry };
    let mut url = Url::parse(&format!("https://{host}/")).ok()?;
    let name = url.host_str().filter(|name| !name.is_empty())?;
    let scheme = scheme.unwrap_or(if is_loopback(name) { "http" } else { "https" });
    if url.path() != "/" || !host.bytes().all(plain) {
        return None;
    }
    if scheme == "http" {
        url = Url::parse(&format!("http://{host}/")).ok()?;
    }
    Some(url)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn read(text: &str) -> Reference {
        Reference::parse(text, None).expect(text)
    }

    #[test]
    fn a_reference_is_read_as_other_clients_read_it() {
        let found = read("ghcr.io/acme/churn:1.2");
        assert_eq!(found.registry, "ghcr.io");
        assert_eq!(found.repository, "acme/churn");
        assert_eq!(found.wanted(), "1.2");
        assert_eq!(found.to_string(), "oci://ghcr.io/acme/churn:1.2");
        let pinned = read(&format!("localhost:5000/churn:1@{DIGEST}"));
        assert_eq!(pinned.registry, "localhost:5000");
        assert_eq!(pinned.repository, "churn");
        assert_eq!(pinned.tag.as_deref(), Some("1"));
        assert_eq!(pinned.wanted(), DIGEST);
        let url = pinned.url("blobs", DIGEST);
        let wanted = format!("http://localhost:5000/v2/churn/blobs/{DIGEST}");
        assert_eq!(url.as_str(), wanted);
        let hub = read("docker.io/acme/churn:1").url("manifests", "1");
        assert_eq!(
            hub.as_str(),
            "https://registry-1.docker.io/v2/acme/churn/manifests/1"
        );
    }

    #[test]
    fn a_registry_is_asked_in_the_clear_on_this_machine_only_or_where_the_user_says_so() {
        for local in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:5000",
        ] {
            assert!(read(&format!("{local}/churn:1")).is_plain(), "{local}");
        }
        for far in [
            "ghcr.io",
            "localhost.example.com",
            "10.0.0.1:5000",
            "0.0.0.0",
        ] {
            assert!(!read(&format!("{far}/churn:1")).is_plain(), "{far}");
        }
        let said = |scheme| Reference::parse("registry:5000/churn:1", Some(scheme));
        assert!(said("http").expect("plain").is_plain());
        assert!(!said("https").expect("encrypted").is_plain());
    }

    #[test]
    fn a_wrong_reference_is_answered_with_the_right_form_and_without_its_secrets() {
        for (text, hint) in [
            ("ghcr.io", "oci://HOST/REPOSITORY:TAG"),
            ("ghcr.io/", "no repository"),
            ("ghcr.io/acme/churn", "which version of acme/churn"),
            ("ghcr.io/Acme/churn:1", "small letters"),
            ("ghcr.io/acme//churn:1", "no repository"),
            ("ghcr.io/../churn:1", "no repository"),
            ("ghcr.io/churn:", "is no tag"),
            ("ghcr.io/churn:a b", "is no tag"),
            ("ghcr.io/churn:1?key=hunter2", "a query"),
            ("ghcr.io/churn:1#hunter2", "a query"),
            ("ghcr.io/churn@sha256:12", "64 digits"),
            ("ghcr.io/churn@sha512:12", "SHA-512"),
            ("/churn:1", "is no host"),
            ("host:port/churn:1", "is no host"),
            ("ho st/churn:1", "is no host"),
            ("me:hunter2@ghcr.io/churn:1", "docker login"),
            ("me:hunter2/x@ghcr.io/churn:1", "docker login"),
        ] {
            let refusal = Reference::parse(text, None).expect_err(text);
            assert!(refusal.contains(hint), "{text}: {refusal}");
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }
}
