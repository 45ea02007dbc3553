//! The Python libraries that open a package.

use crate::formats::{self, Beside};

/// The version of MLflow that the package was tested with.
const MLFLOW: &str = "mlflow==3.18.0";

/// What `requirements.txt` asks for: the libraries of the files, at the versions that wrote them where the files say so.
///
/// `flavor` is the model's; `version` and `parts` are what it says of itself.
pub(super) fn of(
    flavor: &str,
    files: &[&Beside<'_>],
    version: Option<&str>,
    parts: &[String],
) -> Vec<String> {
    let ending = |name: &str| {
        name.rsplit_once('.')
            .map(|(_, end)| end.to_ascii_lowercase())
    };
    let any = |endings: &[&str]| {
        let mut ends = files.iter().filter_map(|file| ending(file.name));
        ends.any(|end| endings.contains(&end.as_str()))
    };
    let made_of = |prefix: &str| parts.iter().any(|part| part.starts_with(prefix));
    let at = |name: &str, version: Option<&str>| match version {
        Some(version)
            if version
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'.') =>
        {
            format!("{name}=={version}")
        }
        _ => name.to_owned(),
    };
    let mut needed = vec![MLFLOW.to_owned(), "numpy".to_owned(), "pandas".to_owned()];
    let version_of = |file: &&Beside<'_>| formats::sklearn_version(file.bytes);
    let sklearn = files.iter().find_map(version_of);
    if sklearn.is_some() || flavor == "sklearn" || any(&["pkl", "pickle", "joblib", "skops"]) {
        needed.push(at("scikit-learn", sklearn.as_deref()));
    }
    if any(&["skops"]) {
        needed.push("skops".to_owned());
    }
    match flavor {
        "onnx" => needed.push("onnxruntime".to_owned()),
        "xgboost" => {
            needed.push(at("xgboost", version));
            // Its classes, which read the file, are made of scikit-learn's.
            if !needed
                .iter()
                .any(|library| library.starts_with("scikit-learn"))
            {
                needed.push("scikit-learn".to_owned());
            }
        }
        "lightgbm" => needed.push("lightgbm".to_owned()),
        "catboost" => needed.push(at("catboost", version)),
        _ => {}
    }
    if flavor == "sklearn" && made_of("XGB") {
        needed.push("xgboost".to_owned());
    }
    if flavor == "sklearn" && made_of("LGBM") {
        needed.push("lightgbm".to_owned());
    }
    if flavor == "sklearn" && made_of("CatBoost") {
        needed.push("catboost".to_owned());
    }
    needed
}
