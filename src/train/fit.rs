//! Fits a model to a table: splits it, scales it, grows the trees and measures the result.

use ndarray::Axis;

use super::forest::{self, Sample};
use super::scaler::Scaler;
use super::split::{self, Split};
use super::{Features, Params, Report, Table, TrainError};
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
    /// The first row of each of the first few classes, unscaled, in file order.
    pub example: Vec<Vec<f32>>,
}

/// The options and results of a training, for the package.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Data, target and every parameter with the value used.
    pub params: Vec<(&'static str, String)>,
    /// Row counts and, with held-out rows, accuracy and macro F1.
    pub metrics: Vec<(&'static str, f64)>,
}

/// Fits a standard scaler and a random forest.
///
/// The same table and parameters give the same model bit for bit, on any number of threads. `progress` is called from the fitting
/// threads after each tree with the number done.
///
/// # Errors
/// Parameters out of their limits, too few rows to hold some out, a column too wide for `f32`.
pub fn train(
    table: &Table,
    params: &Params,
    progress: impl Fn(usize) + Sync,
) -> Result<Trained, TrainError> {
    params.check(table.columns.len())?;
    let n_classes = table.labels.len();
    let Split { train, test } =
        split::stratified(&table.classes, n_classes, params.test_split, params.seed).ok_or_else(
            || TrainError::TooFewRows {
                file: table.name.clone(),
                rows: table.classes.len(),
                classes: n_classes,
                share: params.test_split,
            },
        )?;

    let rows = table.rows.select(Axis(0), &train);
    let scaler = Scaler::fit(rows.view());
    let standard = scaler.apply(rows.view()).map_err(|j| TrainError::Spread {
        file: table.name.clone(),
        column: table.columns[j].clone(),
    })?;
    let sample = Sample {
        rows: standard,
        classes: train.iter().map(|&row| table.classes[row]).collect(),
        n_classes,
    };
    let forest = forest::grow(&sample, params, &progress)?;

    let source = ForestModel {
        schema: Schema::named(table.columns.iter().cloned(), ColumnType::Double),
        input: Precision::F32,
        steps: steps(&scaler),
        forest,
        aggregation: Aggregation::Sum,
        base: Vec::new(),
        factor: 1.0,
        output: Output::Classes {
            labels: table.labels.clone(),
            link: Link::Identity,
        },
        output_precision: Precision::F32,
    };
    let report = if test.is_empty() {
        None
    } else {
        Some(measure(&source, table, &test)?)
    };
    let facts = facts(table, params, train.len(), report.as_ref());
    let example = example(table);
    Ok(Trained {
        source,
        report,
        facts,
        example,
    })
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
    let names = table.labels.names();
    let defect = |error: &dyn std::fmt::Display| TrainError::Internal(error.to_string());
    let model = Model::new(source.clone()).map_err(|error| defect(&error))?;
    let rows = table.rows.select(Axis(0), test);
    let values = rows.iter().map(|&x| f64::from(x)).collect();
    let batch = Batch::from_values(values, rows.ncols()).map_err(|error| defect(&error))?;
    let mut answers = Predictions::default();
    model
        .predict(&batch, &mut answers)
        .map_err(|error| defect(&error))?;
    let truth = test.iter().map(|&row| table.classes[row]);
    let predicted = answers.classes.iter().map(|&class| class as usize);
    Ok(Report::new(names, truth.zip(predicted)))
}

fn facts(table: &Table, params: &Params, trained_on: usize, report: Option<&Report>) -> Facts {
    let features = match params.features {
        Features::Count(count) => count.to_string(),
        Features::Share(share) => format!("{share:?}"),
    };
    let depth = params
        .max_depth
        .map_or("none".to_owned(), |d| d.to_string());
    // The file's name without its directory, so that the package is the same wherever it is made.
    let data = std::path::Path::new(&table.name)
        .file_name()
        .map_or(table.name.clone(), |name| {
            name.to_string_lossy().into_owned()
        });
    let mut metrics = vec![("training_rows", trained_on as f64)];
    if let Some(report) = report {
        metrics.push(("test_rows", report.rows() as f64));
        metrics.push(("test_accuracy", report.accuracy()));
        metrics.push(("test_macro_f1", report.macro_average().f1));
    }
    Facts {
        params: vec![
            ("data", data),
            ("target", table.target.clone()),
            ("trees", params.trees.to_string()),
            ("max_depth", depth),
            ("min_leaf", params.min_leaf.to_string()),
            ("features", features),
            ("seed", params.seed.to_string()),
            ("test_split", params.test_split.to_string()),
        ],
        metrics,
    }
}

fn example(table: &Table) -> Vec<Vec<f32>> {
    let mut firsts: Vec<usize> = (0..table.labels.len())
        .filter_map(|class| table.classes.iter().position(|&c| c == class))
        .collect();
    firsts.sort_unstable();
    firsts
        .iter()
        .take(EXAMPLES)
        .map(|&row| table.rows.row(row).to_vec())
        .collect()
}

#[cfg(test)]
mod tests;
