//! `ml-serving train`: fits a model to a CSV file and writes its package.

use std::io::{self, Write};
use std::path::PathBuf;

use super::{flags::takes, output::serve_it};
use crate::{
    observe::escape,
    progress::{Progress, Unit},
    train::{Features, Params, TREE, Task, TrainError, check_out, load, train, write_package},
};

/// Train a random forest on a CSV file and write a model package
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The features are scaled as scikit-learn's StandardScaler does it; the package holds scaler and forest as one ONNX file.
Rows that are held out measure the model: accuracy and confusion matrix of classes; R², MAE, RMSE and residuals of a quantity.

Examples:
  ml-serving train --data iris --out ./iris
  ml-serving train --data churn.csv --target churned --out ./churn --trees 300 --max-depth 12
  ml-serving train --data churn.csv --target churned --out ./churn --register models:/churn
  ml-serving train --data houses.csv --target price --task regression --out ./price")]
pub(super) struct TrainArgs {
    /// CSV file with a header and numeric features, or the embedded `iris` or `winequality`
    #[arg(long, value_name = "FILE.csv|iris|winequality")]
    data: String,
    /// Column to predict: classes, as integers or strings, or numbers. The embedded tables know theirs
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// What the target is: classes or a quantity. Without it many values with fractions are a quantity, and others are classes
    #[arg(long, value_name = "classification|regression")]
    task: Option<Task>,
    /// Directory for the package: new, empty, or a package to replace
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Trees in the forest
    #[arg(long, value_name = "N", default_value_t = Params::default().trees, allow_negative_numbers = true,
          value_parser = takes::<usize>("a whole number, for example 100"))]
    trees: usize,
    /// Levels below a tree's root, up to 256 [default: 256]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = takes::<usize>("a whole number, for example 12"))]
    max_depth: Option<usize>,
    /// Fewest bootstrap draws in a leaf
    #[arg(long, value_name = "N", default_value_t = Params::default().min_leaf, allow_negative_numbers = true,
          value_parser = takes::<usize>("a whole number, for example 5"))]
    min_leaf: usize,
    /// Features each split sees: a count such as 3, a share such as 0.5, or their square root [default: sqrt for classes, 0.4 for a quantity]
    #[arg(long, value_name = "N|SHARE|sqrt")]
    features: Option<Features>,
    /// Where every random choice comes from: the same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = Params::default().seed, allow_negative_numbers = true,
          value_parser = takes::<u64>("a whole number, for example 42"))]
    seed: u64,
    /// Share of the rows held out to measure on; 0 trains on all
    #[arg(long, value_name = "SHARE", default_value_t = Params::default().test_split, allow_negative_numbers = true,
          value_parser = takes::<f64>("a share of the rows, for example 0.2"))]
    test_split: f64,
    /// Register the package in MLflow, as push does
    #[arg(long, value_name = "models:/NAME")]
    pub(super) register: Option<String>,
}

impl TrainArgs {
    fn params(&self) -> Params {
        Params {
            trees: self.trees,
            max_depth: self.max_depth,
            min_leaf: self.min_leaf,
            features: self.features,
            seed: self.seed,
            test_split: self.test_split,
        }
    }
}

/// Trains, writes the package and prints the report to `out`. Progress goes to stderr.
///
/// # Errors
/// What is wrong with the flags, the data or the place; nothing is written then.
pub(super) fn run(args: &TrainArgs, out: &mut dyn Write) -> Result<(), TrainError> {
    // A place that cannot be used is reported before minutes of work.
    check_out(&args.out)?;
    let table = load(&args.data, args.target.as_deref(), args.task)?;
    let params = args.params();
    let things = if params.trees == 1 { "tree" } else { "trees" };
    let progress = Progress::new(
        "training",
        &args.data,
        Unit::Percent(params.trees, things),
        params.trees as u64 * TREE,
    );
    let trained = train(&table, &params, |more| progress.advance(more))?;
    progress.finish();
    write_package(&trained, &args.out)?;

    let report = match &trained.report {
        Some(report) => report.to_string(),
        None => "no rows held out, so nothing was measured\n".to_owned(),
    };
    let dir = args.out.display().to_string();
    let serve_it = serve_it(&dir);
    let assumption = match table.assumption() {
        Some(assumption) if args.task.is_none() => assumption + "\n\n",
        _ => String::new(),
    };
    let text = format!("{assumption}{report}\nwrote {dir}; {serve_it}");
    let mut lines = text.lines();
    match lines.try_for_each(|line| writeln!(out, "{}", escape(line))) {
        // The package is written, even if nobody reads the report.
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(TrainError::Print),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        train: TrainArgs,
    }

    fn parse(line: &str) -> Result<TrainArgs, clap::Error> {
        let words = std::iter::once("train").chain(line.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.train)
    }

    #[test]
    fn without_flags_the_parameters_are_the_defaults() {
        let args = parse("--data iris --out x").expect("flags");
        assert_eq!(args.params(), Params::default());
    }

    #[test]
    fn every_flag_reaches_its_parameter() {
        let args = parse(
            "--data a.csv --target y --out x --trees 3 --max-depth 4 --min-leaf 5 --features 6 --seed 7 --test-split 0.25",
        )
        .expect("flags");
        let expected = Params {
            trees: 3,
            max_depth: Some(4),
            min_leaf: 5,
            features: Some(Features::Count(6)),
            seed: 7,
            test_split: 0.25,
        };
        assert_eq!(args.params(), expected);
        assert_eq!(args.target.as_deref(), Some("y"));
        assert_eq!(args.task, None);
        let args = parse("--data iris --out x --task regression").expect("flags");
        assert_eq!(args.task, Some(Task::Regression));
        assert!(parse("--data iris --out x --features most").is_err());
        assert!(parse("--data iris --out x --task clustering").is_err());
    }

    #[test]
    fn a_csv_file_becomes_a_package_and_a_report() {
        let place = tempfile::tempdir().expect("a directory");
        let data = place.path().join("t.csv");
        let rows = (0..40).map(|i| match i % 2 {
            0 => format!("{i},{i},no\n"),
            _ => format!("{},{i},yes\n", 1000 + i),
        });
        let csv: String = std::iter::once("a,b,y\n".to_owned()).chain(rows).collect();
        std::fs::write(&data, csv).expect("written");
        let dir = place.path().join("model");
        let line = format!(
            "--data {} --target y --out {} --trees 7 --features 1.0",
            data.display(),
            dir.display()
        );
        let mut out = Vec::new();
        run(&parse(&line).expect("flags"), &mut out).expect("trained");
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.starts_with("held-out accuracy 1.000 (8 of 8 rows)\n"),
            "{text}"
        );
        assert!(
            text.contains("serve it: ml-serving serve --model "),
            "{text}"
        );
        assert!(dir.join("model.onnx").exists());
    }

    #[test]
    fn a_target_that_looks_like_a_quantity_is_said_to_be_taken_for_one() {
        let place = tempfile::tempdir().expect("a directory");
        let data = place.path().join("t.csv");
        let rows = (0..120).map(|i| format!("{i},{}.5\n", i / 2));
        let csv: String = std::iter::once("a,y\n".to_owned()).chain(rows).collect();
        std::fs::write(&data, csv).expect("written");
        let printed = |more: &str| {
            let (data, dir) = (data.display(), place.path().join("model"));
            let dir = dir.display();
            let line = format!("--data {data} --target y --out {dir} --trees 3 {more}");
            let mut out = Vec::new();
            run(&parse(&line).expect("flags"), &mut out).expect("trained");
            String::from_utf8(out).expect("text")
        };
        let text = printed("");
        assert!(
            text.starts_with("the target y has many values with fractions, so it is a quantity; if its values are classes, add --task classification\n\nheld-out R² 0."),
            "{text}"
        );
        assert!(printed("--task regression").starts_with("held-out R² 0."));
        assert!(printed("--task classification").starts_with("held-out accuracy 0."));
    }

    #[test]
    fn a_place_that_is_taken_is_refused_before_the_data_is_read() {
        let args = parse("--data no/such.csv --out src").expect("flags");
        let error = run(&args, &mut Vec::new()).expect_err("the sources are here");
        assert!(matches!(error, TrainError::Occupied { .. }), "{error}");
    }

    #[test]
    fn a_place_that_cannot_be_made_is_refused_before_the_data_is_read() {
        let args = parse("--data no/such.csv --out /proc/no/model").expect("flags");
        let error = run(&args, &mut Vec::new()).expect_err("nobody makes directories there");
        assert!(matches!(error, TrainError::Write { .. }), "{error}");
    }
}
