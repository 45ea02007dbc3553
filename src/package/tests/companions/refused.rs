//! Files that do not belong together, and files that leave a choice.

use super::{
    super::{Memory, graph, read},
    case, refusal,
};
use crate::model::Model;

fn take(name: &str, file: &str) -> Vec<u8> {
    case(name).0.0.remove(file).unwrap()
}

/// A model without names.
fn forest() -> Memory {
    Memory::default().with("model.pkl", take("1.9.1-scaler_forest", "model.pkl"))
}

#[test]
fn columns_that_do_not_fit_are_refused_with_both_files() {
    let named = || Memory::default().with("model.pkl", take("1.9.1-threshold_forest", "model.pkl"));
    for (files, said) in [
        (
            forest().with(
                "scaler.pkl",
                take("1.9.1-label_encoders_scaler", "scaler.pkl"),
            ),
            "`model.pkl` takes 3 columns, and `scaler.pkl` takes 5",
        ),
        (
            forest().with("columns.json", r#"["a","b"]"#),
            "`columns.json` takes 2 columns, and `model.pkl` takes 3",
        ),
        (
            named().with("columns.json", r#"["months","age","income"]"#),
            "name other columns, or the same ones in another order",
        ),
        (
            forest().with("columns.json", r#"["a","b","a"]"#),
            "`columns.json` names two columns a",
        ),
        (
            Memory::default()
                .with("model.onnx", graph("iris_rf_double"))
                .with("scaler.pkl", take("1.9.1-scaler_forest", "scaler.pkl")),
            "`scaler.pkl` takes 3 columns, and `model.onnx` takes 4",
        ),
        (
            Memory::default()
                .with("model.onnx", graph("iris_rf_columns_double"))
                .with("scaler.pkl", take("1.9.1-scaler_forest", "scaler.pkl")),
            "the ONNX graph has an input for each column",
        ),
    ] {
        let refusal = refusal(&files);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn what_is_no_companion_of_this_model_is_refused_with_its_name() {
    let named = || Memory::default().with("model.pkl", take("1.9.1-threshold_forest", "model.pkl"));
    for (files, said) in [
        (
            forest().with("classes.json", r#"["a","b","c"]"#),
            "`classes.json` holds the words of 3 classes, but the model knows 2",
        ),
        (
            named().with("classes.json", r#"["a","b"]"#),
            "but the model answers leaves, stays",
        ),
        (
            forest().with("threshold.json", "40"),
            "the threshold in `threshold.json` is 40",
        ),
        (
            forest().with(
                "label_encoders.pkl",
                take("1.9.1-label_encoders_forest", "label_encoders.pkl"),
            ),
            "no file says what the columns are called",
        ),
        (
            forest().with(
                "scaler.pkl",
                take("1.9.1-scaler_columns", "feature_names.pkl"),
            ),
            "`scaler.pkl` holds a list, which is no transformer",
        ),
        (
            forest().with("tokenizer.pkl", ""),
            "`tokenizer.pkl` lies beside the model",
        ),
        (
            Memory::default()
                .with("model.skops", take("1.9.1-scaler_skops", "model.skops"))
                .with(
                    "label_encoder.pkl",
                    take("1.9.1-preprocessor_xgboost", "label_encoder.pkl"),
                ),
            "but the model is a regressor",
        ),
    ] {
        let refusal = refusal(&files);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn words_of_columns_are_not_those_of_a_model_that_has_others() {
    let several = || take("1.9.1-binarizer_labels", "mlb.pkl");
    let three = || take("1.9.1-binarizer_forest", "lb.pkl");
    // The pickle of a dict from `plan` to what the other pickle holds, behind its header and the frame's.
    let mut of_column = b"\x80\x04}X\x04\0\0\0plan".to_vec();
    of_column.extend_from_slice(&three()[11..]);
    of_column.pop();
    of_column.extend_from_slice(b"s.");
    let four = take("1.9.1-binarizer_labels", "model.pkl");
    let columns = take("1.9.1-binarizer_columns", "model.pkl");
    for (files, said) in [
        (
            forest().with("mlb.pkl", several()),
            "`mlb.pkl` holds the words of 4 labels of which a row may have several, but the model tells 1 at once",
        ),
        (
            forest().with("lb.pkl", three()),
            "`lb.pkl` holds the words of 3 classes, but the model knows 2",
        ),
        (
            Memory::default()
                .with("model.pkl", four)
                .with("lb.pkl", three()),
            "`lb.pkl` holds the words of 3 classes, but the model has 4 targets",
        ),
        (
            Memory::default()
                .with("model.skops", take("1.9.1-scaler_skops", "model.skops"))
                .with("lb.pkl", three()),
            "but the model is a regressor",
        ),
        (
            Memory::default()
                .with("model.pkl", columns)
                .with("label_encoders.pkl", of_column),
            "a LabelBinarizer makes 3 columns of one",
        ),
        (
            forest().with("mlb.pkl", several()).with("lb.pkl", three()),
            "`lb.pkl` and `mlb.pkl` both hold the words of one column",
        ),
    ] {
        let refusal = refusal(&files);
        assert!(refusal.contains(said), "{refusal}");
    }
}

/// A file as Python's `pickle` writes it at protocol 2.
fn pickled(body: &[u8]) -> Memory {
    let bytes = [&[0x80, 2], body, b"."].concat();
    Memory::default().with("model.pkl", bytes)
}

#[test]
fn a_dict_or_a_tuple_that_leaves_a_choice_is_refused_by_its_keys() {
    let cases: [(&[u8], &str); 6] = [
        (
            b"}(X\x03\0\0\0oneK\x01X\x03\0\0\0twoK\x02u",
            "its keys are one, two",
        ),
        (
            b"}(X\x05\0\0\0modelK\x01X\x03\0\0\0clfK\x02u",
            "both `model` and `clf` could be the model; its keys are model, clf",
        ),
        (
            b"}(X\x05\0\0\0modelK\x01X\x03\0\0\0pcacsklearn.decomposition\nPCA\n)\x81u",
            "under the key `pca`",
        ),
        (
            b"}(X\x05\0\0\0modelK\x01X\x06\0\0\0scalerK\x02u",
            "`scaler` holds an int, which is no transformer",
        ),
        (b"}X\x05\0\0\0modelK\x01s", "the file holds an int"),
        (
            b"csklearn.preprocessing._data\nStandardScaler\n)\x81K\x01\x86",
            "a tuple of sklearn.preprocessing._data.StandardScaler, an int",
        ),
    ];
    for (body, said) in cases {
        let refusal = refusal(&pickled(body));
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn damaged_companions_are_refused_or_read_but_never_a_panic() {
    for name in [
        "1.9.1-bundle",
        "1.9.1-label_encoders_scaler",
        "1.9.1-preprocessor_xgboost",
        "1.9.1-scaler_columns",
        "1.9.1-scaler_skops",
    ] {
        let (files, _) = case(name);
        for (file, bytes) in &files.0 {
            let step = bytes.len() / 150 + 1;
            for at in (0..bytes.len()).step_by(step) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x15;
                let cut = bytes[..at].to_vec();
                for bytes in [damaged, cut] {
                    let mut files = Memory(files.0.clone());
                    files.0.insert(file.clone(), bytes);
                    // What is read is checked before anything relies on it.
                    if let Ok((package, data)) = read(&files, true, "") {
                        let _ = package.parse(&data).map(|parsed| Model::new(parsed.ir));
                    }
                }
            }
        }
    }
}
