//! The flavor of packages that `pack` writes: it names the model and the files that belong to it.

use serde::Serialize;
use serde_json::json;

use super::{
    data::{DataFile, scalar},
    write::{Environment, ExampleInfo, MlModelFile, PYTHON},
};
use crate::{
    formats::{self, FormatError, corrupt},
    input::{Column, ColumnType, Schema},
    model::Labels,
    package::{
        beside::{Companions, Threshold},
        path::inside,
        yaml::{self, Mapping, Value},
    },
};

/// The flavor's name.
pub(super) const FLAVOR: &str = "ml_serving";

/// More files than any model has beside it.
const MAX_FILES: usize = 32;

/// What an `MLmodel` file says about a model that was packed.
pub struct PackedModel<'a> {
    /// The file of the model.
    pub model: &'a str,
    /// Its own flavor: what reads it.
    pub flavor: &'a str,
    pub companions: &'a Companions,
    pub signature: &'a Schema,
    /// The classes; nothing for a regressor.
    pub labels: Option<&'a Labels>,
    /// The size of all files together.
    pub model_bytes: usize,
    /// An id of 32 hexadecimal digits that comes from the files, so that the same files have the same package.
    pub model_uuid: &'a str,
    /// Whether `input_example.json` lies beside it.
    pub example: bool,
}

#[derive(Serialize)]
struct Flavors {
    ml_serving: Mapping,
    python_function: PythonFunction,
}

#[derive(Serialize)]
struct PythonFunction {
    code: &'static str,
    env: Environment,
    loader_module: &'static str,
    #[serde(rename = "python_version")]
    version: &'static str,
}

/// The `MLmodel` file. The same input gives the same bytes.
///
/// # Errors
/// When YAML cannot say it.
pub fn write(packed: &PackedModel<'_>) -> Result<String, yaml::Error> {
    let flavors = Flavors {
        ml_serving: keys(packed.model, packed.flavor, packed.companions),
        // Without `data` MLflow hands the whole directory to the loader.
        python_function: PythonFunction {
            code: "code",
            env: Environment::FILES,
            loader_module: "ml_serving_package",
            version: PYTHON,
        },
    };
    let signature = (inputs(packed.signature), outputs(packed.labels));
    let metadata = Mapping::new();
    let mut file = MlModelFile::plain(
        flavors,
        signature,
        packed.model_bytes,
        packed.model_uuid,
        &metadata,
    );
    file.saved_input_example_info = packed.example.then(|| ExampleInfo::of(packed.signature));
    yaml::write(&file)
}

/// Columns by name or, where they have none and are numbers, one tensor.
fn inputs(signature: &Schema) -> String {
    if signature.is_tensor() {
        let single = |column: &Column| column.kind == ColumnType::Float;
        let dtype = if signature.columns.iter().all(single) {
            "float32"
        } else {
            "float64"
        };
        let tensor = json!({"dtype": dtype, "shape": [-1, signature.len()]});
        return json!([{"type": "tensor", "tensor-spec": tensor}]).to_string();
    }
    let column = |column: &Column| {
        let kind = column.kind.name();
        if signature.named {
            json!({"name": column.name, "required": column.required, "type": kind})
        } else {
            json!({"required": true, "type": kind})
        }
    };
    json!(signature.columns.iter().map(column).collect::<Vec<_>>()).to_string()
}

/// An array with a label or a number for each row.
fn outputs(labels: Option<&Labels>) -> String {
    let kind = match labels {
        Some(Labels::Integers(_)) => "long",
        Some(Labels::Strings(_)) => "string",
        None => {
            return json!([{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}])
                .to_string();
        }
    };
    json!([{"required": true, "type": kind}]).to_string()
}

/// The keys of the flavor.
fn keys(model: &str, flavor: &str, companions: &Companions) -> Mapping {
    let mut keys = Mapping::new();
    let list = |files: &[String]| -> Value {
        let files = files.iter().map(|file| Value::from(file.as_str()));
        files.collect::<Vec<Value>>().into()
    };
    keys.insert("model".into(), model.into());
    keys.insert("flavor".into(), flavor.into());
    if !companions.before.is_empty() {
        keys.insert("before".into(), list(&companions.before));
    }
    if let Some(labels) = &companions.labels {
        keys.insert("labels".into(), labels.as_str().into());
    }
    if !companions.columns.is_empty() {
        keys.insert("columns".into(), list(&companions.columns));
    }
    if let Some(Threshold::Is(threshold)) = companions.threshold {
        keys.insert("threshold".into(), threshold.into());
    }
    keys
}

/// The file of the model, and its own flavor.
pub(super) fn data_file(keys: &Value) -> Result<DataFile, FormatError> {
    let Some(path) = keys.get("model").and_then(Value::as_str) else {
        return Err(corrupt!("MLmodel: flavors.{FLAVOR} names no `model` file"));
    };
    let flavor = keys.get("flavor").and_then(Value::as_str);
    let Some(format) = flavor.and_then(formats::by_flavor) else {
        return Err(corrupt!(
            "MLmodel: flavors.{FLAVOR} names no `flavor` of its model that this server reads"
        ));
    };
    Ok(DataFile {
        flavor: format.flavor.into(),
        version: None,
        class: keys.get("model_class").and_then(scalar),
        path: inside(path)?.into(),
    })
}

/// The files beside it.
pub(super) fn companions(keys: &Value) -> Result<Companions, FormatError> {
    let files = |key: &str| -> Result<Vec<String>, FormatError> {
        let list: &[Value] = match keys.get(key) {
            None | Some(Value::Null) => &[],
            Some(Value::Sequence(list)) => list,
            Some(one) => std::slice::from_ref(one),
        };
        let file = |value: &Value| match value.as_str() {
            Some(path) => Ok(inside(path)?.to_owned()),
            None => Err(corrupt!(
                "MLmodel: flavors.{FLAVOR}.{key} holds something that is no name of a file"
            )),
        };
        list.iter().map(file).collect()
    };
    let mut labels = files("labels")?;
    if labels.len() > 1 {
        return Err(corrupt!(
            "MLmodel: flavors.{FLAVOR}.labels names {} files",
            labels.len()
        ));
    }
    let threshold = match keys.get("threshold") {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            value
                .as_f64()
                .map(Threshold::Is)
                .ok_or_else(|| corrupt!("MLmodel: flavors.{FLAVOR}.threshold is no number"))?,
        ),
    };
    let all = Companions {
        before: files("before")?,
        labels: labels.pop(),
        columns: files("columns")?,
        threshold,
    };
    if all.files().count() > MAX_FILES {
        return Err(corrupt!(
            "MLmodel: flavors.{FLAVOR} names more than {MAX_FILES} files beside the model"
        ));
    }
    Ok(all)
}
