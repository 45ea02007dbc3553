//! What is wrong with files: cut off, damaged, forged.

use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::ubj;
use crate::{
    formats::{FormatError, ModelFile, tests::boosters::unpacked},
    model::{ForestModel, Labels, Model, Output},
};

fn read(bytes: &[u8], class: Option<&str>) -> Result<ForestModel, FormatError> {
    let file = ModelFile {
        class,
        ..ModelFile::new(bytes)
    };
    super::read(&file).map(|parsed| parsed.ir.into_forest())
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes, None).map(|_| ()).unwrap_err().to_string()
}

/// One tree of one split, as the oldest version that is read would have written it.
const STUMP: &str = r#"{"learner": {"gradient_booster": {"name": "gbtree", "model": {"tree_info": [0], "trees": [{
  "left_children": [1, -1, -1], "right_children": [2, -1, -1], "split_indices": [0, 0, 0],
  "split_conditions": [0.5, -1, 2], "default_left": [true, false, false], "tree_param": {"size_leaf_vector": "0"}}]}},
 "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "1"},
 "objective": {"name": "reg:squarederror"}}, "version": [1, 3, 0]}"#;

fn forged(from: &str, to: &str) -> String {
    assert!(STUMP.contains(from), "{from}");
    let text = STUMP.replacen(from, to, 1);
    match read(text.as_bytes(), None) {
        Ok(source) => Model::new(source).map(|_| ()).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_model_of_the_first_json_version_is_read() {
    let model = Model::new(read(STUMP.as_bytes(), None).unwrap()).unwrap();
    let mut answer = crate::model::Predictions::default();
    model.predict_rows(&[0.0, 0.5, f64::NAN], &mut answer);
    assert_eq!(answer.scores, [-0.5, 2.5, -0.5]);
}

/// What is forged, into what, and what the refusal names.
const FORGED: &[(&str, &str, &str)] = &[
    ("[1, -1, -1]", "[7, -1, -1]", "node 7"),
    ("[1, -1, -1]", "[0, -1, -1]", "twice"),
    ("[1, -1, -1]", "[-7, -1, -1]", "children -7"),
    ("[1, -1, -1]", "[1, -1]", "entries for 2 nodes"),
    ("[0, 0, 0]", "[3, 0, 0]", "feature 3 of 1"),
    ("[0.5, -1, 2]", "[0.5, Infinity, 2]", "not a finite number"),
    (
        r#""tree_info": [0]"#,
        r#""tree_info": [1]"#,
        "output 1 of 1",
    ),
    (r#""tree_info": [0]"#, r#""tree_info": []"#, "tree_info"),
    (
        r#""num_class": "0""#,
        r#""num_class": "900000000""#,
        "1 trees for 900000000",
    ),
    (
        r#""num_feature": "1""#,
        r#""num_feature": "900000000""#,
        "up to 65536",
    ),
    (
        r#""num_feature": "1""#,
        r#""num_feature": "-1""#,
        "num_feature",
    ),
    (r#""5E-1""#, r#""half""#, "base score `half`"),
    (r#""5E-1""#, r#""[1,2]""#, "base score"),
    (
        r#""name": "gbtree""#,
        r#""name": "gblinear""#,
        "gbtree and dart",
    ),
    (
        r#""size_leaf_vector": "0""#,
        r#""size_leaf_vector": "3""#,
        "3 numbers per leaf, for 1 outputs",
    ),
    ("reg:squarederror", "reg:mine", "`reg:mine`"),
    (
        r#""name": "reg:squarederror""#,
        r#""name": "multi:softprob""#,
        "at least two",
    ),
    (
        r#""tree_param""#,
        r#""split_type": [1, 0, 0], "tree_param""#,
        "has none",
    ),
    (
        r#""tree_param""#,
        r#""split_type": [1, 0, 0], "categories_nodes": [0], "categories": [1],
           "categories_segments": [0], "categories_sizes": [9], "tree_param""#,
        "list 9",
    ),
    (
        r#""tree_param""#,
        r#""split_type": [1, 0, 0], "categories_nodes": [0], "categories": [-1],
           "categories_segments": [0], "categories_sizes": [1], "tree_param""#,
        "negative",
    ),
];

#[test]
fn forged_parts_are_refused_by_name() {
    for (from, to, part) in FORGED {
        let message = forged(from, to);
        assert!(message.contains(part), "{to}: {message}");
    }
}

#[test]
fn few_bytes_cannot_ask_for_long_sets_again_and_again() {
    let nodes: Vec<u32> = (0..64).collect();
    let one = nodes
        .iter()
        .map(|_| "16777215")
        .collect::<Vec<_>>()
        .join(",");
    let segments = format!("{nodes:?}");
    let text = format!(
        r#""categories_nodes": {segments}, "categories": [{one}], "categories_segments": {segments},
        "categories_sizes": {:?}, "tree_param""#,
        [1; 64]
    );
    let message = forged(r#""tree_param""#, &text);
    assert!(message.contains("consecutive codes"), "{message}");
}

#[test]
fn what_is_in_no_format_is_refused_with_the_way_out() {
    for bytes in [&b"binf\0\0\0\0"[..], b"\0\0\0\x3f\x04\0\0\0", b"bs64"] {
        assert!(refusal(bytes).contains("save_model(\"model.ubj\")"));
    }
    assert!(refusal(b"").contains("empty"));
}

#[test]
fn two_classes_of_one_name_are_refused() {
    let text = String::from_utf8(unpacked("oldest_xgb_labels.json.gz")).unwrap();
    let twice = text.replace("[-3, 2, 7]", "[-3, -3, 7]");
    assert_ne!(twice, text);
    let text = refusal(twice.as_bytes());
    assert!(text.contains("names 3, 2 of them different"), "{text}");
}

#[test]
fn a_binary_file_may_begin_as_text_does() {
    let mut bytes = unpacked("oldest_xgb_binary_multi.xgb.gz").split_off(4);
    for first in *b"{ \n" {
        bytes[0] = first;
        read(&bytes, None).unwrap();
    }
}

#[test]
fn the_memory_of_a_booster_is_a_binary_model_up_to_version_1_2() {
    let bytes = unpacked("oldest_xgb_binary_multi.xgb.gz").split_off(4);
    let wrapper = super::XgboostWrapper {
        class: "XGBClassifier",
        ..super::XgboostWrapper::default()
    };
    let before = [b"CONFIG-offset:", &(bytes.len() as u64).to_le_bytes()[..]].concat();
    let behind = b"{\"learner\": {}}";
    let alone = read(&bytes, Some("XGBClassifier")).unwrap();
    for memory in [
        bytes.clone(),
        [&b"binf"[..], &bytes].concat(),
        [&before[..], &bytes, behind].concat(),
    ] {
        let parsed = super::read_pickled(&memory, &wrapper).unwrap();
        assert_eq!(parsed.ir.forest.forest.trees, alone.forest.trees);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for name in [
        "refused/xgb_gblinear.ubj.gz",
        "xgb_onehot.ubj.gz",
        "oldest_xgb_binary_dart.xgb.gz",
    ] {
        let bytes = unpacked(name);
        for end in (0..bytes.len().min(3000)).chain((3000..bytes.len()).step_by(101)) {
            assert!(read(&bytes[..end], None).is_err(), "{name} {end}");
        }
    }
    for end in 0..STUMP.len() {
        assert!(read(&STUMP.as_bytes()[..end], None).is_err(), "{end}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let rng = &mut StdRng::seed_from_u64(5);
    for name in [
        "xgb_onehot.ubj.gz",
        "xgb_multi.json.gz",
        "xgb_dart.ubj.gz",
        "oldest_xgb_binary_multi.xgb.gz",
    ] {
        let good = unpacked(name);
        for _ in 0..400 {
            let mut bytes = good.clone();
            for _ in 0..rng.gen_range(1..6) {
                let at = rng.gen_range(0..bytes.len());
                bytes[at] = rng.r#gen();
            }
            if let Ok(source) = read(&bytes, None) {
                let _ = Model::new(source);
            }
        }
    }
}

#[test]
fn lengths_that_lie_and_deep_nesting_are_refused() {
    let huge = b"{L\0\0\0\0\0\0\0\x07learner[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff";
    assert!(refusal(huge).contains("do not fit"));
    let endless = b"{i\x07learner[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff";
    assert!(refusal(endless).contains("does not write"));
    let deep = [b"{i\x01a".to_vec(), b"[".repeat(1_000_000)].concat();
    assert!(refusal(&deep).contains("nested too deeply"));
    let json = [b"{\"a\": ".to_vec(), b"[".repeat(1_000_000)].concat();
    assert!(refusal(&json).contains("not an XGBoost model"));
}

#[test]
fn the_scikit_learn_classes_stop_at_the_best_round_and_a_booster_does_not() {
    let bytes = unpacked("xgb_early.ubj.gz");
    let trees = |class| read(&bytes, class).unwrap().forest.trees.len();
    let early = trees(Some("xgboost.sklearn.XGBClassifier"));
    assert!(early < trees(Some("xgboost.core.Booster")));
    assert_eq!(early, trees(None), "the file says that it was a classifier");
}

#[test]
fn the_class_of_the_library_decides_what_the_answer_is() {
    let bytes = unpacked("xgb_booster_binary.ubj.gz");
    let source = read(&bytes, None).unwrap();
    assert!(matches!(
        source.output,
        Output::Binary { labels: Labels::Integers(l), .. } if l == [0, 1]
    ));
    assert_eq!(source.schema.columns[2].name, "c 2");
    let regressor = read(&bytes, Some("xgboost.sklearn.XGBRegressor")).unwrap();
    assert!(matches!(regressor.output, Output::Regression { .. }));
}

proptest! {
    #[test]
    fn numbers_of_every_size_come_back(i in any::<i16>(), l in any::<i64>(), d in any::<f32>()) {
        let mut bytes = b"[I".to_vec();
        bytes.extend(i.to_be_bytes());
        bytes.push(b'L');
        bytes.extend(l.to_be_bytes());
        bytes.push(b']');
        prop_assert_eq!(ubj::from_slice::<Vec<i64>>(&bytes).unwrap(), [i64::from(i), l]);
        let mut bytes = b"[$d#U\x02".to_vec();
        bytes.extend(d.to_be_bytes());
        bytes.extend(d.to_be_bytes());
        let read: Vec<f32> = ubj::from_slice(&bytes).unwrap();
        prop_assert_eq!(read[1].to_bits(), d.to_bits());
    }
}

#[test]
fn both_formats_of_a_model_are_one_model() {
    let error = |e: FormatError| panic!("{e}");
    for bytes in [
        unpacked("xgb_squared.json.gz"),
        unpacked("xgb_poisson.ubj.gz"),
    ] {
        let source = read(&bytes, None).unwrap_or_else(error);
        assert_eq!(source.forest.n_features, 6);
        assert!(matches!(source.output, Output::Regression { .. }));
    }
}
