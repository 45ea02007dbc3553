//! Every graph of tests/data/graphs against what onnxruntime answered. `ONNX_GRAPHS` names other folders of such files, and `GRAPHS` a part
//! of the names.

use std::{collections::BTreeMap, fs, io::Read as _, path::PathBuf};

use serde::Deserialize;

use crate::{
    formats::{AnswersBy, FormatError, ModelFile, OutputKind},
    input::{Batch, Schema, Texts, Value},
    model::{Labels, Model, Predictions},
};

/// The head of a case, as `make.py` describes it.
#[derive(Deserialize)]
struct Head {
    table: String,
    rows: usize,
    inputs: Vec<(String, String, usize)>,
    outputs: Vec<(String, String, usize, Option<Vec<serde_json::Value>>)>,
    refused: Vec<usize>,
    bytes: usize,
}

#[derive(Deserialize)]
pub(super) struct Table {
    columns: Option<Vec<String>>,
    rows: Vec<Vec<serde_json::Value>>,
}

/// A recorded graph.
pub(super) struct Case {
    head: Head,
    /// By output and row.
    answers: Vec<Vec<Vec<f64>>>,
    pub(super) model: Vec<u8>,
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn unpacked(path: &PathBuf) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed = fs::read(path).unwrap();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// The files of all cases.
pub(super) fn files() -> Vec<PathBuf> {
    let folders = std::env::var("ONNX_GRAPHS");
    let folders: Vec<PathBuf> = match &folders {
        Ok(folders) => folders.split(':').map(PathBuf::from).collect(),
        Err(_) => vec![data().join("graphs")],
    };
    let part = std::env::var("GRAPHS").unwrap_or_default();
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|path| {
        path.extension().is_some_and(|end| end == "gz") && path.to_string_lossy().contains(&part)
    });
    files.sort();
    files
}

pub(super) fn case(path: &PathBuf) -> Case {
    let bytes = unpacked(path);
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let head: Head = serde_json::from_slice(&bytes[..end]).unwrap();
    let size = |kind: &str| match kind {
        "f" => 4,
        "d" | "i" => 8,
        _ => 2,
    };
    let answers: usize = head
        .outputs
        .iter()
        .map(|(_, kind, width, _)| head.rows * width * size(kind))
        .sum();
    assert_eq!(
        answers + head.bytes,
        bytes.len() - end - 1,
        "{}: an output has not one entry for each row",
        path.display()
    );
    let mut rest = &bytes[end + 1..];
    let mut take = |n: usize| {
        let (part, after) = rest.split_at(n);
        rest = after;
        part.to_vec()
    };
    let mut answers = Vec::new();
    for (_, kind, width, _) in &head.outputs {
        let mut rows = Vec::new();
        for _ in 0..head.rows {
            let mut number = || match kind.as_str() {
                "f" => f32::from_le_bytes(take(4).try_into().unwrap()).into(),
                "d" => f64::from_le_bytes(take(8).try_into().unwrap()),
                "i" => i64::from_le_bytes(take(8).try_into().unwrap()) as f64,
                _ => u16::from_le_bytes(take(2).try_into().unwrap()).into(),
            };
            rows.push((0..*width).map(|_| number()).collect());
        }
        answers.push(rows);
    }
    let model = take(head.bytes);
    Case {
        head,
        answers,
        model,
    }
}

/// The cells of a row, column by column of the graph.
fn row(case: &Case, table: &Table, row: usize) -> Vec<serde_json::Value> {
    let (row, mut next) = (&table.rows[row], 0);
    let mut cells = Vec::new();
    for (name, kind, width) in &case.head.inputs {
        let named = table
            .columns
            .as_ref()
            .and_then(|names| names.iter().position(|column| column == name));
        let places = named.map_or_else(
            || {
                next += width;
                (next - width..next).collect()
            },
            |at| vec![at],
        );
        for at in places {
            cells.push(match &row[at] {
                serde_json::Value::Null if kind == "string" => "".into(),
                serde_json::Value::Bool(flag) if kind != "bool" => u8::from(*flag).into(),
                cell => cell.clone(),
            });
        }
    }
    cells
}

/// What differs between the answers of a graph here and in onnxruntime, or why it is not served.
pub(super) fn compare(
    case: &Case,
    tables: &BTreeMap<String, Table>,
) -> Result<Vec<String>, FormatError> {
    let parsed = crate::formats::onnx::read(&ModelFile::new(&case.model))?;
    let AnswersBy::Outputs(outputs) = &parsed.answers else {
        panic!("a graph answers its outputs");
    };
    let model = Model::new(parsed.ir).map_err(|error| FormatError::Corrupt(error.to_string()))?;
    let table = &tables[&case.head.table];
    let mut wrong = Vec::new();
    let mut answers = Predictions::default();
    for at in 0..case.head.rows {
        let cells = row(case, table, at);
        let schema = model.schema();
        let mut texts = Texts::default();
        let accepted = accepted(schema, &cells, &mut texts);
        let predicted = accepted.and_then(|values| {
            let batch = Batch::from_values(values, schema.len()).unwrap();
            let batch = batch.with_texts(texts);
            model
                .predict(&batch, &mut answers)
                .map_err(|error| error.to_string())
        });
        let refused = case.head.refused.contains(&at);
        if let Err(error) = &predicted {
            let nan = case
                .answers
                .iter()
                .any(|rows| rows[at].iter().any(|x| !x.is_finite()));
            let gap = cells.iter().any(serde_json::Value::is_null);
            if !refused && !nan && !gap {
                wrong.push(format!("row {at} is refused: {error}"));
            }
            continue;
        }
        if refused {
            wrong.push(format!("row {at} is answered"));
            continue;
        }
        for ((output, (name, kind, _, names)), rows) in
            outputs.iter().zip(&case.head.outputs).zip(&case.answers)
        {
            assert_eq!(output.name, *name);
            differences(
                &model,
                &answers,
                output.kind,
                (kind, names.as_deref()),
                &rows[at],
                &mut wrong,
                at,
            );
        }
        if wrong.len() > 5 {
            break;
        }
    }
    Ok(wrong)
}

/// The numbers that a client's values are to the model.
fn accepted(
    schema: &Schema,
    cells: &[serde_json::Value],
    texts: &mut Texts,
) -> Result<Vec<f64>, String> {
    schema
        .columns
        .iter()
        .zip(cells)
        .map(|(column, cell)| {
            let value = match cell {
                serde_json::Value::Null => Value::Missing,
                serde_json::Value::Bool(flag) => Value::Boolean(*flag),
                serde_json::Value::String(text) => Value::Text(text),
                number => Value::Number(number.as_f64().unwrap()),
            };
            let accepted = column.accept(value, schema.precision, texts);
            accepted.map_err(|refusal| format!("{}: {refusal:?}", column.name))
        })
        .collect()
}

fn differences(
    model: &Model,
    answers: &Predictions,
    kind: OutputKind,
    (type_of, names): (&str, Option<&[serde_json::Value]>),
    wanted: &[f64],
    wrong: &mut Vec<String>,
    at: usize,
) {
    let scores = answers.row(0);
    let found: Vec<f64> = match kind {
        OutputKind::Label => {
            for (i, (class, wanted)) in answers.classes.iter().zip(wanted).enumerate() {
                let labels = &model.output().choices()[i];
                let same = match (labels, names.filter(|_| type_of == "s")) {
                    (Labels::Integers(labels), _) => {
                        (labels[*class as usize] as f64).total_cmp(wanted).is_eq()
                    }
                    (Labels::Strings(labels), Some(names)) => {
                        names[*wanted as usize] == labels[*class as usize]
                    }
                    _ => false,
                };
                if !same {
                    wrong.push(format!(
                        "row {at}: class {class} of {labels:?} for {wanted} {names:?}, {scores:?}"
                    ));
                }
            }
            return;
        }
        OutputKind::Scores | OutputKind::Zipped => scores.to_vec(),
        OutputKind::Part { first, count, .. } => scores[first..first + count].to_vec(),
    };
    assert_eq!(found.len(), wanted.len());
    let tolerance = if type_of == "d" && names.is_none() {
        1e-9
    } else {
        tolerance()
    };
    for (found, wanted) in found.iter().zip(wanted) {
        let scale = f64::max(1.0, wanted.abs());
        if (found - wanted).abs() > tolerance * scale || found.is_nan() != wanted.is_nan() {
            wrong.push(format!("row {at}: {found} for {wanted}"));
        }
    }
}

fn tolerance() -> f64 {
    std::env::var("TOLERANCE").map_or(1e-6, |t| t.parse().unwrap())
}

pub(super) fn tables() -> BTreeMap<String, Table> {
    let name = |name: &str| {
        let path = data().join(format!("pipelines/rows-{name}.json.gz"));
        (
            name.to_owned(),
            serde_json::from_slice(&unpacked(&path)).unwrap(),
        )
    };
    ["mixed", "clean", "numbers", "numbers_missing", "reviews"]
        .map(name)
        .into()
}

#[test]
fn every_graph_answers_as_onnxruntime_does() {
    let (files, tables) = (files(), tables());
    assert!(std::env::var_os("ONNX_GRAPHS").is_some() || files.len() >= 700);
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match compare(&case(path), &tables) {
            Ok(differences) if differences.is_empty() => {}
            Ok(differences) => wrong.push(format!("{name}: {}", differences.join("\n    "))),
            Err(error) => wrong.push(format!("{name}: REFUSED {error}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}
