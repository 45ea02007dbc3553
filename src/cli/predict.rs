//! `ml-serving predict`: streams the rows of a CSV file through the same engine as the server's.

use super::{
    answer_columns::AnswerColumns,
    flags::MODEL,
    output::{Output, Unfinished},
    signals,
    start::load,
};
use crate::{
    Error,
    cores::cores,
    input::{Batch, Cell, CsvRows, Refusal, find_columns},
    load::LoadedModel,
    model::{Predictions, Unanswered, Why, Workers},
    observe::escape,
    progress::{Progress, Unit},
    secret::Secret,
};
use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
};

/// Predict the rows of a CSV file
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The CSV file has a header line. Columns are found by their names, in any order; columns that the model does not know are ignored.
For a model without column names the file has the model's columns in the model's order.
The result has a row for each row: the prediction, for a classifier its confidence and the probability of every class, for an anomaly
detector its scores, for a clusterer the distances. A model of several targets writes these for each, with the target's number.

Examples:
  ml-serving predict builtin:iris --input flowers.csv
  ml-serving predict models:/churn/3 --input customers.csv --output scores.csv
  zcat rows.csv.gz | ml-serving predict ./model --input - | head")]
pub(super) struct PredictArgs {
    #[arg(help = MODEL)]
    uri: Secret,
    /// CSV file to read, or - for standard input
    #[arg(long, value_name = "ROWS.csv|-")]
    input: String,
    /// File to write instead of standard output; it is replaced when every row is predicted
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The most rows that are predicted at a time, and the most numbers in them.
const BATCH: usize = 1024;
const BATCH_NUMBERS: usize = 1 << 20;
/// Messages quote at most this many characters of a cell.
const QUOTED: usize = 40;

pub(super) fn run(args: &PredictArgs, out: &mut dyn Write) -> Result<(), Error> {
    let Some(path) = args.output.clone() else {
        return predict(args, || Ok(Output::stream(out)));
    };
    let (args, unfinished) = (args.clone(), Unfinished::default());
    let temporary = unfinished.clone();
    signals::interruptible(
        move || predict(&args, || Output::file(&path, &temporary)),
        || unfinished.remove(),
    )
}

fn predict<'a>(
    args: &PredictArgs,
    out: impl FnOnce() -> Result<Output<'a>, Error>,
) -> Result<(), Error> {
    let (input, name, length) = open(&args.input)?;
    // An output that cannot be written is reported before hours of work.
    let out = out()?;
    let served = load(&args.uri)?;
    let mut choices = served.choice_names();
    if args.output.is_none() && io::stdout().is_terminal() {
        for name in choices.iter_mut().flatten() {
            *name = escape(name).into();
        }
    }
    let answer = AnswerColumns::new(&served.model, choices);
    let input = Progress::new("predicting", &name, Unit::Bytes, length).reading(input);
    let rows = CsvRows::open(input, &name)?;
    Job {
        served: &served,
        workers: Workers::new(cores()),
        columns: find_columns(&rows, &name, served.model.schema())?,
        rows,
        answers: vec![answer.header()],
        done: 0,
        answer,
        out,
    }
    .run()
}

/// Opens the input. Gives its bytes, its name in messages, and its size; 0 if that is not known.
fn open(path: &str) -> Result<(Box<dyn Read>, String, u64), Error> {
    if path == "-" {
        let name = "standard input".to_owned();
        return Ok((Box::new(io::stdin().lock()), name, 0));
    }
    let unreadable = |why: &dyn std::fmt::Display| {
        Error::Data(format!(
            "{path} cannot be read: {why}; give --input the path of a CSV file, or - for standard input"
        ))
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(unreadable(&"it is a directory"));
    }
    Ok((Box::new(file), path.to_owned(), metadata.len()))
}

/// Everything that the prediction of a file needs.
struct Job<'a, R> {
    served: &'a LoadedModel,
    workers: Workers,
    /// What is written for each row.
    answer: AnswerColumns<'a>,
    rows: CsvRows<R>,
    /// Rows that are predicted.
    done: usize,
    /// For each feature, its column in the file; `None` if the file does not have it.
    columns: Vec<Option<usize>>,
    /// Lines that are not written yet. The header is the first one, so that nothing is written if the first rows are refused.
    answers: Vec<Vec<String>>,
    out: Output<'a>,
}

impl<R: Read> Job<'_, R> {
    fn run(mut self) -> Result<(), Error> {
        let width = self.columns.len();
        let most = (BATCH_NUMBERS / width.max(1)).clamp(1, BATCH);
        let mut batch = Batch::new(width, most * width);
        let mut predictions = Predictions::default();
        while self.rows.advance()? {
            for (feature, column) in self.columns.iter().enumerate() {
                if let Some(column) = *column {
                    self.accept(&mut batch, feature, column)?;
                }
            }
            batch.end_row();
            if batch.len() == most {
                self.predict(&mut batch, &mut predictions)?;
            }
        }
        self.predict(&mut batch, &mut predictions)?;
        self.out.keep()
    }

    /// Writes the current row's value of a feature.
    fn accept(&self, batch: &mut Batch, feature: usize, column: usize) -> Result<(), Error> {
        let schema = self.served.model.schema();
        let text = self.rows.text(column)?;
        let accepted = batch.accept_text(feature, &schema.columns[feature], text, schema.precision);
        accepted.map_err(|refusal| refused(&self.rows.cell(column), text.trim(), refusal))
    }

    /// Predicts the rows of `batch`, writes the answers, and empties it.
    fn predict(&mut self, batch: &mut Batch, predictions: &mut Predictions) -> Result<(), Error> {
        let model = &self.served.model;
        let predicted = model.predict_with(Some(&self.workers), batch, predictions);
        let refused = match predicted {
            Err(error @ Unanswered::Width { .. }) => {
                return Err(Error::Internal(error.to_string()));
            }
            Err(Unanswered::Refused { row, why }) => Some((row, why)),
            Ok(()) => predictions.not_finite().map(|row| (row, Why::NotFinite)),
        };
        if let Some((row, why)) = refused {
            return Err(Error::Data(format!(
                "{}: row {}: {why}; correct the row or drop it",
                self.rows.cell(0).file,
                self.done + row + 1
            )));
        }
        self.done += batch.len();
        let record = |i| self.answer.record(predictions, i);
        self.answers.extend((0..batch.len()).map(record));
        batch.clear();
        self.write()
    }

    fn write(&mut self) -> Result<(), Error> {
        let mut writer = csv::Writer::from_writer(&mut self.out);
        let written = self
            .answers
            .drain(..)
            .try_for_each(|record| writer.write_record(record))
            .map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(cause) => cause,
                other => io::Error::other(format!("{other:?}")),
            })
            .and_then(|()| writer.flush());
        drop(writer);
        written.map_err(|cause| self.out.broken(&cause))
    }
}

/// The error for a cell: what is wrong with it, and what to do.
fn refused(cell: &Cell, text: &str, refusal: Refusal) -> Error {
    let value: String = text.chars().take(QUOTED).collect();
    let why = match refusal {
        Refusal::Type { expected, .. } => {
            format!("{value:?} is not {expected}; correct the cell or drop the row")
        }
        Refusal::Missing if text.is_empty() => {
            "the cell is empty, and the model cannot handle missing values; fill it in or drop the row"
                .to_owned()
        }
        Refusal::Missing => format!(
            "{value:?} is a missing value, which the model cannot handle; fill it in or drop the row"
        ),
        Refusal::NotFinite => {
            format!("{value:?} is not a finite number; fill it in or drop the row")
        }
        Refusal::OutOfRange { range } => {
            format!("{value:?} {range}; correct the cell or drop the row")
        }
        unknown @ Refusal::Unknown { .. } => {
            format!("{unknown}; correct the cell or drop the row")
        }
    };
    Error::Data(format!("{cell}: {why}"))
}
