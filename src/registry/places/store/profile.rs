//! The profiles that the `aws` command line and boto3 keep in `~/.aws`.
//!
//! Source: `botocore/credentials.py` and `botocore/configloader.py`.

use crate::{
    registry::{access::Access, error::RegistryError, ini, variables::Takes},
    secret::hide,
};
use object_store::aws::AmazonS3ConfigKey;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const SELECTED: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];
/// What a profile may say that only AWS's own tools can do.
const REFUSED: [&str; 7] = [
    "role_arn",
    "source_profile",
    "credential_process",
    "sso_session",
    "sso_start_url",
    "login_session",
    "services",
];
const KEYS: [(&str, AmazonS3ConfigKey); 4] = [
    ("aws_access_key_id", AmazonS3ConfigKey::AccessKeyId),
    ("aws_secret_access_key", AmazonS3ConfigKey::SecretAccessKey),
    ("aws_session_token", AmazonS3ConfigKey::Token),
    ("region", AmazonS3ConfigKey::Region),
];

/// What the selected profile says; nothing where there is none.
pub(super) struct Profile {
    settings: BTreeMap<String, String>,
    /// Whether its keys count.
    identity: bool,
}

impl Profile {
    /// Reads the profile that the variables select. Its keys count where none of `identities` is set.
    ///
    /// # Errors
    /// `Uri` for a profile that does not exist, or needs AWS's own tools.
    pub(super) fn read(
        access: &Access,
        identities: &[&'static str],
    ) -> Result<Self, RegistryError> {
        let set = &access.variables;
        let selected = set.first(&SELECTED);
        let name = selected.map_or("default", |(_, name)| name);
        let (keys, config) = (
            file(access, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            file(access, "AWS_CONFIG_FILE", "config"),
        );
        let mut settings = BTreeMap::new();
        let mut found = false;
        let in_config = format!("profile {name}");
        for (path, sections) in [(&config, [name, in_config.as_str()]), (&keys, [name, name])] {
            let Some((path, is_named)) = path else {
                continue;
            };
            let mut read = ini::read(path, *is_named)?;
            for section in sections {
                if let Some(own) = read.remove(section) {
                    settings.extend(own);
                    found = true;
                }
            }
        }
        if let (Some((variable, name)), false) = (selected, found) {
            return Err(RegistryError::Uri(format!(
                "{variable}={name}: there is no such profile in {}; mount the files, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                [keys, config]
                    .into_iter()
                    .flatten()
                    .map(|(path, _)| path.display().to_string())
                    .collect::<Vec<_>>()
                    .join(" and in ")
            )));
        }
        hide(KEYS.iter().filter_map(|(key, _)| match *key {
            "region" => None,
            key => settings.get(key).map(String::as_str),
        }));
        let profile = Self {
            settings,
            identity: set.first(identities).is_none(),
        };
        profile.check(name)?;
        Ok(profile)
    }

    fn check(&self, name: &str) -> Result<(), RegistryError> {
        let refused = REFUSED.iter().find(|key| self.get(key).is_some());
        if let (Some(key), true, false) = (refused, self.identity, self.get(KEYS[0].0).is_some()) {
            return Err(RegistryError::Uri(format!(
                "the profile {name} of ~/.aws has {key}, which AWS's own tools alone follow; set the variables that `aws configure export-credentials --profile {name} --format env` prints"
            )));
        }
        for (key, _) in KEYS {
            if let Some(problem) = self.get(key).and_then(|value| Takes::Key.problem(value)) {
                return Err(RegistryError::Uri(format!(
                    "{key} of the profile {name} in ~/.aws cannot be sent; {problem}"
                )));
            }
        }
        Ok(())
    }

    fn get(&self, key: &str) -> Option<&str> {
        let value = self.settings.get(key).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// What it says about credentials and the region, for `object_store`.
    pub(super) fn settings(&self) -> impl Iterator<Item = (AmazonS3ConfigKey, &str)> {
        let counts = |key: &str| self.identity || key == "region";
        KEYS.into_iter()
            .filter(move |(key, _)| counts(key))
            .filter_map(|(key, of)| Some((of, self.get(key)?)))
    }

    pub(super) fn has_keys(&self) -> bool {
        self.identity && self.get(KEYS[0].0).is_some()
    }

    /// The endpoint, with a name for messages.
    pub(super) fn endpoint(&self) -> Option<(&'static str, &str)> {
        Some(("endpoint_url in ~/.aws/config", self.get("endpoint_url")?))
    }

    pub(super) fn ca_bundle(&self) -> &str {
        self.get("ca_bundle").unwrap_or_default()
    }
}

/// The file that a variable names, or the usual one, and whether it is named.
fn file(access: &Access, variable: &str, usual: &str) -> Option<(PathBuf, bool)> {
    let home = Path::new(&access.home);
    match access.variables.get(variable) {
        Some(path) => {
            let path = match path.strip_prefix("~/") {
                Some(below) => home.join(below),
                None => path.into(),
            };
            Some((path, true))
        }
        None if access.home.is_empty() => None,
        None => Some((home.join(".aws").join(usual), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::access::Variables;

    fn read(config: &str, keys: &str, set: &[(&str, &str)]) -> Result<Profile, RegistryError> {
        let home = tempfile::tempdir().expect("a directory");
        let aws = home.path().join(".aws");
        std::fs::create_dir(&aws).expect("made");
        std::fs::write(aws.join("config"), config).expect("written");
        std::fs::write(aws.join("credentials"), keys).expect("written");
        let variables = set
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Takes::Text.value((*value).to_owned())));
        let access = Access {
            home: home.path().display().to_string(),
            variables: Variables(variables.collect()),
            ..Access::default()
        };
        Profile::read(&access, &["AWS_ACCESS_KEY_ID"])
    }

    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile two]\nregion = eu-west-2\nendpoint_url = http://minio:9000\n[profile role]\nrole_arn = x\n";
    const FILE: &str = "[default]\naws_access_key_id = A\naws_secret_access_key = s\n[two]\naws_access_key_id = B\naws_secret_access_key = s\n";

    #[test]
    fn the_selected_profile_gives_keys_and_region() {
        let default = read(CONFIG, FILE, &[]).expect("read");
        let found: Vec<_> = default.settings().map(|(_, value)| value).collect();
        assert_eq!(found, ["A", "s", "eu-west-1"]);
        let two = read(CONFIG, FILE, &[("AWS_PROFILE", "two")]).expect("read");
        assert_eq!(two.settings().next().map(|(_, value)| value), Some("B"));
        assert_eq!(
            two.endpoint().map(|(_, url)| url),
            Some("http://minio:9000")
        );
    }

    #[test]
    fn keys_in_variables_win_over_the_profiles() {
        let found = read(CONFIG, FILE, &[("AWS_ACCESS_KEY_ID", "C")]).expect("read");
        let settings: Vec<_> = found.settings().map(|(_, value)| value).collect();
        assert_eq!(settings, ["eu-west-1"]);
        assert!(!found.has_keys());
    }

    #[test]
    fn a_profile_that_cannot_be_followed_is_refused_by_name() {
        for (set, says) in [
            (("AWS_PROFILE", "three"), "AWS_PROFILE=three"),
            (("AWS_PROFILE", "role"), "role_arn"),
        ] {
            let refusal = read(CONFIG, FILE, &[set]).err().expect(says).to_string();
            assert!(refusal.contains(says), "{refusal}");
        }
        let broken = read("secret", "", &[]).err().expect("broken").to_string();
        assert!(!broken.contains("secret"), "{broken}");
    }
}
