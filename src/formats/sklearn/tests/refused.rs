//! Models that this server does not serve say which part it is and what would work.

use std::{fs, io::Read as _};

use flate2::read::GzDecoder;

use super::{folder, read};
use crate::formats::FormatError;

fn refusal(name: &str) -> FormatError {
    let file = fs::File::open(folder().join(format!("refused/{name}.gz"))).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    read(&bytes, None).map(|parsed| parsed.parts).unwrap_err()
}

#[test]
fn an_unsupported_part_is_named_with_what_would_work() {
    for (name, part) in [
        ("voting", "sklearn.ensemble._voting.VotingClassifier"),
        ("stacking", "sklearn.ensemble._stacking.StackingClassifier"),
        ("calibrated", "sklearn.calibration.CalibratedClassifierCV"),
        (
            "ada_boost",
            "sklearn.ensemble._weight_boosting.AdaBoostClassifier",
        ),
        ("bagging", "sklearn.ensemble._bagging.BaggingClassifier"),
        (
            "isolation_forest",
            "sklearn.ensemble._iforest.IsolationForest",
        ),
        (
            "pca",
            "the pipeline's step `pca` is a sklearn.decomposition._pca.PCA",
        ),
        ("function", "`__main__.double`"),
        (
            "init",
            "starts from a sklearn.linear_model._logistic.LogisticRegression",
        ),
    ] {
        let error = refusal(name);
        let text = error.to_string();
        assert!(
            matches!(error, FormatError::Unsupported(_)),
            "{name}: {text}"
        );
        assert!(
            text.contains(part) && text.contains("skl2onnx"),
            "{name}: {text}"
        );
    }
}

#[test]
fn other_refusals_say_what_to_change() {
    for (name, part) in [
        ("two_targets", "predicts 2 targets at once"),
        ("text_categories", "column 0 has categories that are text"),
        ("unfitted", "has no `classes_`: it is not fitted"),
        ("one_tree_many_times", "one tree many times over"),
    ] {
        let text = refusal(name).to_string();
        assert!(text.contains(part), "{name}: {text}");
    }
}
