//! Refuses what is set and cannot be honoured, before it leads to another model.

use super::{
    row::{Meaning, Of, When},
    table::table,
    takes::Takes,
};
use crate::registry::{
    access::{Access, Variables, is_true},
    error::RegistryError,
};
use object_store::aws::AmazonS3ConfigKey;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Mutex};

/// The names of the variables that the log has told of already.
static TOLD: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

impl Access {
    /// Sees that the variables about `of` can be honoured. Those that change nothing important are named in the log, once.
    ///
    /// # Errors
    /// `Uri` for a value that cannot be read, and for a variable that leads Python to something else.
    pub(in crate::registry) fn check(&self, of: Of) -> Result<(), RegistryError> {
        let own = table().filter(|row| row.of == of || row.of == Of::Network);
        for row in own {
            let Some(value) = self.variables.get(row.name) else {
                continue;
            };
            match row.meaning {
                Meaning::Honoured(takes) => {
                    if let Some(problem) = takes.problem(value) {
                        let (name, quoted) = (row.name, takes.quoted(value));
                        return Err(RegistryError::Uri(format!("{name} is {quoted}; {problem}")));
                    }
                }
                Meaning::Refused(when, way_out) if when.counts(value, &self.variables) => {
                    return Err(RegistryError::Uri(format!(
                        "{} is set, which this server does not know, and without it another model or another identity would be taken; {way_out}",
                        row.name
                    )));
                }
                Meaning::Named(when, way_out) if when.counts(value, &self.variables) => {
                    tell(row.name, way_out);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn tell(name: &'static str, way_out: &str) {
    // A poisoned lock has told of all that it names.
    let mut told = TOLD
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if !told.contains(&name) {
        told.push(name);
        tracing::warn!("{name} is set, and not honoured; {way_out}");
    }
}

impl When {
    fn counts(self, value: &str, set: &Variables) -> bool {
        match self {
            Self::Set => true,
            Self::True => is_true(value),
            Self::IsNot(default) => !value.trim().eq_ignore_ascii_case(default),
            Self::Without(winning) => set.first(winning).is_none(),
        }
    }
}

/// `value`, if it is an address, as it would be sent.
///
/// # Errors
/// `Uri` that names the variable.
pub(in crate::registry) fn address(name: &str, value: &str) -> Result<String, RegistryError> {
    match Takes::Address.problem(value) {
        None => Ok(value.trim_end_matches('/').to_owned()),
        Some(problem) => Err(RegistryError::Uri(format!(
            "{name} is {}; {problem}",
            Takes::Address.quoted(value)
        ))),
    }
}

/// What `MLFLOW_S3_UPLOAD_EXTRA_ARGS` says about uploads.
///
/// # Errors
/// `Uri` for an argument that is not known: the file would be stored otherwise than asked for.
pub(in crate::registry) fn extra_args(
    set: &Variables,
) -> Result<Vec<(AmazonS3ConfigKey, String)>, RegistryError> {
    const ARGS: &str = "MLFLOW_S3_UPLOAD_EXTRA_ARGS";
    let Some(text) = set.get(ARGS) else {
        return Ok(Vec::new());
    };
    let wrong = |why: &str| RegistryError::Uri(format!("{ARGS}: {why}"));
    let args: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|_| {
        wrong("it is no JSON object, such as {\"ServerSideEncryption\": \"aws:kms\"}")
    })?;
    let known = |(name, value): (String, Value)| {
        let key = match name.as_str() {
            "ServerSideEncryption" => "aws_server_side_encryption",
            "SSEKMSKeyId" => "aws_sse_kms_key_id",
            "BucketKeyEnabled" => "aws_sse_bucket_key_enabled",
            "RequestPayer" => "aws_request_payer",
            _ => {
                return Err(wrong(&format!(
                    "{name} is not known here; ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled and RequestPayer are"
                )));
            }
        };
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let key = key.parse().map_err(|_| wrong("it cannot be read"))?;
        Ok((key, value))
    };
    args.into_iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(name: &str, value: &str) -> Access {
        let value = Takes::Text.value(value.to_owned());
        Access {
            variables: Variables(vec![(name.to_owned(), value)]),
            ..Access::default()
        }
    }

    #[test]
    fn a_value_that_cannot_be_honoured_is_refused_by_the_name_of_its_variable() {
        for (of, name, value, says) in [
            (
                Of::S3,
                "MLFLOW_S3_ENDPOINT_URL",
                "minio:9000",
                "http://minio:9000",
            ),
            (Of::S3, "AWS_ENDPOINT_URL_S3", "minio", "protocol"),
            (Of::S3, "AWS_ENDPOINT_URL_STS", "sts", "protocol"),
            (Of::S3, "AWS_SESSION_TOKEN", "secret\n", "line break"),
            (Of::S3, "AWS_ACCESS_KEY_ID", "secretü", "ASCII"),
            (Of::S3, "AWS_REGION", "eu central", "eu-central-1"),
            (
                Of::S3,
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "creds",
                "begins with /",
            ),
            (Of::S3, "MLFLOW_S3_IGNORE_TLS", "maybe", "true or false"),
            (
                Of::S3,
                "AWS_USE_FIPS_ENDPOINT",
                "true",
                "AWS_ENDPOINT_URL_S3",
            ),
            (
                Of::Mlflow,
                "MLFLOW_TRACKING_AWS_SIGV4",
                "true",
                "MLFLOW_TRACKING_TOKEN",
            ),
            (
                Of::Mlflow,
                "MLFLOW_TRACKING_AUTH",
                "kubernetes",
                "MLFLOW_TRACKING_TOKEN",
            ),
            (
                Of::Azure,
                "AZURE_CLIENT_CERTIFICATE_PATH",
                "/c.pem",
                "AZURE_CLIENT_SECRET",
            ),
        ] {
            let refusal = access(name, value).check(of).expect_err(name).to_string();
            assert!(refusal.starts_with(name), "{refusal}");
            assert!(refusal.contains(says), "{refusal}");
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }

    #[test]
    fn a_variable_that_says_the_default_or_is_about_something_else_is_no_reason_to_refuse() {
        access("MLFLOW_TRACKING_AWS_SIGV4", "false")
            .check(Of::Mlflow)
            .expect("the default");
        access("AWS_USE_FIPS_ENDPOINT", "true")
            .check(Of::Gcs)
            .expect("of another cloud");
    }

    #[test]
    fn arguments_of_uploads_are_honoured_or_refused() {
        let args = |text: &str| extra_args(&access("MLFLOW_S3_UPLOAD_EXTRA_ARGS", text).variables);
        let found = args(r#"{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"}"#);
        assert_eq!(found.expect("known").len(), 2);
        for text in ["secret", r#"{"SSECustomerKey": "secret"}"#, "[]"] {
            let refusal = args(text).expect_err(text).to_string();
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }
}
