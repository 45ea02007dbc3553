//! The table of formats: names, ends of file names, first bytes.

use std::{fs, path::PathBuf};

use super::boosters::unpacked;
use crate::formats::{
    FORMATS, FormatError, ModelFile, by_content, by_file_name, by_flavor, endings, read,
    sklearn::tests::serialized,
};

fn flavor_of(bytes: &[u8]) -> Option<&'static str> {
    by_content(bytes).map(|format| format.flavor)
}

fn onnx(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
    fs::read(folder.join(name)).unwrap()
}

#[test]
fn every_format_is_found_by_its_flavor_and_every_ending_belongs_to_one() {
    for format in FORMATS {
        assert_eq!(by_flavor(format.flavor).unwrap().flavor, format.flavor);
    }
    assert!(by_flavor("keras").is_none());
    let mut names: Vec<_> = endings().map(|(end, _)| end).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_end_of_a_file_name_tells_the_format_in_capitals_too() {
    for (name, flavor) in [
        ("model.onnx", Some("onnx")),
        ("MODEL.PKL", Some("sklearn")),
        ("a.b.joblib", Some("sklearn")),
        ("model.ubj", Some("xgboost")),
        ("model.json", Some("xgboost")),
        ("model.txt", Some("lightgbm")),
        ("model.cbm", Some("catboost")),
        ("model.csv", None),
        ("model.pkl.gz", Some("sklearn")),
        ("model.joblib.XZ", Some("sklearn")),
        // Boosters are not read from a compressed file.
        ("model.ubj.gz", None),
        ("rows.csv.gz", None),
        ("xgboost-model", Some("xgboost")),
        ("onnx", None),
    ] {
        assert_eq!(by_file_name(name).map(|f| f.flavor), flavor, "{name}");
    }
}

#[test]
fn endings_that_other_files_share_come_last() {
    let names: Vec<_> = endings().map(|(end, _)| end).collect();
    assert_eq!(
        names,
        [
            "onnx", "skops", "pkl", "pickle", "joblib", "cbm", "cb", "ubj", "xgb", "bst", "lgb",
            "sav", "p", "json", "model", "bin", "txt"
        ]
    );
}

#[test]
fn the_first_bytes_tell_the_format() {
    for kind in [
        "cloudpickle",
        "pickle2",
        "pickle5",
        "joblib",
        "joblib-zlib",
        "skops",
    ] {
        let bytes = serialized("1.9.1-pipeline_standard_forest.gz", kind);
        assert_eq!(flavor_of(&bytes), Some("sklearn"), "{kind}");
    }
    for (file, flavor) in [
        ("xgb_binary.ubj.gz", "xgboost"),
        ("xgb_multi.json.gz", "xgboost"),
        ("lgb_binary.txt.gz", "lightgbm"),
    ] {
        assert_eq!(flavor_of(&unpacked(file)), Some(flavor), "{file}");
    }
    assert_eq!(flavor_of(&onnx("iris_rf.onnx")), Some("onnx"));
    for nothing in [
        &b""[..],
        b"{}",
        b"{\"name\": \"tree\"}",
        b"{\"name\": \"tree\", \"ver",
        b"a,b\n1,2\n",
        &[0; 200],
    ] {
        assert_eq!(flavor_of(nothing), None, "{nothing:?}");
    }
}

#[test]
fn every_recorded_booster_is_recognised_as_what_it_is() {
    let mut seen = 0;
    for file in fs::read_dir(super::boosters::folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let flavor = match name.strip_suffix(".gz").map(|n| n.rsplit_once('.')) {
            Some(Some((_, "txt"))) => "lightgbm",
            Some(Some((_, "onnx"))) => "onnx",
            Some(Some((_, "json" | "ubj" | "deprecated" | "xgb" | "bin"))) => "xgboost",
            _ => continue,
        };
        seen += 1;
        assert_eq!(flavor_of(&unpacked(&name)), Some(flavor), "{name}");
    }
    assert!(seen >= 40, "{seen}");
}

#[test]
fn content_has_the_last_word_and_damage_is_told_by_the_reader_that_was_named() {
    let pickle = serialized("1.9.1-lightgbm_classifier.gz", "pickle4");
    let lightgbm = by_flavor("lightgbm").unwrap();
    let parsed = read(lightgbm, &ModelFile::new(&pickle)).unwrap();
    assert_eq!(parsed.parts[0], "LGBMClassifier");
    let error = read(lightgbm, &ModelFile::new(b"\xff\xfe")).unwrap_err();
    assert!(
        matches!(&error, FormatError::Corrupt(text) if text.contains("LightGBM")),
        "{error}"
    );
}
