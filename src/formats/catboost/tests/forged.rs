//! Files that are cut off, damaged or forged: an error each, and never a panic or a large model.

use super::{file, read};
use crate::{
    formats::FormatError,
    model::{Model, Predictions},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// What becomes of a file: nothing, or a model that answers a plain row.
fn tried(form: &str, bytes: &[u8]) -> Result<(), String> {
    let parsed = read(form, bytes, None).map_err(|error| error.to_string())?;
    let model = Model::new(parsed.ir).map_err(|error| error.to_string())?;
    let row = model.schema().plain_row();
    let predicted = model.predict(&row, &mut Predictions::default());
    predicted.map_err(|error| error.to_string())?;
    Ok(())
}

#[test]
fn a_cut_file_is_corrupt_wherever_it_is_cut() {
    for (name, form) in [
        ("1.2.10-statistics_alone.gz", "cbm"),
        ("1.2.10-two.gz", "json"),
    ] {
        let whole = file(name, form);
        assert_eq!(tried(form, &whole), Ok(()));
        for end in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            let error = read(form, &whole[..end], None).unwrap_err();
            assert!(matches!(error, FormatError::Corrupt(_)), "{end}: {error}");
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let mut random = StdRng::seed_from_u64(13);
    for (name, form) in [
        ("1.2.10-statistics_kinds.gz", "cbm"),
        ("1.2.10-lossguide.gz", "cbm"),
        ("1.2.10-statistics.gz", "json"),
    ] {
        let whole = file(name, form);
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..random.gen_range(1..6) {
                let at = random.gen_range(0..bytes.len());
                bytes[at] = random.r#gen();
            }
            let _ = tried(form, &bytes);
        }
    }
}

/// What is forged in a JSON file, and what the refusal names.
#[test]
fn forged_numbers_are_named() {
    let whole = String::from_utf8(file("1.2.10-two.gz", "json")).unwrap();
    for (from, to, named) in [
        (r#""split_index":"#, r#""split_index":99"#, "asks split 99"),
        (r#""leaf_values":["#, r#""leaf_values":[1,"#, "leaf values"),
        (
            r#""flat_feature_index":3"#,
            r#""flat_feature_index":70000"#,
            "65536",
        ),
        (
            r#""flat_feature_index":3"#,
            r#""flat_feature_index":-3"#,
            "no column",
        ),
        (
            r#""scale_and_bias":[1"#,
            r#""scale_and_bias":[1e999"#,
            "JSON",
        ),
        (
            r#""class_names":[0,1]"#,
            r#""class_names":[0.5,1]"#,
            "fraction",
        ),
        (
            r#""class_names":[0,1]"#,
            r#""class_names":[0,1,2]"#,
            "3 classes",
        ),
        (r#""borders":["#, r#""borders":[1e30,"#, "rising order"),
    ] {
        assert!(whole.contains(from), "{from}");
        let error = tried("json", whole.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(error.contains(named), "{to}: {error}");
    }
}

#[test]
fn text_features_are_refused_by_name() {
    let whole = String::from_utf8(file("1.2.10-two.gz", "json")).unwrap();
    let text = whole.replacen(
        r#""float_features":"#,
        r#""text_features":[{"feature_index":0}],"float_features":"#,
        1,
    );
    let error = read("json", text.as_bytes(), None).unwrap_err();
    assert!(
        matches!(&error, FormatError::Unsupported(text) if text.contains("text or embedding")),
        "{error}"
    );
}

#[test]
fn more_outputs_than_any_model_has_are_refused_before_they_are_made() {
    let whole = file("1.2.10-plain_multiclass.gz", "cbm");
    let forged = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at..at + 4].copy_from_slice(&i32::MAX.to_le_bytes());
        read("cbm", &bytes, None)
            .err()
            .map(|error| error.to_string())
    };
    // One of the small numbers is the number of outputs.
    let small = (0..whole.len() - 4).filter(|at| matches!(whole[*at..], [2..=9, 0, 0, 0, ..]));
    let refusals: Vec<String> = small.filter_map(forged).collect();
    let named = |refusal: &String| refusal.contains("claims 2147483647 outputs");
    assert!(refusals.iter().any(named), "{refusals:?}");
}
