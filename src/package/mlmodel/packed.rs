//! The flavor of packages that `pack` writes: it names the model and the files that belong to it.

use super::{DataFile, inside, scalar};
use crate::{
    formats::{self, FormatError, corrupt},
    package::{
        beside::{Companions, Threshold},
        yaml::{Mapping, Value},
    },
};

/// The flavor's name.
pub(super) const FLAVOR: &str = "ml_serving";

/// More files than any model has beside it.
const MAX_FILES: usize = 32;

/// The keys of the flavor.
pub(super) fn keys(model: &str, companions: &Companions) -> Mapping {
    let mut keys = Mapping::new();
    let list = |files: &[String]| -> Value {
        let files = files.iter().map(|file| Value::from(file.as_str()));
        files.collect::<Vec<Value>>().into()
    };
    keys.insert("model".into(), model.into());
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

/// The file of the model. Its name says which flavor it has.
pub(super) fn data_file(keys: &Value) -> Result<DataFile, FormatError> {
    let Some(path) = keys.get("model").and_then(Value::as_str) else {
        return Err(corrupt!("MLmodel: flavors.{FLAVOR} names no `model` file"));
    };
    let Some(format) = formats::by_file_name(path) else {
        return Err(corrupt!(
            "MLmodel: flavors.{FLAVOR} names the model `{}`, whose ending is none of a model file",
            path.escape_debug()
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
