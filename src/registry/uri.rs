//! Model URIs: the meaning of each form, and the messages about wrong ones.
//!
//! The `models:/` and `runs:/` forms are MLflow's (`mlflow/store/artifact/utils/models.py`); a bucket's are those of its own tools.

use super::{error::RegistryError, reference::Reference, unsupported};
use crate::secret::{decoded, redact};
use reqwest::Url;
use std::{fmt, path::PathBuf};

/// The valid forms, for messages.
pub(super) const FORMS: &str = "builtin:iris, a path or file:// URI, models:/NAME/VERSION, models:/NAME/latest, models:/NAME/STAGE, \
     models:/NAME@ALIAS, models:/m-ID, runs:/RUN_ID/PATH, mlflow-artifacts:/PATH, http(s)://, s3://, gs://, az:// or oci://";

/// Where a model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ModelUri {
    /// `builtin:NAME`
    Builtin(String),
    /// A path, `file:PATH` or `file://PATH`
    Path(PathBuf),
    /// `models:/NAME/…` or `models:/NAME@ALIAS`
    Registered { name: String, version: VersionSpec },
    /// `models:/m-…`: an MLflow 3 logged model
    Logged { id: String },
    /// `runs:/RUN_ID/PATH`
    Run { id: String, path: String },
    /// `mlflow-artifacts:/PATH`, or `mlflow-artifacts://HOST[:PORT]/PATH`
    Artifacts { host: Option<String>, path: String },
    /// `http://` or `https://`: a directory with an `MLmodel`, a model file, or an archive of a package
    Web(Url),
    /// `s3://`, `gs://`, `az://` and their like
    Bucket(Url),
    /// `oci://HOST/REPOSITORY:TAG` or `oci://HOST/REPOSITORY@DIGEST`
    Oci(Reference),
}

/// Which version of a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum VersionSpec {
    Number(u64),
    Latest,
    Stage(String),
    Alias(String),
}

/// The schemes that `object_store` takes, as the URI's owner writes them.
const BUCKETS: [&str; 8] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl"];

impl ModelUri {
    /// Reads a URI as the user wrote it.
    ///
    /// # Errors
    /// [`RegistryError::Uri`] with the right form.
    pub(super) fn parse(uri: &str) -> Result<Self, RegistryError> {
        let wrong = |why: &str| RegistryError::Uri(format!("{:?}: {why}", redact(uri)));
        let Some((scheme, rest)) = uri.split_once(':') else {
            return if uri.is_empty() {
                Err(wrong(&format!("an empty model URI; give {FORMS}")))
            } else {
                Ok(Self::Path(uri.into()))
            };
        };
        match scheme {
            "builtin" => Ok(Self::Builtin(rest.to_owned())),
            "file" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.strip_prefix("localhost/").map_or_else(|| path.to_owned(), |path| format!("/{path}"));
                Ok(Self::Path(decoded(&path).into()))
            }
            "models" => models(rest).map_err(|why| wrong(&why)),
            "runs" => {
                let (id, path) = single_slash(rest)
                    .and_then(|rest| rest.split_once('/'))
                    .filter(|(id, path)| !id.is_empty() && !path.trim_matches('/').is_empty())
                    .ok_or_else(|| wrong("write runs:/RUN_ID/PATH, where PATH is the name the model was logged under, such as runs:/8f3c…/model"))?;
                Ok(Self::Run { id: id.to_owned(), path: path.trim_matches('/').to_owned() })
            }
            "mlflow-artifacts" => {
                let form = "write mlflow-artifacts:/PATH, such as mlflow-artifacts:/1/models/m-0af2…/artifacts";
                let (host, path) = match rest.strip_prefix("//") {
                    Some(rest) => rest.split_once('/').map(|(host, path)| (Some(host.to_owned()).filter(|host| !host.is_empty()), path)),
                    None => rest.strip_prefix('/').map(|path| (None, path)),
                }
                .filter(|(_, path)| !path.trim_matches('/').is_empty())
                .ok_or_else(|| wrong(form))?;
                Ok(Self::Artifacts { host, path: path.trim_matches('/').to_owned() })
            }
            "http" | "https" => {
                let url = Url::parse(uri).map_err(|error| wrong(&format!("{error}; write https://HOST/PATH of a package's directory, of a model file, or of a .tar.gz or .zip")))?;
                Ok(Self::Web(url))
            }
            "oci" | "oci+http" | "oci+https" => {
                // Nothing of the URI is shown: its user may be a secret.
                let wrong = |why: String| RegistryError::Uri(format!("an {scheme}: URI that cannot be used: {why}"));
                let said = [("oci+http", "http"), ("oci+https", "https")];
                let said = said.iter().find(|(said, _)| *said == scheme).map(|(_, scheme)| *scheme);
                let text = rest.strip_prefix("//").ok_or("two slashes follow oci:, as in oci://HOST/REPOSITORY:TAG".to_owned());
                text.and_then(|text| Reference::parse(text, said)).map(Self::Oci).map_err(wrong)
            }
            "wasb" | "wasbs" => wasb(uri).map(Self::Bucket).ok_or_else(|| wrong("write wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/PATH, or az://CONTAINER/PATH")),
            _ if BUCKETS.contains(&scheme) => {
                let form = format!("write {scheme}://BUCKET/PATH of a package's directory");
                let url = Url::parse(&literal(uri)).map_err(|error| wrong(&format!("{error}; {form}")))?;
                let whole = url.host_str().is_some_and(|host| !host.is_empty());
                whole.then_some(Self::Bucket(url)).ok_or_else(|| wrong(&form))
            }
            _ if let Some(way_out) = unsupported::way_out(scheme) => Err(wrong(&format!("this server cannot fetch {scheme} URIs; {way_out}"))),
            // A path may contain a colon, but an unknown scheme is a mistake.
            _ if rest.starts_with("//") => Err(wrong(&format!("this server cannot fetch {scheme} URIs; give it {FORMS}"))),
            _ if rest.starts_with('/') && scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Err(wrong(&format!("this server cannot fetch {scheme} URIs; give it {FORMS}")))
            }
            _ => Ok(Self::Path(uri.into())),
        }
    }
}

/// What follows exactly one slash.
fn single_slash(rest: &str) -> Option<&str> {
    rest.strip_prefix('/').filter(|rest| !rest.starts_with('/'))
}

fn models(rest: &str) -> Result<ModelUri, String> {
    const FORM: &str = "write models:/NAME/VERSION, models:/NAME/latest, models:/NAME/STAGE, models:/NAME@ALIAS or models:/m-ID";
    let path = single_slash(rest).ok_or_else(|| format!("one slash follows models:; {FORM}"))?;
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let registered = |name: &str, version| {
        if name.is_empty() {
            return Err(format!("the model's name is missing; {FORM}"));
        }
        Ok(ModelUri::Registered {
            name: name.to_owned(),
            version,
        })
    };
    match parts.as_slice() {
        [one] => match one.rsplit_once('@') {
            Some((_, "")) => Err(format!("the alias is missing; {FORM}")),
            Some((name, alias)) => registered(name, VersionSpec::Alias(alias.to_owned())),
            None if one.starts_with("m-") && one.len() > 2 => Ok(ModelUri::Logged {
                id: (*one).to_owned(),
            }),
            None if one.is_empty() => Err(format!("the model's name is missing; {FORM}")),
            None => Err(format!(
                "which version of {one}? write models:/{one}/1, models:/{one}/latest, models:/{one}/Production or models:/{one}@champion"
            )),
        },
        [name, version] => {
            if version.bytes().all(|b| b.is_ascii_digit()) && !version.is_empty() {
                let number =
                    version.parse().ok().filter(|n| *n > 0).ok_or_else(|| {
                        format!("{version} is no version: they count from 1; {FORM}")
                    })?;
                return registered(name, VersionSpec::Number(number));
            }
            if version.contains('@') {
                return Err(format!(
                    "an alias follows the name itself: models:/{name}@{}",
                    version.rsplit('@').next().unwrap_or_default()
                ));
            }
            match version.to_ascii_lowercase().as_str() {
                "" => Err(format!("the version is missing; {FORM}")),
                "latest" => registered(name, VersionSpec::Latest),
                _ => registered(name, VersionSpec::Stage((*version).to_owned())),
            }
        }
        _ => Err(format!("a model's name has no slash; {FORM}")),
    }
}

/// `wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/PATH`, as MLflow writes it, in the form `object_store` reads.
fn wasb(uri: &str) -> Option<Url> {
    let url = Url::parse(&literal(uri)).ok()?;
    let (container, account) = (
        Some(url.username()).filter(|c| !c.is_empty())?,
        url.host_str()?,
    );
    Url::parse(&format!("https://{account}/{container}{}", url.path())).ok()
}

/// A bucket's URI whose percent signs and number signs mean themselves: keys are not encoded in it, as for the cloud's own tools and for MLflow's client.
fn literal(uri: &str) -> String {
    let (path, query) = uri.split_at(uri.find('?').unwrap_or(uri.len()));
    format!("{}{query}", path.replace('%', "%25").replace('#', "%23"))
}

impl ModelUri {
    /// Whether an MLflow server is asked for it.
    pub(super) fn is_mlflows(&self) -> bool {
        matches!(
            self,
            Self::Registered { .. }
                | Self::Logged { .. }
                | Self::Run { .. }
                | Self::Artifacts { .. }
        )
    }
}

impl fmt::Display for VersionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "version {n}"),
            Self::Latest => write!(f, "version that is ready"),
            Self::Stage(stage) => write!(f, "version in stage {stage}"),
            Self::Alias(alias) => write!(f, "alias {alias}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(name: &str, version: VersionSpec) -> ModelUri {
        ModelUri::Registered {
            name: name.to_owned(),
            version,
        }
    }

    #[test]
    fn the_registrys_forms_mean_what_they_mean_in_python() {
        for (uri, wanted) in [
            (
                "models:/Forest/7",
                registered("Forest", VersionSpec::Number(7)),
            ),
            (
                "models:/Forest/LATEST",
                registered("Forest", VersionSpec::Latest),
            ),
            (
                "models:/My Forest+1/production",
                registered("My Forest+1", VersionSpec::Stage("production".into())),
            ),
            (
                "models:/a@b@champion",
                registered("a@b", VersionSpec::Alias("champion".into())),
            ),
            (
                "models:/m-0af2",
                ModelUri::Logged {
                    id: "m-0af2".into(),
                },
            ),
            (
                "runs:/8f3c/a/b",
                ModelUri::Run {
                    id: "8f3c".into(),
                    path: "a/b".into(),
                },
            ),
            (
                "mlflow-artifacts:/1/m",
                ModelUri::Artifacts {
                    host: None,
                    path: "1/m".into(),
                },
            ),
            (
                "mlflow-artifacts://h:5/1/m",
                ModelUri::Artifacts {
                    host: Some("h:5".into()),
                    path: "1/m".into(),
                },
            ),
            ("file:///a%20b", ModelUri::Path("/a b".into())),
            ("file:a", ModelUri::Path("a".into())),
            ("./a:b/c", ModelUri::Path("./a:b/c".into())),
        ] {
            assert_eq!(ModelUri::parse(uri).expect(uri), wanted, "{uri}");
        }
    }

    #[test]
    fn a_bucket_is_left_to_its_own_tools() {
        for uri in [
            "s3://bucket/a b",
            "gs://bucket/m",
            "az://container/m",
            "abfss://c@account.dfs.core.windows.net/m",
            "wasbs://c@account.blob.core.windows.net/m",
        ] {
            assert!(
                matches!(ModelUri::parse(uri), Ok(ModelUri::Bucket(_))),
                "{uri}"
            );
        }
    }

    #[test]
    fn a_percent_sign_and_a_number_sign_of_a_key_are_themselves() {
        for uri in [
            "s3://b/#1/100%25 ü+#2",
            "gs://b/#1/100%25 ü+#2",
            "wasbs://c@a.blob.core.windows.net/#1/100%25 ü+#2",
        ] {
            let Ok(ModelUri::Bucket(url)) = ModelUri::parse(uri) else {
                panic!("{uri}");
            };
            let path = decoded(url.path());
            assert!(path.ends_with("/#1/100%25 ü+#2"), "{url}");
            assert!(url.fragment().is_none() && url.query().is_none(), "{url}");
        }
    }

    #[test]
    fn a_uri_of_another_tool_is_refused_by_its_name_with_the_way_out() {
        for (uri, way_out) in [
            (
                "git+https://github.com/acme/churn.git",
                "clone the repository",
            ),
            (
                "git+ssh://git@github.com/acme/churn.git",
                "clone the repository",
            ),
            ("git:churn", "clone the repository"),
            ("hf://acme/churn", "resolve/REVISION/FILE"),
            ("huggingface://acme/churn:main", "hf download"),
            ("HF://acme/churn", "hf download"),
            ("hub:acme/churn", "with the tool of that hub"),
            ("ollama://llama3", "language models"),
            ("kaggle://acme/churn", "kaggle models"),
            ("kagglehub://acme/churn", "kaggle models"),
            ("docker://ghcr.io/acme/churn:1", "oras push"),
            ("pvc://claim/churn", "model.source.existingClaim"),
            ("wandb://acme/churn", "download the package"),
            ("hdfs://h/m", "copy the package"),
            ("dbfs:/m", "copy the package"),
        ] {
            let refusal = ModelUri::parse(uri).expect_err(uri).to_string();
            let scheme = uri.split(':').next().unwrap_or_default();
            assert!(refusal.contains(&format!("{scheme} URIs; ")), "{refusal}");
            assert!(refusal.contains(way_out), "{refusal}");
        }
    }

    #[test]
    fn an_artifact_is_asked_for_by_its_reference() {
        for uri in [
            "oci://ghcr.io/acme/churn:1",
            "oci+http://registry:5000/churn:1",
        ] {
            assert!(
                matches!(ModelUri::parse(uri), Ok(ModelUri::Oci(_))),
                "{uri}"
            );
        }
        let secret = "oci://me:hunter2@ghcr.io/acme/churn:1";
        let refusal = ModelUri::parse(secret).expect_err(secret).to_string();
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }

    #[test]
    fn a_wrong_uri_is_answered_with_the_right_form() {
        for (uri, hint) in [
            ("models:Forest/1", "models:/NAME/VERSION"),
            ("models://Forest/1", "one slash"),
            ("models:/Forest", "models:/Forest/1"),
            ("models:/Forest/", "models:/Forest/1"),
            ("models:/Forest/0", "count from 1"),
            ("models:/Forest/@champion", "models:/Forest@champion"),
            ("models:/Forest@", "alias is missing"),
            ("models:/@a", "name is missing"),
            ("models:/a/b/c", "no slash"),
            ("models:/", "name is missing"),
            ("runs:/8f3c", "runs:/RUN_ID/PATH"),
            ("runs:/8f3c/", "runs:/RUN_ID/PATH"),
            ("mlflow-artifacts:/", "mlflow-artifacts:/PATH"),
            ("s3:///m", "s3://BUCKET/PATH"),
            ("http://", "https://HOST/PATH"),
            ("dbfs:/m", "dbfs"),
            ("gopher://h/m", "builtin:iris"),
            ("oci:h/churn:1", "two slashes"),
            ("oci://h/churn", "which version"),
            ("", "builtin:iris"),
        ] {
            let refusal = ModelUri::parse(uri).expect_err(uri).to_string();
            assert!(refusal.contains(hint), "{uri}: {refusal}");
        }
    }
}
