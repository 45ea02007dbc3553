//! Azure's connection strings: `AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net`.
//!
//! Source: `azure/storage/blob/_shared/base_client.py`, `parse_connection_str`.

use object_store::azure::AzureConfigKey;
use std::collections::BTreeMap;

/// What a connection string says.
pub(super) struct ConnectionString {
    pub(super) account: String,
    /// The key, or the signature.
    credential: Option<(AzureConfigKey, String)>,
    endpoint: String,
}

impl ConnectionString {
    /// # Errors
    /// The rest of a sentence, which quotes nothing.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut parts = BTreeMap::new();
        for part in text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (key, value) = part
                .split_once('=')
                .ok_or("it is no list of NAME=VALUE with ; between them")?;
            parts.insert(key.trim().to_ascii_uppercase(), value.trim());
        }
        let part = |name: &str| parts.get(name).copied().filter(|value| !value.is_empty());
        if part("USEDEVELOPMENTSTORAGE").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Err("the emulator needs AZURE_STORAGE_USE_EMULATOR=true instead".to_owned());
        }
        let endpoint =
            part("BLOBENDPOINT").map(|endpoint| endpoint.trim_end_matches('/').to_owned());
        let account = part("ACCOUNTNAME")
            .or_else(|| endpoint.as_deref().and_then(account_of_endpoint))
            .ok_or("it has neither AccountName nor BlobEndpoint")?
            .to_owned();
        let credential = match (part("ACCOUNTKEY"), part("SHAREDACCESSSIGNATURE")) {
            (Some(key), _) => Some((AzureConfigKey::AccessKey, key.to_owned())),
            (None, Some(signature)) => Some((AzureConfigKey::SasKey, signature.to_owned())),
            (None, None) => None,
        };
        let endpoint = endpoint.unwrap_or_else(|| {
            let protocol = part("DEFAULTENDPOINTSPROTOCOL").unwrap_or("https");
            let suffix = part("ENDPOINTSUFFIX").unwrap_or("core.windows.net");
            format!("{protocol}://{account}.blob.{suffix}")
        });
        let known = endpoint.starts_with("https://") || endpoint.starts_with("http://");
        if !known || reqwest::Url::parse(&endpoint).is_err() {
            return Err("its endpoint is no address".to_owned());
        }
        Ok(Self {
            account,
            credential,
            endpoint,
        })
    }

    /// The same for `object_store`.
    pub(super) fn settings(self) -> Vec<(AzureConfigKey, String)> {
        let anonymous = (AzureConfigKey::SkipSignature, "true".to_owned());
        vec![
            (AzureConfigKey::AccountName, self.account),
            (AzureConfigKey::Endpoint, self.endpoint),
            self.credential.unwrap_or(anonymous),
        ]
    }
}

/// The account in `https://ACCOUNT.blob.core.windows.net` and in the `http://HOST:PORT/ACCOUNT` of emulators.
fn account_of_endpoint(endpoint: &str) -> Option<&str> {
    let (_, rest) = endpoint.split_once("://")?;
    match rest.split_once('/') {
        Some((_, account)) => Some(account),
        None => rest.split_once('.').map(|(account, _)| account),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Vec<(AzureConfigKey, String)> {
        ConnectionString::read(text).expect("read").settings()
    }

    #[test]
    fn a_connection_string_names_account_key_and_endpoint() {
        let found = settings(
            "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5==;EndpointSuffix=core.chinacloudapi.cn",
        );
        let wanted = [
            (AzureConfigKey::AccountName, "acc"),
            (
                AzureConfigKey::Endpoint,
                "https://acc.blob.core.chinacloudapi.cn",
            ),
            (AzureConfigKey::AccessKey, "a2V5=="),
        ];
        assert_eq!(found, wanted.map(|(key, value)| (key, value.to_owned())));
        let found = settings(
            "BlobEndpoint=https://acc.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D",
        );
        assert_eq!(found[0].1, "acc");
        assert_eq!(
            found[2],
            (AzureConfigKey::SasKey, "sv=1&sig=x%3D".to_owned())
        );
    }

    #[test]
    fn a_broken_connection_string_is_refused_without_being_quoted() {
        for text in [
            "secret",
            "AccountKey=secret",
            "UseDevelopmentStorage=true;secret=x",
            "AccountName=a b;AccountKey=secret",
            "BlobEndpoint=secret;AccountName=a",
        ] {
            let why = ConnectionString::read(text).err().expect(text);
            assert!(!why.contains("secret"), "{why}");
        }
    }
}
