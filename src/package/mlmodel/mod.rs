//! The `MLmodel` file of an MLflow Model directory: read, and written as `mlflow.onnx.log_model` would.
//!
//! Source: <https://mlflow.org/docs/latest/ml/model/> and files that MLflow 3.18 wrote.

mod choice;
mod data;
mod document;
mod packed;
mod pyfunc;
mod signature;
mod write;

use choice::Flavor;
pub use data::DataFile;
use data::scalar;
pub use document::{LoggedAs, MlModelDocument, Training};
pub use packed::{PackedModel, write as write_packed};
pub use pyfunc::{Pyfunc, RowsAs};
pub use write::{Packaged, environment, trained, write};

use super::{
    beside::Companions,
    path::{inside, tidy},
    yaml::{self, Mapping, Value},
};
use crate::{
    formats::{AnswersBy, FormatError, corrupt},
    input::Schema,
};
use std::collections::HashSet;

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
        example: example.map(|path| tidy(path).into_owned()),
        metadata: mapping(&yaml, "metadata").unwrap_or_default(),
        mlflow_version: pyfunc::version(&yaml),
        forms: pyfunc::Forms::of(yaml.get("signature").and_then(Value::as_mapping)),
    })
}

fn mapping(yaml: &Mapping, key: &str) -> Option<Mapping> {
    yaml.get(key).and_then(Value::as_mapping).cloned()
}

impl MlModel {
    /// The file to load and how: that of the flavor `wanted` or, if this is empty, of the one that `mlflow.pyfunc` answers with.
    ///
    /// # Errors
    /// `Unsupported` when there is no such flavor that this server reads, `Corrupt` when it names no file of its own.
    pub fn data_file(&self, wanted: &str) -> Result<DataFile, FormatError> {
        if let Some(packed) = self.flavors.get(packed::FLAVOR) {
            return packed::data_file(packed);
        }
        self.file_of(choice::choose(&self.flavors, wanted)?)
    }

    fn file_of(&self, flavor: &Flavor) -> Result<DataFile, FormatError> {
        let &Flavor {
            name,
            data,
            version,
        } = flavor;
        let keys = self.flavors.get(name);
        let key = |key| keys.and_then(|keys| keys.get(key));
        let Some(path) = key(data).and_then(Value::as_str) else {
            return Err(corrupt!("MLmodel: flavors.{name} names no `{data}` file"));
        };
        Ok(DataFile {
            flavor: name.into(),
            version: key(version).and_then(scalar),
            class: CLASS.iter().find_map(|class| key(class).and_then(scalar)),
            path: inside(&tidy(path))?.into(),
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

    /// The files that a model is loaded from, beside the `MLmodel` itself: for places that cannot list what they have. Which flavor is
    /// served is decided later, so that of several every one's file is named.
    ///
    /// # Errors
    /// `Unsupported` when the package has no flavor that this server reads, otherwise as [`MlModel::data_file`].
    pub fn named_files(&self) -> Result<Vec<NamedFile>, FormatError> {
        let file = |path: String, optional| NamedFile { path, optional };
        let mut data: Vec<_> = if self.flavors.contains_key(packed::FLAVOR) {
            vec![self.data_file("")]
        } else {
            let present = choice::present(&self.flavors)?;
            present.into_iter().map(|one| self.file_of(one)).collect()
        };
        if data.iter().any(Result::is_ok) {
            data.retain(Result::is_ok);
        }
        let data = data.into_iter().collect::<Result<Vec<_>, _>>()?;
        let several = data.len() > 1;
        let data = data.into_iter().map(|data| file(data.path, several));
        let companions = self.companions()?;
        let companions = companions.files().map(|path| file(path.to_owned(), false));
        let example = self.example.iter().map(|path| file(path.clone(), true));
        Ok(data.chain(companions).chain(example).collect())
    }

    /// The files that tell Python what to install. The model is loaded without them.
    pub fn environment_files(&self) -> Vec<NamedFile> {
        let env = self.flavors.get("python_function");
        let env = env.and_then(|pyfunc| pyfunc.get("env"));
        let names: Vec<&str> = match env {
            Some(Value::String(conda)) => vec![conda],
            Some(Value::Mapping(files)) => files.values().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut seen = HashSet::new();
        let names = names.into_iter().chain(["requirements.txt"]);
        let paths = names.map(|name| tidy(name).into_owned());
        let paths = paths.filter(|path| inside(path).is_ok() && seen.insert(path.clone()));
        let optional = |path| NamedFile {
            path,
            optional: true,
        };
        paths.map(optional).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_file_of_the_environment_is_named_once() {
        let env = "{conda: requirements.txt, virtualenv: python_env.yaml}";
        let text = format!("flavors: {{python_function: {{env: {env}}}}}");
        let files = read(text.as_bytes())
            .expect("an MLmodel")
            .environment_files();
        let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["requirements.txt", "python_env.yaml"]);
    }
}
