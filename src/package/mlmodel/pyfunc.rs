//! What `mlflow.pyfunc` makes of a package: what it predicts with, and what it turns rows into first.

use serde::Deserialize;

use super::data::scalar;
use crate::{
    formats::AnswersBy,
    package::yaml::{Mapping, Value},
};

/// How the package's Python model answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pyfunc {
    pub answers: AnswersBy,
    /// What the signature turns rows into; none where there is no signature: they stay what the request makes of them.
    pub rows: Option<RowsAs>,
    /// Whether the classes are `true` and `false`.
    pub booleans: bool,
    /// The version of MLflow that logged the model.
    pub mlflow_version: Option<String>,
}

/// What `mlflow.pyfunc` hands over to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsAs {
    DataFrame,
    Tensor,
}

/// What a signature says of the rows and of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    rows: Option<RowsAs>,
    booleans: bool,
}

/// The part of a column or tensor that matters here.
#[derive(Deserialize)]
struct Spec {
    r#type: String,
    #[serde(rename = "tensor-spec")]
    tensor: Option<Tensor>,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
}

impl Forms {
    /// By the texts of a signature.
    pub(super) fn of(signature: Option<&Mapping>) -> Self {
        let specs = |key: &str| -> Vec<Spec> {
            let text = signature.and_then(|signature| signature.get(key));
            let text = text.and_then(Value::as_str).unwrap_or("[]");
            // What cannot be read here is refused where the signature itself is read, or is of no use.
            serde_json::from_str(text).unwrap_or_default()
        };
        let rows = specs("inputs").first().map(|spec| match spec.tensor {
            Some(_) => RowsAs::Tensor,
            None => RowsAs::DataFrame,
        });
        let boolean = |spec: &Spec| match &spec.tensor {
            Some(tensor) => tensor.dtype == "bool",
            None => spec.r#type == "boolean",
        };
        let booleans = matches!(specs("outputs").as_slice(), [only] if boolean(only));
        Self { rows, booleans }
    }
}

/// How a package's Python model answers, by its flavors and its signature. `file` is what its file answers.
pub(super) fn of(flavors: &Mapping, forms: Forms, file: &AnswersBy) -> Pyfunc {
    let function = flavors.get("python_function");
    let method = function.and_then(|function| function.get("predict_fn"));
    let method = method.and_then(Value::as_str);
    let answers = method.and_then(of_method).unwrap_or_else(|| file.clone());
    Pyfunc {
        answers,
        rows: forms.rows,
        booleans: forms.booleans,
        mlflow_version: None,
    }
}

/// What a method answers, where that is not what `predict` does.
fn of_method(name: &str) -> Option<AnswersBy> {
    match name {
        "predict_proba" => Some(AnswersBy::Probabilities),
        "predict_log_proba" => Some(AnswersBy::LogProbabilities),
        _ => None,
    }
}

/// Whether this server answers what the method of this name does.
pub(super) fn is_answered(method: &str) -> bool {
    method == "predict" || of_method(method).is_some()
}

/// The version that a file names.
pub(super) fn version(yaml: &Mapping) -> Option<String> {
    yaml.get("mlflow_version").and_then(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::mlmodel::read;

    fn pyfunc(text: &str) -> Pyfunc {
        let mlmodel = read(text.as_bytes()).expect("an MLmodel");
        mlmodel.pyfunc(&AnswersBy::Booster)
    }

    #[test]
    fn the_method_that_the_package_names_wins_over_what_its_file_answers() {
        let with = |method: &str| pyfunc(&format!("flavors: {{python_function: {{{method}}}}}"));
        assert_eq!(with("").answers, AnswersBy::Booster);
        assert_eq!(with("predict_fn: predict").answers, AnswersBy::Booster);
        let asked = [
            ("predict_proba", AnswersBy::Probabilities),
            ("predict_log_proba", AnswersBy::LogProbabilities),
        ];
        for (method, answers) in asked {
            assert_eq!(with(&format!("predict_fn: {method}")).answers, answers);
        }
    }

    #[test]
    fn a_signature_says_whether_rows_are_a_frame_and_classes_are_booleans() {
        let columns = r#"'[{"type":"double","name":"x"}]'"#;
        let tensor = r#"'[{"type":"tensor","tensor-spec":{"dtype":"bool","shape":[-1]}}]'"#;
        let with = |inputs: &str, outputs: &str| {
            let found = pyfunc(&format!(
                "flavors: {{onnx: {{}}}}\nsignature:\n  inputs: {inputs}\n  outputs: {outputs}\nmlflow_version: 2.0\n"
            ));
            (found.rows, found.booleans)
        };
        assert_eq!(with(columns, tensor), (Some(RowsAs::DataFrame), true));
        assert_eq!(
            with(columns, r#"'[{"type":"boolean"}]'"#),
            (Some(RowsAs::DataFrame), true)
        );
        assert_eq!(with(columns, "null"), (Some(RowsAs::DataFrame), false));
        assert_eq!(pyfunc("flavors: {onnx: {}}").rows, None);
    }
}
