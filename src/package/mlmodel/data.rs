//! The file that a flavor keeps its model in.

use crate::package::yaml::Value;

/// The data file of the flavor that this server reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// `onnx`, `sklearn`, `xgboost`, `lightgbm` or `catboost`
    pub flavor: String,
    /// The version of the library that wrote it, where the file says so.
    pub version: Option<String>,
    /// `model_class`: the Python class of the model, such as `xgboost.sklearn.XGBClassifier`. The catboost flavor says `model_type`.
    pub class: Option<String>,
    /// Relative to the package.
    pub path: String,
}

/// Reads a version as text, because YAML may take it for a number.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
