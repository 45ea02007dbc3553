//! Manifests of artifacts and images, and indexes of them.

use crate::registry::{error::RegistryError, reference::is_digest};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The kinds of manifests that are asked for.
pub(super) const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// A manifest is a list of a few lines; registries need not store larger ones.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// No blob is larger than a tebibyte, and all of one artifact together can be counted.
const MAX_SIZE: u64 = 1 << 40;

/// What a registry stores under a tag: a manifest with its layers, or an index with its manifests.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) artifact_type: Option<String>,
    pub(super) config: Option<Descriptor>,
    pub(super) layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

/// A blob or a manifest, by its digest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    annotations: Option<BTreeMap<String, String>>,
    platform: Option<Platform>,
}

#[derive(Debug, Deserialize)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

impl Descriptor {
    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(key).map(String::as_str)
    }

    /// Whether its digest and its size can be verified.
    ///
    /// # Errors
    /// `Corrupt` where they cannot.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        if is_digest(&self.digest) && self.size <= MAX_SIZE {
            return Ok(());
        }
        let digest: String = self.digest.escape_debug().take(80).collect();
        Err(RegistryError::Corrupt(format!(
            "its manifest names {digest} of {} bytes; only digests of SHA-256 are read, and no sizes above {MAX_SIZE}",
            self.size
        )))
    }

    /// Whether it says something about another entry of the index, as `docker buildx` adds it.
    fn is_attestation(&self) -> bool {
        let unknown = |platform: &Platform| platform.os == "unknown";
        self.annotation("vnd.docker.reference.type").is_some()
            || self.platform.as_ref().is_some_and(unknown)
    }
}

/// What a manifest is.
pub(super) enum Read {
    Manifest(Manifest),
    /// An index, with the digest of the one manifest that it leads to.
    Index(String),
}

/// Reads a manifest.
///
/// # Errors
/// `Unavailable` where it is nothing of a registry's; `Corrupt` where it cannot be used.
pub(super) fn read(bytes: &[u8]) -> Result<Read, RegistryError> {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes) else {
        return Err(RegistryError::Unavailable(
            "the answer is no manifest and does not come from a registry; check what is in front of it".into(),
        ));
    };
    let version = json
        .get("schemaVersion")
        .and_then(serde_json::Value::as_u64);
    if version != Some(2) {
        return Err(RegistryError::Corrupt(
            "its manifest has another schemaVersion than 2, as only very old tools write it; push it again".into(),
        ));
    }
    let manifest: Manifest = serde_json::from_value(json)
        .map_err(|error| RegistryError::Corrupt(format!("its manifest cannot be read: {error}")))?;
    match &manifest.manifests {
        Some(entries) => only(entries).map(Read::Index),
        None => Ok(Read::Manifest(manifest)),
    }
}

/// The digest of the one manifest that an index leads to: a model does not depend on a platform.
fn only(entries: &[Descriptor]) -> Result<String, RegistryError> {
    let models = || entries.iter().filter(|entry| !entry.is_attestation());
    let anywhere: Vec<_> = models().filter(|entry| entry.platform.is_none()).collect();
    let all: Vec<_> = models().collect();
    let (([one], _) | (_, [one])) = (anywhere.as_slice(), all.as_slice()) else {
        let each = all.iter().take(10).map(|entry| match &entry.platform {
            Some(Platform { os, architecture }) => {
                format!("{} ({os}/{architecture})", entry.digest)
            }
            None => entry.digest.clone(),
        });
        let each: Vec<_> = each.collect();
        return Err(RegistryError::Corrupt(format!(
            "it is an index of {} manifests: name one of them as @sha256:…, of {}",
            all.len(),
            each.join(", ").escape_debug()
        )));
    };
    one.check()?;
    Ok(one.digest.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn digest(n: u8) -> String {
        format!("sha256:{}", format!("{n:02x}").repeat(32))
    }

    fn index(entries: &Value) -> Result<String, String> {
        let text = json!({"schemaVersion": 2, "manifests": entries}).to_string();
        match read(text.as_bytes()) {
            Ok(Read::Index(digest)) => Ok(digest),
            Ok(Read::Manifest(_)) => panic!("no index"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn an_index_leads_to_its_only_manifest_or_to_the_one_for_every_platform() {
        let plain = json!({"digest": digest(1), "size": 5});
        let amd = json!({"digest": digest(2), "size": 5, "platform": {"os": "linux", "architecture": "amd64"}});
        let arm = json!({"digest": digest(3), "size": 5, "platform": {"os": "linux", "architecture": "arm64"}});
        let attested = json!({"digest": digest(4), "size": 5, "platform": {"os": "unknown", "architecture": "unknown"}});
        assert_eq!(index(&json!([plain])), Ok(digest(1)));
        assert_eq!(index(&json!([amd, attested])), Ok(digest(2)));
        assert_eq!(index(&json!([amd, plain, arm])), Ok(digest(1)));
        let refusal = index(&json!([amd, arm])).expect_err("two");
        assert!(refusal.contains("linux/arm64"), "{refusal}");
        assert!(index(&json!([])).is_err());
        assert!(index(&json!([{"digest": "sha256:../x", "size": 5}])).is_err());
    }

    #[test]
    fn what_is_no_manifest_is_told_apart_from_a_damaged_one() {
        let error = |bytes: &[u8]| read(bytes).err().expect("refused");
        let page = error(b"<html>log in</html>");
        assert!(matches!(page, RegistryError::Unavailable(_)), "{page}");
        for damaged in [
            &b"{}"[..],
            br#"{"schemaVersion": 1}"#,
            br#"{"schemaVersion": 2, "layers": 7}"#,
            br#"{"schemaVersion": 2, "layers": [{"digest": "x", "size": -1}]}"#,
            br#"{"schemaVersion": 2, "layers": [{"size": 18446744073709551616, "digest": ""}]}"#,
        ] {
            let error = error(damaged);
            assert!(matches!(error, RegistryError::Corrupt(_)), "{error}");
        }
    }
}
