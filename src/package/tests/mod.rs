//! Packages: what MLflow wrote, what this server writes, and what is wrong with others.

mod companions;
mod dispatch;
mod forms;
mod sklearn;

use std::{borrow::Cow, collections::HashMap, fs, io, path::PathBuf};

use super::{
    Files, Recorded,
    mlmodel::MlModel,
    read, write,
    yaml::{self, Mapping},
};
use crate::formats::{FormatError, ModelFile, onnx};
use crate::input::{Batch, ColumnType, Schema};
use crate::model::{ForestModel, Labels, Model, Output};

/// A package in memory.
#[derive(Default)]
struct Memory(HashMap<String, Vec<u8>>);

impl Memory {
    fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.insert(name.into(), bytes.into());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        let found = self.0.get(path).map(|b| b.as_slice().into());
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }
}

fn graph(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
    fs::read(folder.join(format!("{name}.onnx"))).unwrap()
}

/// As `mlflow.onnx.save_model` of 3.18 wrote it.
const IRIS: &str = r#"flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options: null
    onnx_version: 1.23.2
    providers:
    - CUDAExecutionProvider
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: 3.11.7
is_signature_from_type_hint: false
metadata:
  a: 1
mlflow_version: 3.18.0
model_id: null
model_size_bytes: 1710
model_uuid: 8d2ba6ce5265420ca34c3605b604bf78
prompts: null
run_id: c81b08fc43f14e2788ab4116d1b1b616
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "sepal length (cm)", "required": true}, {"type":
    "double", "name": "sepal width (cm)", "required": true}, {"type": "double", "name":
    "petal length (cm)", "required": false}, {"type": "double", "name": "petal width
    (cm)", "required": true}]'
  outputs: null
  params: null
type_hint_from_example: false
utc_time_created: '2026-11-24 00:27:10.720856'
"#;

const EXAMPLE: &str = r#"{"columns": ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"],
 "data": [[5.1, 3.5, 1.4, 0.2], [4.9, 3, 1.4, 0.2]]}"#;

fn iris() -> Memory {
    Memory::default()
        .with("MLmodel", IRIS)
        .with("model.onnx", graph("iris_rf"))
        .with("input_example.json", EXAMPLE)
}

fn names(signature: &Schema) -> Vec<&str> {
    signature.columns.iter().map(|c| c.name.as_str()).collect()
}

/// Everything that a package gives.
struct Loaded {
    source: ForestModel,
    flavor: String,
    flavor_version: Option<String>,
    parts: Vec<String>,
    data_file: String,
    digest: String,
    mlmodel: Option<MlModel>,
    example: Result<Option<Batch>, String>,
    recorded: Option<Recorded>,
}

fn load(files: &Memory) -> Result<Loaded, FormatError> {
    let (package, bytes) = read(files, true, "")?;
    let parsed = package.parse(&bytes)?;
    let model = Model::new(package.parse(&bytes)?.ir).unwrap();
    Ok(Loaded {
        source: parsed.ir.into_forest(),
        flavor_version: parsed.version,
        parts: parsed.parts,
        example: package.example(model.schema()),
        flavor: package.data.flavor,
        data_file: package.data.path,
        digest: package.digest,
        mlmodel: package.mlmodel,
        recorded: package.recorded,
    })
}

fn refused(files: &Memory) -> FormatError {
    load(files).map(|l| l.digest).unwrap_err()
}

fn loaded(files: &Memory) -> Loaded {
    load(files).unwrap()
}

#[test]
fn a_package_of_mlflow_loads_with_its_signature_example_and_digest() {
    let loaded = loaded(&iris());
    assert_eq!(
        names(&loaded.source.schema),
        [
            "sepal length (cm)",
            "sepal width (cm)",
            "petal length (cm)",
            "petal width (cm)"
        ]
    );
    assert_eq!(loaded.source.schema.columns[0].kind, ColumnType::Double);
    assert_eq!(
        (loaded.flavor.as_str(), loaded.flavor_version.as_deref()),
        ("onnx", Some("1.23.2"))
    );
    assert_eq!(loaded.data_file, "model.onnx");
    assert!(
        loaded.digest.starts_with("sha256:") && loaded.digest.len() == 71,
        "{}",
        loaded.digest
    );
    let example = loaded.example.unwrap().unwrap();
    let rows: Vec<&[f64]> = example.rows().collect();
    assert_eq!(rows, [[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2]]);
    let mlmodel = loaded.mlmodel.unwrap();
    assert_eq!(
        mlmodel.run_id.as_deref(),
        Some("c81b08fc43f14e2788ab4116d1b1b616")
    );
    let columns = mlmodel.signature.unwrap().columns;
    let optional: Vec<_> = columns.iter().filter(|c| !c.required).collect();
    assert_eq!(optional.len(), 1);
    assert_eq!(optional[0].name, "petal length (cm)");
    assert_eq!(mlmodel.metadata.get("a"), Some(&yaml::Value::from(1)));
    assert_eq!(loaded.recorded, None);
}

#[test]
fn a_lone_onnx_file_is_a_package() {
    for name in ["model.onnx", "iris.onnx"] {
        let loaded = loaded(&Memory::default().with(name, graph("iris_rf")));
        assert_eq!(loaded.data_file, name);
        assert!(!loaded.source.schema.named && loaded.mlmodel.is_none());
    }
}

#[test]
fn a_package_without_a_model_says_what_it_lacks() {
    let empty = refused(&Memory::default());
    assert!(
        matches!(&empty, FormatError::Missing(text) if text.contains("neither an MLmodel")),
        "{empty}"
    );
    let no_data = refused(&Memory::default().with("MLmodel", IRIS));
    assert!(
        matches!(&no_data, FormatError::Missing(text) if text.contains("`model.onnx`")),
        "{no_data}"
    );
}

#[test]
fn another_flavor_is_refused_by_name() {
    for (flavor, advice) in [("spark", "[spark]"), ("keras", "[keras]")] {
        let text = format!("flavors:\n  {flavor}:\n    data: model.bin\n");
        let error = refused(&Memory::default().with("MLmodel", text));
        assert!(matches!(error, FormatError::Unsupported(_)), "{error}");
        assert!(
            error.to_string().contains(advice)
                && error.to_string().contains("mlflow.sklearn.log_model"),
            "{error}"
        );
    }
}

#[test]
fn a_data_path_that_leaves_the_package_is_refused() {
    for path in [
        "/etc/passwd",
        "../model.onnx",
        "a/../../b.onnx",
        "C:\\\\model.onnx",
        "",
    ] {
        let text = IRIS.replacen("data: model.onnx", &format!("data: \"{path}\""), 1);
        let error = refused(&iris().with("MLmodel", text));
        assert!(
            error.to_string().contains("does not lie in the package"),
            "{path}: {error}"
        );
    }
    for path in ["data/model.onnx", "./data/model.onnx", "data//model.onnx"] {
        let nested = IRIS.replacen("data: model.onnx", &format!("data: {path}"), 1);
        let files = iris()
            .with("MLmodel", nested)
            .with("data/model.onnx", graph("iris_rf"));
        assert_eq!(loaded(&files).data_file, "data/model.onnx");
    }
}

#[test]
fn a_signature_of_another_width_is_corrupt_and_says_both() {
    let error = refused(&iris().with("model.onnx", graph("cancer_rf")));
    assert!(matches!(error, FormatError::Corrupt(_)));
    assert_eq!(
        error.to_string(),
        "the signature in MLmodel has 4 columns, the model takes 8"
    );
}

#[test]
fn the_columns_of_a_graph_with_one_input_each_keep_the_order_of_the_graph() {
    let columns = ["petal_width", "petal_length", "sepal_length", "sepal_width"];
    let specs: Vec<_> = columns
        .iter()
        .map(|c| format!(r#"{{"type": "float", "name": "{c}", "required": true}}"#))
        .collect();
    let text = format!(
        "flavors: {{onnx: {{data: model.onnx}}}}\nsignature: {{inputs: '[{}]'}}\n",
        specs.join(",")
    );
    let files = Memory::default()
        .with("MLmodel", text.clone())
        .with("model.onnx", graph("iris_rf_columns_double"));
    let signature = loaded(&files).source.schema;
    assert_eq!(
        names(&signature),
        ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    );
    assert_eq!(signature.columns[0].kind, ColumnType::Float);
    let other = text.replace("petal_width", "petal");
    let error = refused(&files.with("MLmodel", other));
    assert!(error.to_string().contains("other columns"), "{error}");
}

#[test]
fn a_broken_example_does_not_keep_a_model_from_loading() {
    let loaded = loaded(&iris().with("input_example.json", "{"));
    assert!(loaded.example.unwrap_err().contains("not JSON"));
}

#[test]
fn an_example_that_no_client_could_send_is_a_problem() {
    let missing = EXAMPLE.replace("[4.9, 3, 1.4, 0.2]", "[4.9, 3, null, 0.2]");
    let loaded = loaded(&iris().with("input_example.json", missing));
    let problem = loaded.example.unwrap_err();
    assert_eq!(
        problem,
        "row 1 of the input example, column `petal length (cm)`: null is a missing value, which this model cannot handle"
    );
}

#[test]
fn a_pointer_of_git_lfs_is_called_so() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 6590\n";
    for (files, name) in [
        (iris().with("model.onnx", pointer), "`model.onnx`"),
        (iris().with("MLmodel", pointer), "`MLmodel`"),
        (Memory::default().with("churn.pkl", pointer), "`churn.pkl`"),
        (Memory::default().with("churn", pointer), "`churn`"),
    ] {
        let error = refused(&files);
        assert!(matches!(error, FormatError::Missing(_)), "{error}");
        assert!(
            error.to_string().starts_with(name) && error.to_string().contains("git lfs pull"),
            "{error}"
        );
    }
    let loaded = loaded(&iris().with("input_example.json", pointer));
    assert!(loaded.example.unwrap_err().contains("Git LFS"));
}

#[test]
fn answers_that_are_recorded_in_another_shape_are_corrupt() {
    let text = IRIS.replace("  a: 1", "  example_outputs: [1, 2]");
    let error = refused(&iris().with("MLmodel", text));
    assert!(matches!(error, FormatError::Corrupt(_)), "{error}");
    assert!(
        error.to_string().contains("metadata.example_outputs"),
        "{error}"
    );
}

#[test]
fn the_digest_of_the_very_bytes_is_not_computed_twice() {
    struct Verified(Memory);
    impl Files for Verified {
        fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
            self.0.read(path)
        }
        fn sha256(&self, path: &str) -> Option<String> {
            (path == "model.onnx").then(|| "c0ffee".to_owned())
        }
    }
    let files = Verified(iris());
    assert_eq!(read(&files, true, "").unwrap().0.digest, "sha256:c0ffee");
}

/// The iris forest under the names of its columns, with a few rows.
fn named_iris(labels: Option<Labels>) -> (ForestModel, Batch) {
    let mut source = onnx::read(&ModelFile::new(&graph("iris_rf")))
        .unwrap()
        .ir
        .into_forest();
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"].map(str::to_owned);
    source.schema = Schema::named(names, ColumnType::Double);
    if let (Output::Classes { labels, .. }, Some(new)) = (&mut source.output, labels) {
        *labels = new;
    }
    let values = vec![5.1, 3.5, 1.4, 0.2, 6.7, 3.0, 5.2, 2.3];
    (source, Batch::from_values(values, 4).unwrap())
}

fn packaged(source: &ForestModel, rows: &Batch) -> Memory {
    let mut facts = Mapping::new();
    facts.insert("accuracy".into(), 0.96.into());
    let files = write(source, rows, facts).unwrap();
    files
        .into_iter()
        .fold(Memory::default(), |m, (name, bytes)| m.with(name, bytes))
}

#[test]
fn what_is_packaged_loads_again_and_answers_as_recorded() {
    let strings = Labels::Strings(
        ["setosa", "versi\"color", "virginica: é"]
            .map(str::to_owned)
            .to_vec(),
    );
    for labels in [None, Some(strings)] {
        let (source, rows) = named_iris(labels);
        let loaded = loaded(&packaged(&source, &rows));
        assert_eq!(loaded.source.schema, source.schema);
        assert_eq!(loaded.source.output, source.output);
        assert_eq!(loaded.example.unwrap().as_ref(), Some(&rows));
        let recorded = loaded.recorded.unwrap();
        assert_eq!(recorded.classes, [0, 2]);
        let model = Model::new(loaded.source).unwrap();
        let mut answers = crate::model::Predictions::default();
        model.predict(&rows, &mut answers).unwrap();
        assert_eq!(recorded.scores.concat(), answers.scores);
    }
}

#[test]
fn the_same_model_is_packaged_into_the_same_bytes() {
    let (source, rows) = named_iris(None);
    assert_eq!(packaged(&source, &rows).0, packaged(&source, &rows).0);
}

#[test]
fn the_mlmodel_that_is_written_is_as_expected() {
    let (source, rows) = named_iris(None);
    let text = String::from_utf8(packaged(&source, &rows).0["MLmodel"].clone()).unwrap();
    insta::assert_snapshot!(text);
}
