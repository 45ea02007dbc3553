//! Packages of `mlflow.sklearn` and of LightGBM's scikit-learn classes.

use super::{Memory, dispatch::mlmodel, loaded, names, refused};
use crate::{
    formats::sklearn::tests::serialized,
    input::{ColumnType, Precision},
    model::StepOp,
};

const FOUR: [&str; 4] = ["column 0", "column 1", "column 2", "column 3"];

#[test]
fn a_package_of_mlflow_sklearn_is_read_in_every_serialization() {
    for (format, file, kind) in [
        ("skops", "model.skops", "skops"),
        ("cloudpickle", "model.pkl", "cloudpickle"),
        ("pickle", "model.pkl", "pickle4"),
        ("pickle", "model.pkl", "joblib-zlib"),
    ] {
        let keys = format!(
            "    pickled_model: {file}\n    serialization_format: {format}\n    sklearn_version: 1.9.1\n"
        );
        let files = Memory::default()
            .with("MLmodel", mlmodel("sklearn", &keys, &FOUR))
            .with(file, serialized("1.9.1-pipeline_standard_forest.gz", kind));
        let loaded = loaded(&files);
        assert_eq!(loaded.parts, ["StandardScaler", "RandomForestClassifier"]);
        assert_eq!(loaded.flavor_version.as_deref(), Some("1.9.1"));
        assert_eq!(names(&loaded.source.schema), FOUR);
        assert_eq!(loaded.source.input, Precision::F64);
    }
}

#[test]
fn an_old_package_without_a_format_is_read_by_its_content() {
    let keys = "    pickled_model: model.pkl\n    sklearn_version: 1.0.2\n";
    let pickle = serialized("1.0.2-random_forest_classifier.gz", "cloudpickle");
    let files = Memory::default()
        .with("MLmodel", mlmodel("sklearn", keys, &FOUR))
        .with("model.pkl", pickle);
    assert_eq!(loaded(&files).flavor_version.as_deref(), Some("1.0.2"));
    let other = mlmodel("sklearn", keys, &["a", "b", "c", "d"]);
    let error = refused(&files.with("MLmodel", other)).to_string();
    assert!(error.contains("other columns"), "{error}");
}

#[test]
fn a_signature_of_floats_makes_scalers_compute_in_floats() {
    let keys = "    pickled_model: model.pkl\n";
    let text = mlmodel("sklearn", keys, &FOUR).replace("double", "float");
    let files = Memory::default().with("MLmodel", text).with(
        "model.pkl",
        serialized("1.9.1-pipeline_standard_forest.gz", "pickle5"),
    );
    let source = loaded(&files).source;
    assert_eq!(source.schema.columns[0].kind, ColumnType::Float);
    assert_eq!(source.input, Precision::F32);
    let ops: Vec<_> = source.steps.iter().map(|s| (s.op, s.precision)).collect();
    assert_eq!(
        ops,
        [(StepOp::Sub, Precision::F32), (StepOp::Div, Precision::F32)]
    );
}

#[test]
fn a_lone_file_of_scikit_learn_is_a_package() {
    for (name, kind) in [
        ("churn.pkl", "pickle2"),
        ("churn.pickle", "pickle3"),
        ("churn.joblib", "joblib"),
        ("churn.skops", "skops"),
    ] {
        let bytes = serialized("1.5.2-random_forest_classifier_text.gz", kind);
        let loaded = loaded(&Memory::default().with(name, bytes));
        assert_eq!(
            (loaded.flavor.as_str(), loaded.data_file.as_str()),
            ("sklearn", name)
        );
        assert_eq!(loaded.flavor_version.as_deref(), Some("1.5.2"));
    }
}

#[test]
fn a_pickled_lightgbm_classifier_is_read_under_either_flavor() {
    let columns = ["a", "b", "c", "d", "e", "f"];
    for (flavor, keys, kind) in [
        (
            "lightgbm",
            "    data: model.skops\n    model_class: lightgbm.sklearn.LGBMClassifier\n",
            "skops",
        ),
        ("sklearn", "    pickled_model: model.skops\n", "pickle4"),
    ] {
        let files = Memory::default()
            .with("MLmodel", mlmodel(flavor, keys, &columns))
            .with(
                "model.skops",
                serialized("1.9.1-lightgbm_classifier.gz", kind),
            );
        let loaded = loaded(&files);
        assert_eq!(loaded.parts[0], "LGBMClassifier");
        assert_eq!(names(&loaded.source.schema), columns);
    }
}
