//! Paths of URIs: what a package is called by one, whether it is that of one file, and how two are joined.

use crate::{
    package::{is_model_file, model_stem},
    registry::archive,
    secret::decoded,
};
use reqwest::Url;

/// The last part of a path without a file's ending; MLflow's own `artifacts` is skipped.
pub(in crate::registry) fn package_name(path: &str) -> String {
    let mut parts = path
        .rsplit('/')
        .filter(|part| !matches!(*part, "" | "artifacts" | "model"));
    let last = parts.next().unwrap_or("model");
    let stem = archive::stem(last).or_else(|| model_stem(last));
    decoded(stem.unwrap_or(last))
}

/// The name of the file that a path ends with, if it is a model's or an archive's; else the path is a directory's.
pub(super) fn file_name(path: &str) -> Option<String> {
    let last = decoded(path.rsplit('/').next()?);
    (archive::is_archive(&last) || is_model_file(&last)).then_some(last)
}

/// `url` with the parts of `path` after it, each encoded.
pub(super) fn below(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// `path` in the directory `base`, either of which may be empty.
pub(super) fn join(base: &str, path: &str) -> String {
    match (base.trim_end_matches('/'), path) {
        ("", path) => path.to_owned(),
        (base, "") => base.to_owned(),
        (base, path) => format!("{base}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_after_its_file_without_the_ending() {
        for (path, name) in [
            ("a/churn.bst", "churn"),
            ("a/churn.TAR.GZ", "churn"),
            ("a/churn.pkl.gz", "churn"),
            ("a/xgboost-model", "xgboost-model"),
            ("my%20iris.onnx", "my iris"),
            ("1/models/m-1/artifacts", "m-1"),
            ("team/v1.2/model", "v1.2"),
        ] {
            assert_eq!(package_name(path), name);
        }
    }

    #[test]
    fn a_path_is_a_files_where_it_ends_like_a_model_or_an_archive() {
        assert_eq!(
            file_name("/a/my%20iris.zip").as_deref(),
            Some("my iris.zip")
        );
        assert_eq!(file_name("/a/churn.pkl").as_deref(), Some("churn.pkl"));
        for path in ["/a/churn", "/a/churn/", "/a/MLmodel", "/a/v1.2"] {
            assert_eq!(file_name(path), None, "{path}");
        }
    }
}
