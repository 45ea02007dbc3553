//! Which reader a package gets.

use super::{Memory, loaded, names, read, refused};
use crate::formats::{
    catboost::tests::file as catboost_file, sklearn::tests::serialized, tests::boosters::unpacked,
};
use crate::input::ColumnType;
use crate::model::{Labels, Output};

/// The part of an `MLmodel` that `mlflow.xgboost` and `mlflow.lightgbm` of 3.18 write, and a signature.
pub(super) fn mlmodel(flavor: &str, keys: &str, columns: &[&str]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|c| format!(r#"{{"type": "double", "name": "{c}", "required": true}}"#))
        .collect();
    format!(
        "flavors:\n  python_function:\n    loader_module: mlflow.{flavor}\n  {flavor}:\n    code: null\n{keys}signature:\n  \
         inputs: '[{}]'\n  outputs: null\n",
        columns.join(", ")
    )
}

const EIGHT: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn xgboost(class: &str, file: &str) -> String {
    let keys = format!(
        "    data: {file}\n    model_class: {class}\n    model_format: ubj\n    xgb_version: 3.2.0\n"
    );
    mlmodel("xgboost", &keys, &EIGHT)
}

#[test]
fn a_package_of_mlflow_xgboost_is_read_as_its_class_predicts() {
    let files = |class: &str| {
        Memory::default()
            .with("MLmodel", xgboost(class, "model.ubj"))
            .with("model.ubj", unpacked("xgb_binary.ubj.gz"))
    };
    let classifier = loaded(&files("xgboost.sklearn.XGBClassifier"));
    assert_eq!(classifier.flavor, "xgboost");
    assert_eq!(classifier.flavor_version.as_deref(), Some("3.2.0"));
    assert_eq!(classifier.parts, ["gbtree", "binary:logistic"]);
    assert_eq!(names(&classifier.source.schema), EIGHT);
    assert_eq!(classifier.source.schema.columns[0].kind, ColumnType::Double);
    assert!(matches!(
        classifier.source.output,
        Output::Binary { labels: Labels::Integers(l), .. } if l == [0, 1]
    ));
    let regressor = loaded(&files("xgboost.sklearn.XGBRegressor"));
    assert!(matches!(regressor.source.output, Output::Regression { .. }));
}

#[test]
fn the_old_default_name_may_hold_any_of_the_formats() {
    let files = |bytes: Vec<u8>| {
        Memory::default()
            .with("MLmodel", xgboost("xgboost.core.Booster", "model.xgb"))
            .with("model.xgb", bytes)
    };
    let ubj = loaded(&files(unpacked("old_xgb_binary.ubj.gz")));
    assert_eq!(ubj.data_file, "model.xgb");
    assert_eq!(ubj.flavor_version.as_deref(), Some("1.7.6"));
    let error = refused(&files(b"binf\0\0".to_vec())).to_string();
    assert!(error.contains("old binary format"), "{error}");
}

#[test]
fn lightgbm_takes_columns_by_place_and_their_names_from_the_signature() {
    let keys = "    data: model.lgb\n    lgb_version: 4.7.0\n    model_class: lightgbm.basic.Booster\n    serialization_format: skops\n";
    let files = Memory::default()
        .with("MLmodel", mlmodel("lightgbm", keys, &EIGHT))
        .with("model.lgb", unpacked("lgb_binary.txt.gz"));
    let loaded = loaded(&files);
    assert_eq!(loaded.flavor_version.as_deref(), Some("4.7.0"));
    assert_eq!(loaded.parts, ["binary sigmoid:1"]);
    assert_eq!(names(&loaded.source.schema), EIGHT);
}

#[test]
fn a_lone_file_is_read_by_the_end_of_its_name() {
    for (name, file, flavor) in [
        ("churn.ubj", "xgb_binary.ubj.gz", "xgboost"),
        ("model.json", "xgb_multi.json.gz", "xgboost"),
        ("model.bst", "xgb_multi.json.gz", "xgboost"),
        ("model.txt", "lgb_binary.txt.gz", "lightgbm"),
        ("model.lgb", "lgb_binary.txt.gz", "lightgbm"),
    ] {
        let files = Memory::default()
            .with(name, unpacked(file))
            .with("requirements.txt", "numpy")
            .with("input_example.json", "[]");
        let loaded = loaded(&files);
        assert_eq!(
            (loaded.flavor.as_str(), loaded.data_file.as_str()),
            (flavor, name)
        );
    }
    for name in ["churn.bin", "CHURN.UBJ", "xgboost-model", "model.model"] {
        let files = Memory::default()
            .with(name, unpacked("xgb_binary.ubj.gz"))
            .with("notes", "numpy");
        let loaded = loaded(&files);
        assert_eq!(
            (loaded.flavor.as_str(), loaded.data_file.as_str()),
            ("xgboost", name)
        );
    }
    let named = loaded(&Memory::default().with("m.txt", unpacked("lgb_binary.txt.gz")));
    assert_eq!(names(&named.source.schema)[7], "c_7");
}

#[test]
fn the_content_of_a_lone_file_has_the_last_word() {
    let booster = unpacked("xgb_binary.ubj.gz");
    let text = unpacked("lgb_binary.txt.gz");
    let pickle = serialized("1.9.1-decision_tree_classifier_int32_labels.gz", "pickle4");
    let packed = serialized(
        "1.9.1-decision_tree_classifier_int32_labels.gz",
        "joblib-zlib",
    );
    for (name, bytes, flavor) in [
        ("model.bst", &text, "lightgbm"),
        ("model.pkl", &text, "lightgbm"),
        ("model", &booster, "xgboost"),
        ("churn.sav", &pickle, "sklearn"),
        ("churn.p", &pickle, "sklearn"),
        ("churn.PKL", &pickle, "sklearn"),
        ("churn.dat", &pickle, "sklearn"),
        ("churn.bin", &pickle, "sklearn"),
        ("churn.pkl.z", &packed, "sklearn"),
        ("churn.joblib.GZ", &packed, "sklearn"),
    ] {
        let loaded = loaded(&Memory::default().with(name, bytes.clone()));
        assert_eq!(loaded.flavor, flavor, "{name}");
    }
}

#[test]
fn a_lone_file_that_is_no_model_is_named() {
    let error = refused(&Memory::default().with("churn.csv", "a,b\n1,2\n")).to_string();
    assert!(
        error.contains("neither the name nor the content of `churn.csv`"),
        "{error}"
    );
}

#[test]
fn a_json_dump_of_lightgbm_is_told_from_a_model_of_xgboost() {
    for name in ["model.json", "model.txt", "model"] {
        let dump = unpacked("refused/lgb_dump.json.gz");
        let error = refused(&Memory::default().with(name, dump)).to_string();
        assert!(error.contains("dump_model"), "{name}: {error}");
    }
}

#[test]
fn a_package_of_mlflow_catboost_is_read_as_its_class_predicts() {
    let files = |class: &str, form: &str| {
        let keys = format!(
            "    data: model.cb\n    catboost_version: 1.2.10\n    model_type: {class}\n    save_format: {form}\n"
        );
        let columns = ["age", "income", "score", "ties"];
        Memory::default()
            .with("MLmodel", mlmodel("catboost", &keys, &columns))
            .with("model.cb", catboost_file("1.2.10-two.gz", form))
    };
    for form in ["cbm", "json"] {
        let parsed = |class: &str| {
            let files = files(class, form);
            let (package, bytes) = read(&files, true, "").unwrap();
            assert_eq!(package.data.flavor, "catboost");
            package.parse(&bytes).unwrap()
        };
        let classifier = parsed("CatBoostClassifier");
        assert_eq!(classifier.version.as_deref(), Some("1.2.10"));
        assert_eq!(classifier.parts, ["Logloss"]);
        assert!(matches!(
            classifier.ir.output,
            Output::Classes { labels: Labels::Integers(l), .. } if l == [0, 1]
        ));
        let plain = parsed("CatBoost");
        assert!(matches!(plain.ir.output, Output::Regression { .. }));
    }
}
