//! Whole pipelines against what scikit-learn answered: `tests/data/pipelines/make.py` says what a case is.
//!
//! Rows are taken as clients send them, words and all. A row that Python refuses is refused, every other is answered as Python does.

mod case;
mod classes;
mod told;

use super::read;
use crate::{
    formats::tests::ulps::allowed,
    input::{Batch, ColumnType, Schema, Value},
    model::{Kind, Labels, Model, Output, Predictions},
};
use case::{Case, Header, Table, case, folder, table};
use serde_json::Value as Json;
use std::{collections::HashMap, fs, sync::LazyLock};

/// Models that were fitted to None and asked with NaN, or the other way about. A null of JSON is what the fit has seen.
const OTHER_NULLS: [&str; 2] = [
    "onehot_text_nan_where_none_was",
    "onehot_text_none_where_nan_was",
];
/// Models that answer floats, which the models around them go on with.
const FLOATS_THROUGHOUT: [&str; 2] = ["calibrated_xgboost_three", "stacking_xgboost_alone"];
/// A model of an array that is a part of its table.
const OTHER_COLUMNS: &str = "onehot_of_all_array";
/// pandas had made missing values of the words that are none of its categories.
const UNSEEN_IS_MISSING: &str = "xgboost_categories_missing";

/// A model that was answered for, and how far it was off.
struct Answered {
    /// Its classes, in the order in which they were met.
    parts: Vec<String>,
    worst: f64,
}

/// What came of a case in one of its serializations.
struct Outcome {
    version: String,
    case: String,
    serialization: String,
    /// How many rows of the table were asked.
    rows: usize,
    /// `exact`, `libm` or `blas`
    kind: String,
    result: Result<Answered, String>,
}

/// A row in the schema's order, as a client's JSON is read; why not, where a value is refused.
fn row(
    header: &Header,
    schema: &Schema,
    table: &Table,
    row: &[Json],
    batch: &mut Batch,
) -> Result<(), String> {
    for (at, column) in schema.columns.iter().enumerate() {
        // Up to 0.24 a model kept no names.
        let given = header.names.as_ref().and_then(|names| names.get(at));
        let name = if schema.named {
            Some(&column.name)
        } else {
            given
        };
        let place = match (&table.columns, name) {
            (Some(names), Some(name)) => names.iter().position(|other| other == name),
            _ => Some(at),
        };
        let codes = name.and_then(|name| header.categories.get(name));
        let given = place.and_then(|place| row.get(place));
        let value = match (given, codes) {
            (Some(word), Some(codes)) => {
                let code = codes.iter().position(|code| code == word);
                code.map_or(Value::Missing, |code| Value::Number(code as f64))
            }
            (given, _) => match given {
                None if column.required => return Err(format!("no column {}", column.name)),
                None | Some(Json::Null) => Value::Missing,
                Some(Json::Bool(flag)) => Value::Boolean(*flag),
                Some(Json::String(text)) => Value::Text(text),
                Some(number) => Value::Number(number.as_f64().unwrap()),
            },
        };
        let unseen = header.name == UNSEEN_IS_MISSING
            && matches!(value, Value::Text(word) if column.words.as_ref().is_some_and(|words| words.text(word).is_none()));
        let value = if unseen { Value::Missing } else { value };
        let written = batch.accept(at, column, value, schema.precision);
        written.map_err(|refusal| format!("column {}: {refusal}", column.name))?;
    }
    batch.end_row();
    Ok(())
}

/// The first things that are wrong with a case in one of its serializations.
fn compare(case: &Case, table: &Table, bytes: &[u8]) -> Result<Answered, String> {
    let header = &case.header;
    let parsed = match read(bytes, told::signature(header, table).as_ref()) {
        // What computes with no column may not say how many there are; the package does.
        Err(error) if error.to_string().contains("log it with a signature") => {
            let width = table.rows.first().map_or(0, Vec::len);
            read(bytes, Some(&Schema::unnamed(width, ColumnType::Double)))
        }
        parsed => parsed,
    };
    let parsed = parsed.map_err(|error| format!("not read: {error}"))?;
    let parts = parsed.parts;
    let exponential = allowed(&parsed.ir.output, parsed.ir.output_precision) > 0.0;
    let model = Model::new(parsed.ir).map_err(|error| format!("not built: {error}"))?;
    let (task, labels) = task(&model);
    if (task, &labels) != (header.task.as_str(), &header.labels) {
        return Err(format!("it is a {task}, and the labels are {labels:?}"));
    }
    if labels.is_some() && model.has_probabilities() != header.proba {
        return Err(format!("probabilities: {}", model.has_probabilities()));
    }
    let refused: HashMap<usize, &str> = header
        .refused
        .iter()
        .map(|(row, _, message)| (*row, message.as_str()))
        .collect();
    let unknown = header
        .unknown
        .iter()
        .map(|row| (*row, "an unseen category"));
    let refused: HashMap<usize, &str> = refused.into_iter().chain(unknown).collect();
    let mut answers = Predictions::default();
    let mut worst = 0f64;
    for at in 0..header.rows {
        if OTHER_NULLS.contains(&header.name.as_str()) && table.rows[at].iter().any(Json::is_null) {
            continue;
        }
        let mut batch = Batch::new(model.schema().len(), 0);
        let read = row(header, model.schema(), table, &table.rows[at], &mut batch);
        let read = read.and_then(|()| {
            let predicted = model.predict(&batch, &mut answers);
            predicted.map_err(|error| error.to_string())
        });
        match (read, refused.get(&at)) {
            (Err(_), Some(_)) => continue,
            (Err(why), None) => return Err(format!("row {at} is refused: {why}")),
            (Ok(()), Some(why)) => {
                return Err(format!("row {at} is answered, where Python says: {why}"));
            }
            (Ok(()), None) => {}
        }
        let off = off(case, at, &answers, exponential);
        worst = worst.max(off.map_err(|why| format!("row {at} {:?}: {why}", table.rows[at]))?);
    }
    Ok(Answered { parts, worst })
}

/// What a case calls a model of this kind, and its labels, of several targets a list for each.
fn task(model: &Model) -> (&'static str, Option<Vec<Json>>) {
    let json = |labels: &Labels| -> Vec<Json> {
        match labels {
            Labels::Integers(labels) => labels.iter().map(|label| Json::from(*label)).collect(),
            Labels::Strings(labels) => labels.iter().map(|label| label.as_str().into()).collect(),
        }
    };
    if let Output::Targets(targets) = model.output() {
        let labels = targets.iter().map(|labels| json(labels).into());
        return ("targets", Some(labels.collect()));
    }
    let task = match model.kind() {
        Kind::Classifier => "classifier",
        Kind::Regressor => "regressor",
        Kind::AnomalyDetector => "anomaly",
        Kind::Clusterer => "cluster",
    };
    (task, model.labels().map(json))
}

/// How far the answer to a row is from Python's, relative to numbers beyond one.
fn off(
    case: &Case,
    row: usize,
    answers: &Predictions,
    answers_by_exponential: bool,
) -> Result<f64, String> {
    let header = &case.header;
    let column = |numbers: &[f64], j: usize| numbers[j * header.rows + row];
    let wanted: Vec<f64> = match (header.task.as_str(), header.proba) {
        ("regressor", _) => (0..header.targets)
            .map(|j| column(&case.numbers, j))
            .collect(),
        ("classifier", false) => Vec::new(),
        (_, true) if header.half => vec![1.0 - column(&case.scores, 0), column(&case.scores, 0)],
        _ => (0..header.width).map(|j| column(&case.scores, j)).collect(),
    };
    let got = answers.row(0);
    let most = match header.exact.as_str() {
        // The floats of XGBoost stay floats in numpy, which takes the steps behind them in floats of its own order.
        _ if FLOATS_THROUGHOUT.contains(&header.name.as_str()) => 1e-6,
        "exact" if !answers_by_exponential => 0.0,
        "exact" | "libm" => 2e-15,
        // Where rows and weights are floats, numpy sums in floats; this server does not.
        _ if header.name.contains("f32") || header.name.contains("float32") => 1e-6,
        _ => 1e-12,
    };
    if header.task != "classifier" && got.len() != wanted.len() {
        return Err(format!("{} scores instead of {}", got.len(), wanted.len()));
    }
    let mut worst = 0f64;
    for (got, wanted) in got.iter().zip(&wanted) {
        let off = (got - wanted).abs() / wanted.abs().max(1.0);
        let same = got.to_bits() == wanted.to_bits() || got.is_nan() && wanted.is_nan();
        if (off.is_nan() || off > most) && !same {
            return Err(format!("{got} instead of {wanted}"));
        }
        worst = worst.max(off);
    }
    let classes = case.classes.iter().skip(row).step_by(header.rows);
    let classes: Vec<u32> = classes.map(|place| u32::from(*place)).collect();
    if answers.winners(0) != classes {
        return Err(format!(
            "class {:?} instead of {classes:?}, scores {got:?} {wanted:?}",
            answers.winners(0)
        ));
    }
    Ok(worst)
}

/// What came of every serialization of some cases.
fn run(names: &[String], tables: &HashMap<String, Table>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for name in names {
        let case = case(name);
        let header = &case.header;
        if header.name == OTHER_COLUMNS {
            continue;
        }
        for (kind, bytes) in &case.files {
            outcomes.push(Outcome {
                version: header.sklearn.clone(),
                case: header.name.clone(),
                serialization: kind.clone(),
                rows: header.rows,
                kind: header.exact.clone(),
                result: compare(&case, &tables[&header.table], bytes),
            });
        }
    }
    outcomes
}

/// The cases whose files have `only` in their names.
fn names(only: &str) -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap();
    let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
    let is_case = |name: &&str| !name.starts_with("rows-") && name.contains(only);
    let mut names: Vec<String> = names
        .filter(|name| name.strip_suffix(".gz").is_some_and(|name| is_case(&name)))
        .collect();
    names.sort();
    names
}

/// Which cases are asked, by a part of their names; all if it is empty.
fn only() -> String {
    std::env::var("PIPELINES").unwrap_or_default()
}

/// What came of all cases that are asked, once for all tests.
fn outcomes() -> &'static [Outcome] {
    static OUTCOMES: LazyLock<Vec<Outcome>> = LazyLock::new(|| {
        let names = names(&only());
        let tables: HashMap<String, Table> =
            ["mixed", "clean", "numbers", "numbers_missing", "reviews"]
                .map(|name| (name.to_owned(), table(name)))
                .into();
        let half = names.len().div_ceil(2).max(1);
        std::thread::scope(|scope| {
            let tables = &tables;
            let run = |names| scope.spawn(move || run(names, tables));
            let threads: Vec<_> = names.chunks(half).map(run).collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes.flatten().collect()
        })
    });
    &OUTCOMES
}

#[test]
fn pipelines_answer_as_python_does_to_the_last_bit_or_as_near_as_blas_allows() {
    let outcomes = outcomes();
    let wrong = |outcome: &Outcome| {
        let why: String = outcome.result.as_ref().err()?.chars().take(300).collect();
        Some(format!(
            "{} {} {}: {why}",
            outcome.version, outcome.case, outcome.serialization
        ))
    };
    let wrong: Vec<String> = outcomes.iter().filter_map(wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} serialized models are wrong\n{}",
        wrong.len(),
        outcomes.len(),
        wrong.join("\n")
    );
    if only().is_empty() {
        classes::hold(outcomes);
    }
}

#[test]
fn every_class_is_asked_a_thousand_rows_in_two_cases_of_two_versions() {
    if only().is_empty() {
        let rare = classes::rare(outcomes());
        assert!(rare.is_empty(), "{}", rare.join("\n"));
    }
}
