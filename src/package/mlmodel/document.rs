//! A whole `MLmodel` file that is changed and written again. Keys that are not changed stay as they are.

use serde_json::Value as Json;

use crate::{
    formats::{FormatError, corrupt},
    package::yaml::{self, Mapping, Value},
};

/// The key under `metadata:` for the facts of a training.
const TRAINING: &str = "training";

/// `f64` has every whole number below this one, 2⁵³.
const LARGEST_COUNT: f64 = 9_007_199_254_740_992.0;

/// The content of an `MLmodel` file, unknown keys included.
#[derive(Clone, Debug)]
pub struct MlModelDocument(Mapping);

/// What `push` adds to an `MLmodel`: the facts that the registry has made up for the package.
#[derive(Clone, Copy, Debug)]
pub struct LoggedAs<'a> {
    pub run_id: &'a str,
    /// The logged model of MLflow 3; a server of MLflow 2 has none.
    pub model_id: Option<&'a str>,
    /// The artifact path: below the run, or that of the logged model.
    pub artifact_path: &'a str,
    /// The time to write where the file has none, as `2026-11-24 00:27:10.720856`.
    pub created: &'a str,
}

/// The facts of a training, as a package keeps them: texts by name, and numbers by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Training {
    pub params: Vec<(String, String)>,
    pub metrics: Vec<(String, f64)>,
}

impl MlModelDocument {
    /// # Errors
    /// `Corrupt` when it is not a YAML mapping.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        yaml::read(bytes)
            .map(Self)
            .map_err(|e| corrupt!("MLmodel is not YAML: {e}"))
    }

    /// What `train` wrote about the training; empty in other packages.
    pub fn training(&self) -> Training {
        let noted = self
            .0
            .get("metadata")
            .and_then(|metadata| metadata.get(TRAINING))
            .and_then(Value::as_mapping);
        let mut training = Training::default();
        for (key, value) in noted.into_iter().flatten() {
            let Some(key) = key.as_str() else { continue };
            if let Some(number) = value.as_f64() {
                training.metrics.push((key.to_owned(), number));
            } else if let Some(text) = value.as_str() {
                training.params.push((key.to_owned(), text.to_owned()));
            }
        }
        training
    }

    /// The file as the registry keeps it, with the facts that it adds.
    #[must_use]
    pub fn logged_as(&self, logged: LoggedAs<'_>) -> Self {
        let mut yaml = self.0.clone();
        let mut set = |key: &str, value: &str| yaml.insert(key.into(), value.into());
        set("run_id", logged.run_id);
        set("artifact_path", logged.artifact_path);
        if let Some(id) = logged.model_id {
            set("model_id", id);
            set("model_uuid", id);
        }
        // Servers of MLflow 2 require it. `train` leaves it out, so that the same model has the same bytes.
        if !yaml.contains_key("utc_time_created") {
            yaml.insert("utc_time_created".into(), logged.created.into());
        }
        Self(yaml)
    }

    /// The file's content.
    ///
    /// # Errors
    /// `Corrupt` when it holds what YAML cannot say.
    pub fn to_yaml(&self) -> Result<String, FormatError> {
        yaml::write(&self.0).map_err(|e| corrupt!("MLmodel cannot be written: {e}"))
    }

    /// The same as JSON, which the API of MLflow 2 asks for.
    ///
    /// # Errors
    /// `Corrupt` when it holds what JSON cannot say.
    pub fn to_json(&self) -> Result<Json, FormatError> {
        serde_json::to_value(&self.0).map_err(|e| corrupt!("MLmodel cannot be written: {e}"))
    }
}

impl Training {
    /// The `metadata:` of an `MLmodel`: `training: {data: iris, ..., test_accuracy: 0.9}`.
    pub fn metadata(&self) -> Mapping {
        let params = self
            .params
            .iter()
            .map(|(key, text)| (key.as_str().into(), text.as_str().into()));
        let metrics = self
            .metrics
            .iter()
            .map(|(key, x)| (key.as_str().into(), number(*x)));
        let training: Mapping = params.chain(metrics).collect();
        Mapping::from_iter([(TRAINING.into(), Value::from(training))])
    }
}

/// Formats a count without a point and a measure with six digits: behind the point, or where nothing would be left there, the first six.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x > 1.0 && x < LARGEST_COUNT {
        return Value::from(x as u64);
    }
    let rounded = if x.abs() < 1e-3 {
        format!("{x:.5e}").parse().unwrap_or(x)
    } else {
        (x * 1e6).round() / 1e6
    };
    Value::from(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> MlModelDocument {
        MlModelDocument::read(text.as_bytes()).expect("YAML")
    }

    #[test]
    fn what_training_notes_is_found_again() {
        let training = Training {
            params: vec![
                ("data".into(), "iris".into()),
                ("trees".into(), "100".into()),
            ],
            metrics: vec![("rows".into(), 150.0), ("test_accuracy".into(), 0.833_333)],
        };
        let text = yaml::write(&Mapping::from_iter([(
            "metadata".into(),
            Value::from(training.metadata()),
        )]));
        let text = text.expect("written");
        assert!(text.contains("rows: 150\n"), "{text}");
        assert_eq!(read(&text).training(), training);
        assert_eq!(read("flavors: {}").training(), Training::default());
    }

    #[test]
    fn measures_of_any_size_keep_six_digits() {
        let noted = |x| {
            let training = Training {
                metrics: vec![("test_rmse".into(), x)],
                ..Training::default()
            };
            let metadata = Value::from(training.metadata());
            let text = yaml::write(&Mapping::from_iter([("metadata".into(), metadata)]));
            read(&text.expect("written")).training().metrics[0].1
        };
        let pairs = [
            (0.123_456_78, 0.123_457),
            (5.743_219_87e-13, 5.743_22e-13),
            (-12.345_678_9, -12.345_679),
            (57_274_743.0, 57_274_743.0),
            (1e25, 1e25),
            (0.0, 0.0),
        ];
        for (x, expected) in pairs {
            assert!(
                (noted(x) - expected).abs() <= 1e-15 * expected.abs(),
                "{x}: {}",
                noted(x)
            );
        }
    }

    #[test]
    fn a_registered_file_keeps_what_it_says_and_gains_what_the_registry_knows() {
        let logged = LoggedAs {
            run_id: "8f3c",
            model_id: Some("m-1"),
            artifact_path: "s3://models/1",
            created: "2026-11-24 00:27:10.720856",
        };
        let text = read("flavors: {onnx: {data: model.onnx}}\nmodel_id: null\nown: 1\n")
            .logged_as(logged)
            .to_yaml()
            .expect("written");
        for line in [
            "own: 1",
            "run_id: 8f3c",
            "model_id: m-1",
            "model_uuid: m-1",
            "artifact_path: s3://models/1",
            "utc_time_created: 2026-11-24 00:27:10.720856",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        let mlflow2 = LoggedAs {
            model_id: None,
            ..logged
        };
        let json = read("utc_time_created: 'then'")
            .logged_as(mlflow2)
            .to_json();
        assert_eq!(
            json.expect("written"),
            serde_json::json!({"utc_time_created": "then", "run_id": "8f3c", "artifact_path": "s3://models/1"})
        );
    }
}
