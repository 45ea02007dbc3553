//! The `MLmodel` file of an MLflow Model directory: read, and written as `mlflow.onnx.log_model` would.
//!
//! Source: <https://mlflow.org/docs/latest/ml/model/> and files that MLflow 3.18 wrote.

mod data;
mod document;
mod packed;
mod pyfunc;
mod signature;
mod write;

pub use data::DataFile;
use data::scalar;
pub use document::{LoggedAs, MlModelDocument, Training};
pub use packed::{PackedModel, write as write_packed};
pub use pyfunc::{Pyfunc, RowsAs};
pub use write::{Packaged, environment, trained, write};

use super::{
    beside::Companions,
    path::inside,
    yaml::{self, Mapping, Value},
};
use crate::{
    formats::{AnswersBy, FormatError, corrupt, unsupported},
    input::Schema,
};

/// Flavors that this server reads, in order of preference, with the keys of the data file and of the library's version.
const READ: [(&str, &str, &str); 5] = [
    ("onnx", "data", "onnx_version"),
    ("sklearn", "pickled_model", "sklearn_version"),
    ("xgboost", "data", "xgb_version"),
    ("lightgbm", "data", "lgb_version"),
    ("catboost", "data", "catboost_version"),
];

/// What the flavors call the Python class.
const CLASS: [&str; 2] = ["model_class", "model_type"];

/// What this server takes from an `MLmodel` file. Keys it does not know are ignored: MLflow adds some every release.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MlModel {
    /// The keys of each flavor, by its name.
    pub flavors: Mapping,
    /// Absent when none was logged, or when a tensor signature leaves the number of columns open.
    pub signature: Option<Schema>,
    /// The run that has logged the model.
    pub run_id: Option<String>,
    /// The file of the input example, `input_example.json` when there is one.
    pub example: Option<String>,
    /// The free-form metadata that the model was logged with.
    pub metadata: Mapping,
    /// The version of MLflow that wrote it.
    pub mlflow_version: Option<String>,
    forms: pyfunc::Forms,
}

/// A file that an `MLmodel` names. The path of an optional file has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Relative to the package.
    pub path: String,
    /// Whether the model can be loaded without it.
    pub optional: bool,
}

/// Reads an `MLmodel` file.
///
/// # Errors
/// `Corrupt` when it is not YAML of that shape, `Unsupported` for a signature that no tree model takes.
pub fn read(bytes: &[u8]) -> Result<MlModel, FormatError> {
    let yaml: Value = yaml::read(bytes).map_err(|e| corrupt!("MLmodel is not YAML: {e}"))?;
    let Value::Mapping(yaml) = yaml else {
        return Err(corrupt!("MLmodel is not a YAML mapping"));
    };
    let text = |key: &str| yaml.get(key).and_then(Value::as_str).map(str::to_owned);
    let inputs = match yaml.get("signature") {
        Some(Value::Mapping(signature)) => match signature.get("inputs") {
            Some(Value::String(inputs)) => Some(inputs),
            None | Some(Value::Null) => None,
            Some(_) => return Err(corrupt!("MLmodel: signature.inputs is not a JSON text")),
        },
        None | Some(Value::Null) => None,
        Some(_) => return Err(corrupt!("MLmodel: signature is not a mapping")),
    };
    let signature = match inputs {
        Some(inputs) => signature::read(inputs)?,
        None => None,
    };
    let example = yaml
        .get("saved_input_example_info")
        .and_then(|info| info.get("artifact_path"))
        .and_then(Value::as_str);
    Ok(MlModel {
        flavors: mapping(&yaml, "flavors").ok_or_else(|| corrupt!("MLmodel has no flavors"))?,
        signature,
        run_id: text("run_id"),
        example: example.map(str::to_owned),
        metadata: mapping(&yaml, "metadata").unwrap_or_default(),
        mlflow_version: pyfunc::version(&yaml),
        forms: pyfunc::Forms::of(yaml.get("signature").and_then(Value::as_mapping)),
    })
}

fn mapping(yaml: &Mapping, key: &str) -> Option<Mapping> {
    yaml.get(key).and_then(Value::as_mapping).cloned()
}

impl MlModel {
    /// The file to load and how.
    ///
    /// # Errors
    /// `Unsupported` when no flavor is one that this server reads, `Corrupt` when the flavor names no file of its own.
    pub fn data_file(&self) -> Result<DataFile, FormatError> {
        if let Some(packed) = self.flavors.get(packed::FLAVOR) {
            return packed::data_file(packed);
        }
        let found = READ
            .iter()
            .find_map(|read| Some((read, self.flavors.get(read.0)?)));
        let Some((&(flavor, key, version), keys)) = found else {
            return Err(self.other_flavor());
        };
        let Some(path) = keys.get(key).and_then(Value::as_str) else {
            return Err(corrupt!("MLmodel: flavors.{flavor} names no `{key}` file"));
        };
        Ok(DataFile {
            flavor: flavor.into(),
            version: keys.get(version).and_then(scalar),
            class: CLASS.iter().find_map(|key| keys.get(*key).and_then(scalar)),
            path: inside(path)?.into(),
        })
    }

    /// How the package's Python model answers, where its file answers as `file` says.
    pub fn pyfunc(&self, file: &AnswersBy) -> Pyfunc {
        Pyfunc {
            mlflow_version: self.mlflow_version.clone(),
            ..pyfunc::of(&self.flavors, self.forms, file)
        }
    }

    /// The files that belong to the model beside its own.
    ///
    /// # Errors
    /// `Corrupt` when the flavor is not what `pack` writes.
    pub fn companions(&self) -> Result<Companions, FormatError> {
        let packed = self.flavors.get(packed::FLAVOR);
        packed.map_or_else(|| Ok(Companions::default()), packed::companions)
    }

    /// The files that a model is loaded from, beside the `MLmodel` itself: for places that cannot list what they have.
    ///
    /// # Errors
    /// As [`MlModel::data_file`].
    pub fn named_files(&self) -> Result<Vec<NamedFile>, FormatError> {
        let required = |path: &str| NamedFile {
            path: path.to_owned(),
            optional: false,
        };
        let data = required(&self.data_file()?.path);
        let companions = self.companions()?;
        let companions = companions.files().map(required);
        let example = self.example.iter().map(|path| NamedFile {
            path: path.clone(),
            optional: true,
        });
        let all = std::iter::once(data).chain(companions).chain(example);
        Ok(all.collect())
    }

    fn other_flavor(&self) -> FormatError {
        let names: Vec<&str> = self.flavors.keys().filter_map(Value::as_str).collect();
        unsupported!(
            "the model has the flavors [{}], this server reads onnx, sklearn, xgboost, lightgbm and catboost; log the tree model itself with \
             its own flavor, as by mlflow.sklearn.log_model",
            names.join(", ")
        )
    }
}
