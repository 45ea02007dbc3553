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
fn an_unsupported_part_is_named() {
    for (name, part) in [
        (
            "gaussian_process",
            "sklearn.gaussian_process._gpc.GaussianProcessClassifier",
        ),
        (
            "kernel_pca",
            "the step `kernelpca` is a sklearn.decomposition._kernel_pca.KernelPCA",
        ),
        ("function", "`functiontransformer` calls __main__.double"),
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
        assert!(text.contains(part), "{name}: {text}");
    }
}

#[test]
fn other_refusals_say_what_to_change() {
    for (name, part) in [
        (
            "two_targets",
            "the StackingClassifier predicts several targets at once",
        ),
        ("unfitted", "does not say how many columns it takes: fit it"),
        (
            "hist_of_0_22",
            "was written by scikit-learn 0.22.2.post1; fit it with 0.24 or later",
        ),
        ("one_tree_many_times", "one tree many times over"),
        (
            "envelope_not_stored",
            "the EllipticEnvelope has not stored what it measures by; fit it with store_precision=True",
        ),
        (
            "density_of_the_fit",
            "the LocalOutlierFactor knows the rows of its fit alone; fit it with novelty=True",
        ),
        (
            "label_binarizer",
            "the step `labelbinarizer` is a LabelBinarizer, which is fitted on the target alone and encodes no columns",
        ),
        ("svc_precomputed", "reads a precomputed kernel"),
        ("svc_own_kernel", "has a kernel of its own, __main__.own"),
        ("svc_ties_of_pairs", "breaks ties although"),
    ] {
        let text = refusal(name).to_string();
        assert!(text.contains(part), "{name}: {text}");
    }
}

#[test]
fn a_step_that_is_not_run_may_be_taken_by_the_client() {
    for name in ["kernel_pca", "function", "step_of_a_script"] {
        let text = refusal(name).to_string();
        assert!(text.contains("`pipeline[-1]`"), "{name}: {text}");
    }
}

#[test]
fn what_is_needed_to_predict_must_be_a_class_of_a_library() {
    for (name, part) in [
        (
            "model_of_a_script",
            "the model is __main__.Wrapped, of the script that wrote it, which this server does not know",
        ),
        (
            "model_of_a_script_as_code",
            "the model is `Wrapped`, a class stored as code by cloudpickle",
        ),
        (
            "step_of_a_script",
            "the step `clip` is __main__.Clip, of the script that wrote it",
        ),
        (
            "step_of_a_script_as_code",
            "the step `clip` is `Clip`, a class stored as code by cloudpickle",
        ),
        // It has all that a tree has, and answers otherwise.
        (
            "tree_of_a_script",
            "`estimators_` of the RandomForestClassifier is __main__.OtherTree",
        ),
        (
            "tree_of_a_script_as_code",
            "`estimators_` of the RandomForestClassifier is `OtherTree`, a class stored as code",
        ),
    ] {
        let error = refusal(name);
        let text = error.to_string();
        assert!(
            matches!(error, FormatError::Unsupported(_)) && text.contains(part),
            "{name}: {text}"
        );
    }
}
