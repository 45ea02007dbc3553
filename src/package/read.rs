//! A package of files → a model and everything the package says about it.

use std::{borrow::Cow, io};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    Files, example,
    mlmodel::{self, DataFile, MlModel},
};
use crate::{
    formats::{self, ColumnsBy, FormatError, ModelFile, Parsed, corrupt},
    input::{ColumnType, Schema},
    model::ModelIr,
};

/// Whether a file of this name is a model by itself.
pub fn is_model_file(name: &str) -> bool {
    formats::by_file_name(name).is_some()
}

/// Files of other uses that lie beside a model.
const NO_MODELS: [&str; 3] = [
    "input_example.json",
    "serving_input_example.json",
    "requirements.txt",
];

/// The key under `metadata:` of the `MLmodel` where the outputs of the input example are recorded.
pub const RECORDED: &str = "example_outputs";

/// What the model answered for the input example when it was packaged.
#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize)]
pub struct Recorded {
    /// The class of each row, by index; empty for a regressor.
    #[serde(default)]
    pub classes: Vec<u32>,
    /// The scores of each row.
    pub scores: Vec<Vec<f64>>,
}

/// A package that was read.
#[derive(Debug)]
pub struct Loaded {
    /// Its signature is that of the `MLmodel` where there is one.
    pub source: ModelIr,
    /// `onnx`, `sklearn`, `xgboost` or `lightgbm`
    pub flavor: String,
    /// The version of the library that wrote the data file, where the package says so.
    pub flavor_version: Option<String>,
    /// What the data file says it is made of: scalers and estimator by class.
    pub parts: Vec<String>,
    /// The data file, relative to the package.
    pub data_file: String,
    /// `sha256:<hex>` of the data file.
    pub digest: String,
    /// The `MLmodel`, if the package has one.
    pub mlmodel: Option<MlModel>,
    /// Rows of the input example, in the order of the signature.
    pub example: Option<Vec<Vec<f64>>>,
    /// Why there is no example although the package has a file for one; worth a warning, not a failure.
    pub example_problem: Option<String>,
    pub recorded: Option<Recorded>,
}

/// Reads the model of a package: an MLflow Model directory, or a lone model file.
///
/// # Errors
/// `Missing` when a file is not there, `Corrupt` or `Unsupported` as the readers say.
pub fn read(files: &dyn Files) -> Result<Loaded, FormatError> {
    let mlmodel = match optional(files, "MLmodel")? {
        Some(bytes) => Some(mlmodel::read(&bytes)?),
        None => None,
    };
    let data = match &mlmodel {
        Some(mlmodel) => mlmodel.data_file()?,
        None => lone_file(files)?,
    };
    let Some(bytes) = optional(files, &data.path)? else {
        return Err(FormatError::Missing(if mlmodel.is_some() {
            format!(
                "MLmodel names the data file `{}`, which the package does not have",
                data.path
            )
        } else {
            "the package has neither an MLmodel nor one model file; point at an MLflow Model directory, or at an .onnx, .pkl, \
             .joblib, .skops, .ubj, .json (XGBoost) or .txt (LightGBM) file"
                .into()
        }));
    };
    let signature = mlmodel.as_ref().and_then(|m| m.signature.as_ref());
    let Parsed {
        ir: mut source,
        version,
        parts,
        columns,
    } = parse(&data, &bytes, signature)?;
    if let Some(signature) = signature {
        source.schema = signature_of(signature, &source.schema, columns)?;
    }
    let (example, example_problem) = read_example(files, mlmodel.as_ref(), &source.schema);
    Ok(Loaded {
        flavor: data.flavor,
        flavor_version: version.or(data.version),
        parts,
        data_file: data.path,
        digest: digest(&bytes),
        recorded: mlmodel.as_ref().and_then(recorded),
        source,
        mlmodel,
        example,
        example_problem,
    })
}

/// Reads a data file by its flavor and its content.
fn parse(data: &DataFile, bytes: &[u8], signature: Option<&Schema>) -> Result<Parsed, FormatError> {
    let file = ModelFile {
        bytes,
        class: data.class.as_deref(),
        // What MLflow hands over as floats, scikit-learn scales as floats.
        f32_rows: signature.is_some_and(|s| s.columns.iter().all(|c| c.kind == ColumnType::Float)),
    };
    let Some(format) = formats::by_flavor(&data.flavor) else {
        return Err(corrupt!(
            "there is no reader for the flavor {}",
            data.flavor
        ));
    };
    formats::read(format, &file)
}

/// The file, or nothing if the package has no such file.
fn optional<'a>(files: &'a dyn Files, path: &str) -> Result<Option<Cow<'a, [u8]>>, FormatError> {
    match files.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FormatError::Missing(format!(
            "`{path}` cannot be read: {error}"
        ))),
    }
}

/// The only file of the first kind of which there is just one; `model.onnx` if there is none.
fn lone_file(files: &dyn Files) -> Result<DataFile, FormatError> {
    let names = files
        .names()
        .map_err(|e| FormatError::Missing(format!("the package cannot be listed: {e}")))?;
    let only = |end: &str| {
        let mut fits = names.iter().filter(|n| {
            n.rsplit_once('.').is_some_and(|(_, e)| e == end) && !NO_MODELS.contains(&n.as_str())
        });
        fits.next().filter(|_| fits.next().is_none())
    };
    let found = formats::endings().find_map(|(end, format)| Some((only(end)?, format.flavor)));
    let (path, flavor) = match found {
        Some((name, flavor)) => (mlmodel::inside(name)?, flavor),
        None => ("model.onnx", "onnx"),
    };
    Ok(DataFile {
        flavor: flavor.into(),
        version: None,
        class: None,
        path: path.into(),
    })
}

/// The package's signature, in the order in which the model takes its columns.
fn signature_of(logged: &Schema, derived: &Schema, by: ColumnsBy) -> Result<Schema, FormatError> {
    if logged.len() != derived.len() {
        return Err(corrupt!(
            "the signature in MLmodel has {} columns, the model takes {}",
            logged.len(),
            derived.len()
        ));
    }
    // A graph with one input per column is fed by name, so its order is the one that counts.
    if by == ColumnsBy::Name && logged.named && derived.named {
        // Converters turn what they do not like in a name into underscores.
        let plain = |name: &str| name.replace(|c: char| !c.is_alphanumeric(), "");
        let by_name = |name: &str| {
            let exact = logged.columns.iter().find(|c| c.name == name);
            let mut similar = logged
                .columns
                .iter()
                .filter(|c| plain(&c.name) == plain(name));
            exact
                .or(similar.next().filter(|_| similar.next().is_none()))
                .cloned()
        };
        let ordered: Option<Vec<_>> = derived.columns.iter().map(|c| by_name(&c.name)).collect();
        let Some(columns) = ordered else {
            return Err(corrupt!(
                "the signature in MLmodel names other columns than the model's inputs"
            ));
        };
        return Ok(Schema::new(columns, true));
    }
    Ok(logged.clone())
}

/// The example is a self-test and a document; a package is served without one.
fn read_example(
    files: &dyn Files,
    mlmodel: Option<&MlModel>,
    signature: &Schema,
) -> (Option<Vec<Vec<f64>>>, Option<String>) {
    let path = mlmodel
        .and_then(|m| m.example.as_deref())
        .unwrap_or("input_example.json");
    let rows = mlmodel::inside(path)
        .and_then(|path| optional(files, path))
        .and_then(|bytes| bytes.map(|b| example::read(&b, signature)).transpose());
    match rows {
        Ok(rows) => (rows.filter(|rows| !rows.is_empty()), None),
        Err(error) => (None, Some(error.to_string())),
    }
}

fn recorded(mlmodel: &MlModel) -> Option<Recorded> {
    let value = mlmodel.metadata.get(RECORDED)?;
    serde_yaml::from_value(value.clone()).ok()
}

/// `sha256:<hex>` of `bytes`.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::ColumnType;

    fn named(names: &[&str]) -> Schema {
        Schema::named(
            names.iter().map(|&name| name.to_owned()),
            ColumnType::Double,
        )
    }

    #[test]
    fn columns_keep_the_signatures_names_and_take_the_graphs_order() {
        let logged = named(&["hue", "od280/od315", "a b"]);
        let signature = signature_of(
            &logged,
            &named(&["a_b", "hue", "od280_od315"]),
            ColumnsBy::Name,
        );
        assert_eq!(signature.unwrap(), named(&["a b", "hue", "od280/od315"]));
    }

    #[test]
    fn names_that_could_mean_two_columns_are_refused() {
        assert!(
            signature_of(
                &named(&["a b", "a-b"]),
                &named(&["a_b", "a__b"]),
                ColumnsBy::Name
            )
            .is_err()
        );
        assert!(signature_of(&named(&["a", "b"]), &named(&["a", "c"]), ColumnsBy::Name).is_err());
        assert!(signature_of(&named(&["a", "b"]), &named(&["a", "c"]), ColumnsBy::Place).is_ok());
    }
}
