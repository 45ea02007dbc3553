//! What a push uploads and records, read and checked before anything is created.

use crate::{
    package::{
        REGISTRATION,
        mlmodel::{MlModelDocument, Training},
        path::inside,
    },
    registry::{
        error::RegistryError,
        places::{content::Content, disk::walk},
    },
};
use serde_json::{Number, Value, json};
use std::{fs, path::Path};

/// The file that makes a directory a package. It is uploaded last, so that an incomplete upload is none.
pub(super) const MLMODEL: &str = "MLmodel";

/// What MLflow takes of parameters at once, and of their names and values (`mlflow/utils/validation.py`, and the columns of its tables).
const MAX_PARAMS: usize = 100;
const MAX_METRICS: usize = 800;
const MAX_KEY: usize = 250;
const MAX_VALUE: usize = 5000;

/// A package on this machine.
pub(super) struct Package {
    pub(super) mlmodel: MlModelDocument,
    pub(super) training: Training,
    /// Every file but the `MLmodel`, which says where it was logged.
    pub(super) files: Vec<(String, Content)>,
}

impl Package {
    /// Reads the package in `dir`.
    ///
    /// # Errors
    /// `NotFound` where there is none; `Corrupt` or `Disk` for a file that cannot be pushed.
    pub(super) fn read(dir: &Path) -> Result<Self, RegistryError> {
        let path = dir.join(MLMODEL);
        let text = fs::read(&path).map_err(|error| {
            RegistryError::NotFound(format!(
                "{} cannot be read: {error}; push takes the directory of a package, as train and pack write it",
                path.display()
            ))
        })?;
        let mlmodel = MlModelDocument::read(&text)
            .map_err(|error| RegistryError::Corrupt(format!("{}: {error}", dir.display())))?;
        let training = mlmodel.training();
        check(&training)
            .map_err(|why| RegistryError::Corrupt(format!("{}: {why}", path.display())))?;
        let names = walk(dir).map_err(|error| RegistryError::unreadable(dir, &error))?;
        let names = names
            .into_iter()
            .filter(|name| name != REGISTRATION && name != MLMODEL);
        let file = |name: String| {
            inside(&name)?;
            let content = Content::file(dir.join(&name))?;
            Ok((name, content))
        };
        Ok(Self {
            files: names.map(file).collect::<Result<_, RegistryError>>()?,
            mlmodel,
            training,
        })
    }

    /// The parameters of the training as MLflow's API takes them.
    pub(super) fn params(&self) -> Vec<Value> {
        let params = self.training.params.iter();
        params
            .map(|(key, text)| json!({"key": key, "value": text}))
            .collect()
    }

    /// Its metrics, of the run and of the logged model if there is one.
    pub(super) fn metrics(&self, model_id: Option<&str>, time: u64) -> Vec<Value> {
        let metric = |(key, x): &(String, f64)| {
            let mut metric = json!({"key": key, "value": number(*x), "timestamp": time, "step": 0});
            if let Some(id) = model_id {
                metric["model_id"] = id.into();
            }
            metric
        };
        self.training.metrics.iter().map(metric).collect()
    }
}

/// A number as the JSON of protobuf has it.
fn number(x: f64) -> Value {
    match Number::from_f64(x) {
        Some(number) => Value::Number(number),
        None if x.is_nan() => "NaN".into(),
        None if x > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}

/// Why MLflow would not record the training.
fn check(training: &Training) -> Result<(), String> {
    let Training { params, metrics } = training;
    if params.len() > MAX_PARAMS || metrics.len() > MAX_METRICS {
        return Err(format!(
            "metadata.training has {} texts and {} numbers; MLflow takes {MAX_PARAMS} and {MAX_METRICS}",
            params.len(),
            metrics.len()
        ));
    }
    let keys = params.iter().map(|(key, _)| key);
    for key in keys.chain(metrics.iter().map(|(key, _)| key)) {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '.' | '-' | ' ' | ':');
        let path = key.split('/').any(|part| matches!(part, "" | "." | ".."));
        if path || !key.chars().all(plain) || key.chars().count() > MAX_KEY {
            return Err(format!(
                "metadata.training has {key:?}, which MLflow takes for no name; letters, digits, spaces and _ . - : make one"
            ));
        }
    }
    let long = |(_, text): &&(String, String)| text.chars().count() > MAX_VALUE;
    match params.iter().find(long) {
        Some((key, _)) => Err(format!(
            "metadata.training.{key} has more than {MAX_VALUE} characters, which MLflow does not take"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training(key: &str, text: &str) -> Training {
        Training {
            params: vec![(key.to_owned(), text.to_owned())],
            metrics: Vec::new(),
        }
    }

    #[test]
    fn what_mlflow_would_refuse_to_record_is_refused_before() {
        for key in ["trees", "lernrate ü", "a/b", "max.depth-1:2"] {
            assert_eq!(check(&training(key, "1")), Ok(()), "{key}");
        }
        let long = "k".repeat(MAX_KEY + 1);
        for key in ["", "rate (start)", "a//b", "../a", "50%", &long] {
            assert!(check(&training(key, "1")).is_err(), "{key}");
        }
        assert!(check(&training("a", &"x".repeat(MAX_VALUE + 1))).is_err());
    }

    #[test]
    fn a_number_that_json_has_not_is_sent_as_protobuf_writes_it() {
        assert_eq!(number(0.5), json!(0.5));
        assert_eq!(number(f64::NAN), json!("NaN"));
        assert_eq!(number(f64::NEG_INFINITY), json!("-Infinity"));
    }
}
