//! Fits a model to a table: splits it, scales it, grows the trees and measures the result.

use ndarray::Axis;

use super::forest::{self, Sample, Targets};
use super::report::{Classification, HeldOut, Regression};
use super::scaler::Scaler;
use super::split::{self, Split};
use super::{Params, Report, Table, Target, TrainError};
use crate::input::{Batch, ColumnType, Precision, Schema};
use crate::model::{Aggregation, ForestModel, Link, Model, Output, Predictions, Step, StepOp};

/// Rows of the training data that a package shows as its example.
const EXAMPLES: usize = 3;

/// A fitted model and what is known about it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The description of the model, not yet checked, as if it came from a file.
    pub source: ForestModel,
    /// The measures on the held-out rows; `None` if no rows were held out.
    pub report: Option<Report>,
    /// For the package's metadata.
    pub facts: Facts,
    /// The first row of each of the first few classes, or the first few rows of a regression, unscaled, in file order.
    pub example: Vec<Vec<f32>>,
}

/// The options and results of a training, for the package.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Data, target and every parameter with the value used.
    pub params: Vec<(&'static str, String)>,
    /// Row counts and, with held-out rows, what the report measures.
    pub metrics: Vec<(&'static str, f64)>,
}

/// Fits a standard scaler and a random forest.
///
/// The same table and parameters give the same model bit for bit, on any number of threads. `progress` is called from the fitting
/// threads with the thousandths of trees that were just done.
///
/// # Errors
/// Parameters out of their limits, too few rows to hold some out, a column too wide for `f32`.
pub fn train(
    table: &Table,
    params: &Params,
    progress: impl Fn(u64) + Sync,
) -> Result<Trained, TrainError> {
    params.check(table.columns.len())?;
    let Split { train, test } = split(table, params)?;

    let rows = table.rows.select(Axis(0), &train);
    let scaler = Scaler::fit(rows.view());
    let standard = scaler.apply(rows.view()).map_err(|j| TrainError::Spread {
        file: table.name.clone(),
        column: table.columns[j].clone(),
    })?;
    let sample = Sample {
        rows: standard,
        targets: targets(&table.truth, &train),
    };
    // The trees see the scaled copy only.
    drop(rows);
    let forest = forest::grow(&sample, params, &progress)?;

    let (aggregation, output) = answer(&table.truth);
    let source = ForestModel {
        schema: Schema::named(table.columns.iter().cloned(), ColumnType::Double),
        input: Precision::F32,
        steps: steps(&scaler),
        forest,
        aggregation,
        base: Vec::new(),
        factor: 1.0,
        output,
        output_precision: Precision::F32,
    };
    let report = if test.is_empty() {
        None
    } else {
        Some(measure(&source, table, &test)?)
    };
    let facts = facts(table, params, &sample, report.as_ref());
    let example = example(table);
    Ok(Trained {
        source,
        report,
        facts,
        example,
    })
}

fn split(table: &Table, params: &Params) -> Result<Split, TrainError> {
    let (share, seed) = (params.test_split, params.seed);
    let rows = table.truth.len();
    let (split, size) = match &table.truth {
        Target::Classes { labels, classes } => (
            split::stratified(classes, labels.len(), share, seed),
            format!("{rows} rows in {} classes", labels.len()),
        ),
        Target::Numbers(numbers) => (
            split::by_value(numbers, share, seed),
            format!("{rows} rows"),
        ),
    };
    split.ok_or_else(|| TrainError::TooFewRows {
        file: table.name.clone(),
        size,
        share,
    })
}

/// What is learnt of these rows.
fn targets(truth: &Target, rows: &[usize]) -> Targets {
    match truth {
        Target::Classes { labels, classes } => Targets::Classes {
            of: rows.iter().map(|&row| classes[row]).collect(),
            n: labels.len(),
        },
        Target::Numbers(numbers) => {
            Targets::Numbers(rows.iter().map(|&row| numbers[row]).collect())
        }
    }
}

/// What becomes of the trees' answers: shares of classes add up to one, and the mean of numbers is taken as onnxruntime takes it.
fn answer(truth: &Target) -> (Aggregation, Output) {
    let link = Link::Identity;
    match truth {
        Target::Classes { labels, .. } => {
            let labels = labels.clone();
            (Aggregation::Sum, Output::Classes { labels, link })
        }
        Target::Numbers(_) => (Aggregation::MeanF32, Output::Regression { link }),
    }
}

fn steps(scaler: &Scaler) -> Vec<Step> {
    let step = |op, operand: &[f32]| Step {
        op,
        operand: operand.iter().map(|&x| f64::from(x)).collect(),
        precision: Precision::F32,
    };
    vec![
        step(StepOp::Sub, &scaler.offset),
        step(StepOp::Mul, &scaler.scale),
    ]
}

/// Predicts with the engine that will serve the model.
fn measure(source: &ForestModel, table: &Table, test: &[usize]) -> Result<Report, TrainError> {
    let defect = |error: &dyn std::fmt::Display| TrainError::Internal(error.to_string());
    let model = Model::new(source.clone()).map_err(|error| defect(&error))?;
    let rows = table.rows.select(Axis(0), test);
    let values = rows.iter().map(|&x| f64::from(x)).collect();
    let batch = Batch::from_values(values, rows.ncols()).map_err(|error| defect(&error))?;
    let mut answers = Predictions::default();
    model
        .predict(&batch, &mut answers)
        .map_err(|error| defect(&error))?;
    Ok(match &table.truth {
        Target::Classes { labels, classes } => {
            let truth = test.iter().map(|&row| classes[row]);
            let predicted = answers.classes.iter().map(|&class| class as usize);
            Report::Classification(Classification::new(labels.names(), truth.zip(predicted)))
        }
        Target::Numbers(numbers) => {
            let held_out = |(at, &row): (usize, &usize)| HeldOut {
                row: row + 1,
                truth: numbers[row],
                predicted: answers.row(at)[0],
            };
            Report::Regression(Regression::new(
                test.iter().enumerate().map(held_out).collect(),
            ))
        }
    })
}

fn facts(table: &Table, params: &Params, sample: &Sample, report: Option<&Report>) -> Facts {
    let depth = params
        .max_depth
        .map_or("none".to_owned(), |d| d.to_string());
    // The file's name without its directory, so that the package is the same wherever it is made.
    let data = std::path::Path::new(&table.name)
        .file_name()
        .map_or(table.name.clone(), |name| {
            name.to_string_lossy().into_owned()
        });
    let mut metrics = vec![("training_rows", sample.rows.nrows() as f64)];
    if let Some(report) = report {
        metrics.push(("test_rows", report.rows() as f64));
        metrics.extend(report.metrics());
    }
    Facts {
        params: vec![
            ("data", data),
            ("target", table.target.clone()),
            ("task", table.truth.task().name().to_owned()),
            ("trees", params.trees.to_string()),
            ("max_depth", depth),
            ("min_leaf", params.min_leaf.to_string()),
            ("features", sample.features(params).to_string()),
            ("seed", params.seed.to_string()),
            ("test_split", params.test_split.to_string()),
        ],
        metrics,
    }
}

fn example(table: &Table) -> Vec<Vec<f32>> {
    let rows: Vec<usize> = match &table.truth {
        Target::Classes { labels, classes } => {
            let first = |class| classes.iter().position(|&c| c == class);
            let mut firsts: Vec<usize> = (0..labels.len()).filter_map(first).collect();
            firsts.sort_unstable();
            firsts
        }
        Target::Numbers(numbers) => (0..numbers.len()).collect(),
    };
    rows.iter()
        .take(EXAMPLES)
        .map(|&row| table.rows.row(row).to_vec())
        .collect()
}

#[cfg(test)]
mod tests;
