//! Labels identical to scikit-learn's, scores to the last bit where no exponential is taken, for every model, version and
//! serialization.

use std::fs;

use super::{Header, Recorded, names, read, recorded};
use crate::input::{ColumnType, Schema};
use crate::{
    formats::{
        Parsed,
        tests::ulps::{allowed, deviation},
    },
    model::{Labels, Model, Predictions},
};

/// The largest difference of a score, relative to numbers beyond one; what is wrong goes to `wrong`.
fn compare(case: &Recorded, kind: &str, parsed: Parsed, wrong: &mut Vec<String>) -> f64 {
    let header = &case.header;
    let name = format!("{} {} {kind}", header.sklearn, header.name);
    let mut complain = |text: String| wrong.push(format!("{name}: {text}"));
    compare_description(header, &parsed, &mut complain);
    let allowed = match header.name.as_str() {
        // The mean of the forest that boosting starts from is taken as a part of the sum.
        "gradient_boosting_regressor_forest" => 2.0,
        _ => allowed(&parsed.ir.output, parsed.ir.output_precision),
    };
    match Model::new(parsed.ir) {
        Ok(model) => compare_answers(case, &model, allowed, &mut complain),
        Err(error) => {
            complain(error.to_string());
            f64::NAN
        }
    }
}

/// What the file says about itself: the version of the library, the names of the columns.
fn compare_description(header: &Header, parsed: &Parsed, complain: &mut impl FnMut(String)) {
    // The boosters' classes do not say which scikit-learn they were fitted with, a pipeline does.
    let booster = ["lightgbm", "xgboost"]
        .iter()
        .any(|b| header.name.starts_with(b));
    let expected = (!booster).then_some(header.sklearn.as_str());
    if parsed.version.as_deref() != expected {
        complain(format!("version {:?}", parsed.version));
    }
    let schema = &parsed.ir.schema;
    let columns = schema.columns.iter().map(|c| c.name.clone());
    let columns = schema.named.then(|| columns.collect::<Vec<_>>());
    // LightGBM puts underscores for spaces.
    let same = |a: &String, b: &String| {
        a == b || header.name.contains("lightgbm") && a.replace(' ', "_") == *b
    };
    let as_fitted = match (&header.names, &columns) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (a, b) => a.is_none() && b.is_none(),
    };
    if !as_fitted {
        complain(format!("columns {columns:?}"));
    }
}

/// Classes and answers; how far the scores are off.
fn compare_answers(
    case: &Recorded,
    model: &Model,
    allowed: f64,
    complain: &mut impl FnMut(String),
) -> f64 {
    let header = &case.header;
    let classes = model.labels().map(|labels| match labels {
        Labels::Integers(labels) => labels.iter().map(|l| (*l).into()).collect::<Vec<_>>(),
        Labels::Strings(labels) => labels.iter().map(|l| l.clone().into()).collect(),
    });
    if classes != header.classes {
        complain(format!("classes {classes:?}"));
    }
    if model.handles_missing() != header.missing {
        complain(format!("missing values: {}", model.handles_missing()));
    }
    let mut answer = Predictions::default();
    model.predict_rows(&case.rows, &mut answer);
    let different = answer
        .classes
        .iter()
        .zip(&case.winners)
        .filter(|(a, b)| a != b);
    let different = different.count();
    if different > 0 || answer.classes.len() != case.winners.len() {
        complain(format!("{different} labels"));
    }
    if answer.scores.len() != case.scores.len() {
        complain(format!(
            "{} scores for {}",
            answer.scores.len(),
            case.scores.len()
        ));
    }
    let ulps = (0..header.rows).map(|i| {
        let wanted = &case.scores[i * header.width..][..header.width];
        deviation(answer.row(i), wanted, model.output_precision())
    });
    let ulps = ulps.fold(0.0, f64::max);
    if ulps > allowed {
        complain(format!("scores are off by {ulps} units in the last place"));
    }
    let deviations = answer
        .scores
        .iter()
        .zip(&case.scores)
        .map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    let worst = deviations.fold(0.0, |worst, d| if d <= worst { worst } else { d });
    if worst.is_nan() || worst > 1e-6 {
        complain(format!("scores differ by {worst:e}"));
    }
    worst
}

#[test]
fn every_model_in_every_serialization_answers_as_scikit_learn_does() {
    let names = names();
    let versions = names
        .iter()
        .filter_map(|n| n.trim_start_matches("skipped/").split_once('-'))
        .map(|(v, _)| v);
    let versions: std::collections::HashSet<&str> = versions.collect();
    assert!(names.len() >= 120 && versions.len() >= 3, "{versions:?}");
    let (mut wrong, mut table) = (Vec::new(), Vec::new());
    for name in &names {
        let case = recorded(name);
        // skops came later, and cannot hold everything that somebody may have put beside a model.
        let no_skops = name.starts_with("skipped/") || name.starts_with("0.");
        let kinds = if no_skops { 7 } else { 8 };
        assert!(
            case.header.rows >= 1000 && case.files.len() >= kinds,
            "{name}"
        );
        let mut deviations = Vec::new();
        let floats = case.header.floats;
        let floats = floats.then(|| Schema::unnamed(case.header.features, ColumnType::Float));
        for (kind, bytes) in &case.files {
            match read(bytes, floats.as_ref()) {
                Ok(parsed) => {
                    let worst = compare(&case, kind, parsed, &mut wrong);
                    deviations.push(format!("{kind} {worst:.1e}"));
                }
                Err(error) => wrong.push(format!("{name} {kind}: {error}")),
            }
        }
        table.push(format!("{name}: {}", deviations.join(", ")));
    }
    // What deviates by how much, for a look at it.
    let place = std::env::temp_dir().join("ml-serving-sklearn-deviations.txt");
    fs::write(place, table.join("\n")).unwrap();
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
