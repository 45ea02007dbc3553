//! `ml-serving predict`: CSV rows through the very same engine, streaming.

use super::{broken_output, load};
use crate::{
    Error,
    input::{Batch, Precision, Refusal},
    load::LoadedModel,
    model::{Labels, Predictions},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal, Read, Write},
    path::PathBuf,
};

/// Predict the rows of a CSV file
#[derive(Clone, Debug, clap::Args)]
pub(super) struct PredictArgs {
    /// The model
    uri: String,
    /// CSV file with a header; - reads standard input. Columns the model does not know are ignored
    #[arg(long, value_name = "ROWS.csv|-")]
    input: String,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Rows predicted at a time.
const BATCH: usize = 1024;

pub(super) fn run(args: &PredictArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    let (input, length): (Box<dyn Read>, u64) = if args.input == "-" {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(&args.input)
            .map_err(|error| Error::Data(format!("{} cannot be read: {error}", args.input)))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        (Box::new(file), length)
    };
    let bar = if length > 0 && io::stderr().is_terminal() {
        ProgressBar::new(length)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) =
        ProgressStyle::with_template("predicting {bar:40} {bytes}/{total_bytes}, {eta} left")
    {
        bar.set_style(style);
    }
    let job = Job {
        served: &served,
        name: &args.input,
    };
    match &args.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| {
                Error::Data(format!("{} cannot be written: {error}", path.display()))
            })?;
            job.run(bar.wrap_read(input), &mut BufWriter::new(file))
        }
        None => job.run(bar.wrap_read(input), &mut BufWriter::new(out)),
    }
}

struct Job<'a> {
    served: &'a LoadedModel,
    name: &'a str,
}

impl Job<'_> {
    fn run(&self, input: impl Read, out: &mut dyn Write) -> Result<(), Error> {
        let mut reader = csv::Reader::from_reader(input);
        let unreadable = |error: csv::Error| Error::Data(format!("{}: {error}", self.name));
        let columns = self.columns(reader.headers().map_err(unreadable)?)?;
        self.header(out).map_err(broken_output)?;
        let mut record = csv::StringRecord::new();
        let mut rows = Batch::new(columns.len(), BATCH * columns.len());
        let mut predictions = Predictions::default();
        let mut row = 0u64;
        while reader.read_record(&mut record).map_err(unreadable)? {
            row += 1;
            for (feature, column) in columns.iter().enumerate() {
                let cell = record.get(*column).unwrap_or("");
                rows.set(feature, self.number(cell, row, feature)?);
            }
            rows.end_row();
            if rows.len() == BATCH {
                self.write(&mut rows, &mut predictions, out)?;
            }
        }
        self.write(&mut rows, &mut predictions, out)?;
        out.flush().map_err(broken_output)
    }

    /// For each feature, its column in the file: by name, or by position where the model has no names.
    fn columns(&self, header: &csv::StringRecord) -> Result<Vec<usize>, Error> {
        let schema = self.served.model.schema();
        if !schema.named {
            if header.len() != schema.len() {
                let (found, wanted) = (header.len(), schema.len());
                return Err(Error::Data(format!(
                    "{} has {found} columns, the model takes {wanted}",
                    self.name
                )));
            }
            return Ok((0..schema.len()).collect());
        }
        let find = |name: &String| {
            header
                .iter()
                .position(|column| column.trim_start_matches('\u{feff}').trim() == name)
                .ok_or_else(|| {
                    let found: Vec<_> = header.iter().collect();
                    Error::Data(format!(
                        "{} has no column {name:?}; it has {}",
                        self.name,
                        found.join(", ")
                    ))
                })
        };
        schema
            .columns
            .iter()
            .map(|column| find(&column.name))
            .collect()
    }

    fn number(&self, cell: &str, row: u64, feature: usize) -> Result<f64, Error> {
        let model = &self.served.model;
        let column = &model.schema().columns[feature];
        let wrong = |what: &str| {
            Error::Data(format!(
                "{}: row {row}, column {:?}: {what}",
                self.name, column.name
            ))
        };
        column
            .accept_text(cell, model.schema().precision)
            .map_err(|refusal| match refusal {
                Refusal::Type { expected, .. } => wrong(&format!("{cell:?} is not {expected}")),
                refusal => wrong(&refusal.to_string()),
            })
    }

    fn header(&self, out: &mut dyn Write) -> io::Result<()> {
        let classes = self.served.class_names();
        let mut writer = csv::Writer::from_writer(out);
        if classes.is_empty() {
            let fields = match self.served.model.n_scores() {
                1 => vec!["prediction".to_owned()],
                targets => (0..targets).map(|i| format!("prediction_{i}")).collect(),
            };
            writer.write_record(fields)?;
            return writer.flush();
        }
        let fields = ["prediction".to_owned(), "confidence".to_owned()].into_iter();
        writer.write_record(
            fields.chain(classes.iter().map(|class| format!("probability_{class}"))),
        )?;
        writer.flush()
    }

    fn write(
        &self,
        rows: &mut Batch,
        predictions: &mut Predictions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let model = &self.served.model;
        model
            .predict(rows, predictions)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let mut writer = csv::Writer::from_writer(out);
        let single = model.output_precision() == Precision::F32;
        let show = |x: f64| {
            if single {
                (x as f32).to_string()
            } else {
                x.to_string()
            }
        };
        for i in 0..rows.len() {
            let mut record: Vec<String> = Vec::new();
            if let Some(labels) = model.labels() {
                let class = predictions.classes[i] as usize;
                record.push(match labels {
                    Labels::Integers(labels) => labels[class].to_string(),
                    Labels::Strings(labels) => labels[class].clone(),
                });
                record.push(show(predictions.confidence(i)));
            }
            record.extend(predictions.row(i).iter().map(|x| show(*x)));
            writer
                .write_record(&record)
                .map_err(|error| Error::Internal(error.to_string()))?;
        }
        rows.clear();
        writer.flush().map_err(broken_output)
    }
}
