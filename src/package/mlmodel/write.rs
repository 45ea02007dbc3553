//! Writes the files around `model.onnx`, so that MLflow in Python can load the directory.

use serde::Serialize;
use serde_json::json;

use crate::{
    input::Schema,
    model::{Labels, Output},
    package::yaml::{self, Mapping},
};

/// The libraries that a Python reader of the package needs, at the versions it was tested with.
pub(super) const PYTHON: &str = "3.11.7";
const MLFLOW: &str = "3.18.0";
const ONNX: &str = "1.23.2";
const REQUIREMENTS: [&str; 5] = [
    "mlflow==3.18.0",
    "numpy==2.4.6",
    "onnx==1.23.2",
    "onnxruntime==1.32.0",
    "pandas==3.1.1",
];

/// What an `MLmodel` file says about a model that this server trained.
pub struct Packaged<'a> {
    pub signature: &'a Schema,
    pub output: &'a Output,
    /// The size of `model.onnx`.
    pub model_bytes: usize,
    /// Facts of the training and recorded outputs of the input example.
    pub metadata: Mapping,
    /// An id of 32 hexadecimal digits. It comes from the model's digest, so that the same model has the same file.
    pub model_uuid: &'a str,
    /// Whether `input_example.json` lies beside it.
    pub example: bool,
}

#[derive(Serialize)]
pub(super) struct MlModelFile<'a, F> {
    flavors: F,
    is_signature_from_type_hint: bool,
    #[serde(skip_serializing_if = "Mapping::is_empty")]
    metadata: &'a Mapping,
    mlflow_version: &'a str,
    model_id: Option<()>,
    model_size_bytes: usize,
    model_uuid: &'a str,
    prompts: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) saved_input_example_info: Option<ExampleInfo>,
    signature: SignatureTexts,
    type_hint_from_example: bool,
}

#[derive(Serialize)]
struct Flavors {
    onnx: Onnx,
    python_function: PythonFunction,
}

#[derive(Serialize)]
struct Onnx {
    code: Option<()>,
    data: &'static str,
    #[serde(rename = "onnx_session_options")]
    session_options: Option<()>,
    #[serde(rename = "onnx_version")]
    version: &'static str,
    providers: [&'static str; 1],
}

#[derive(Serialize)]
struct PythonFunction {
    data: &'static str,
    env: Environment,
    loader_module: &'static str,
    #[serde(rename = "python_version")]
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct Environment {
    conda: &'static str,
    virtualenv: &'static str,
}

impl Environment {
    /// The files that [`environment`] makes.
    pub(super) const FILES: Self = Self {
        conda: "conda.yaml",
        virtualenv: "python_env.yaml",
    };
}

impl<'a, F> MlModelFile<'a, F> {
    /// A model without an example.
    pub(super) fn plain(
        flavors: F,
        (inputs, outputs): (String, String),
        model_bytes: usize,
        model_uuid: &'a str,
        metadata: &'a Mapping,
    ) -> Self {
        Self {
            flavors,
            is_signature_from_type_hint: false,
            metadata,
            mlflow_version: MLFLOW,
            model_id: None,
            model_size_bytes: model_bytes,
            model_uuid,
            prompts: None,
            saved_input_example_info: None,
            signature: SignatureTexts {
                inputs,
                outputs,
                params: None,
            },
            type_hint_from_example: false,
        }
    }
}

/// How `input_example.json` is to be read.
///
/// Source: `_Example` in MLflow's `mlflow/models/utils.py`.
#[derive(Serialize)]
pub(super) struct ExampleInfo {
    artifact_path: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pandas_orient: Option<&'static str>,
    r#type: &'static str,
}

impl ExampleInfo {
    /// Of an example that [`crate::package::example::write`] has written for these columns.
    pub(super) fn of(signature: &Schema) -> Self {
        let tensor = signature.is_tensor();
        Self {
            artifact_path: "input_example.json",
            pandas_orient: (!tensor).then_some("split"),
            r#type: if tensor { "ndarray" } else { "dataframe" },
        }
    }
}

#[derive(Serialize)]
struct SignatureTexts {
    inputs: String,
    outputs: String,
    params: Option<()>,
}

/// The `MLmodel` file of a model in `model.onnx`. The same input gives the same bytes.
///
/// # Errors
/// When `metadata` holds what YAML cannot.
pub fn write(package: &Packaged<'_>) -> Result<String, yaml::Error> {
    let flavors = Flavors {
        onnx: Onnx {
            code: None,
            data: "model.onnx",
            session_options: None,
            version: ONNX,
            providers: ["CPUExecutionProvider"],
        },
        python_function: PythonFunction {
            data: "model.onnx",
            env: Environment::FILES,
            loader_module: "mlflow.onnx",
            version: PYTHON,
        },
    };
    let signature = (inputs(package.signature), outputs(package.output));
    let mut file = MlModelFile::plain(
        flavors,
        signature,
        package.model_bytes,
        package.model_uuid,
        &package.metadata,
    );
    file.saved_input_example_info = package.example.then(|| ExampleInfo::of(package.signature));
    yaml::write(&file)
}

fn inputs(signature: &Schema) -> String {
    let column = |column: &crate::input::Column| {
        let kind = column.kind.name();
        json!({"name": column.name, "required": true, "type": kind})
    };
    json!(signature.columns.iter().map(column).collect::<Vec<_>>()).to_string()
}

/// What `mlflow.pyfunc` answers a data frame with: one column per output of the graph.
fn outputs(output: &Output) -> String {
    let kind = match output {
        Output::Classes { labels, .. } | Output::Binary { labels, .. } => match labels {
            Labels::Integers(_) => "long",
            Labels::Strings(_) => "string",
        },
        _ => {
            return json!([{"name": "variable", "required": true, "type": "float"}]).to_string();
        }
    };
    json!([{"name": "output_label", "required": true, "type": kind}]).to_string()
}

/// The libraries that a package of `train` needs.
pub fn trained() -> [String; 5] {
    REQUIREMENTS.map(str::to_owned)
}

/// The files that name the package's Python environment: `mlflow models serve` and `build-docker` install from them.
pub fn environment(requirements: &[String]) -> [(&'static str, String); 3] {
    let pip = requirements.join("\n  - ");
    let requirements = requirements.join("\n") + "\n";
    [
        (
            "conda.yaml",
            format!(
                "channels:\n- conda-forge\ndependencies:\n- python={PYTHON}\n- pip\n- pip:\n  - {pip}\nname: mlflow-env\n"
            ),
        ),
        (
            "python_env.yaml",
            format!(
                "python: {PYTHON}\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n"
            ),
        ),
        ("requirements.txt", requirements),
    ]
}
