//! Reads a package's name from the path of a URI, and whether the path is that of one file.

use crate::{
    package::{is_model_file, model_stem},
    registry::{archive, uri::decoded},
};

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
