//! `ml-serving pack`: makes one package of a model and the files that lie beside it.

use super::{
    flags::takes,
    output::{say, serve_it},
    start::start,
};
use crate::{
    Error,
    config::Flags,
    formats::{Beside, FormatError},
    package::{
        Packed, Unpacked,
        install::{Staging, stranger},
    },
};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// Make one model package of a model and its scaler, encoders, class names, columns and threshold
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Rows go through the files of --before in their order. Such a file holds a fitted transformer of scikit-learn (scaler, preprocessor,
encoder), a dict of a LabelEncoder for each column, or the LabelEncoder or LabelBinarizer of the target. The model may be a dict that
holds all of it.
The package is an MLflow Model directory, which mlflow.pyfunc opens too.

Examples:
  ml-serving pack --model model.pkl --before scaler.pkl --out ./churn
  ml-serving pack --model model.json --before label_encoders.pkl --before scaler.pkl --labels classes.json --threshold 0.4 --out ./churn")]
pub(super) struct PackArgs {
    /// File of the model: a pickle, skops, XGBoost, LightGBM, CatBoost or ONNX file
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// File of what comes before the model; repeat it for several, in their order
    #[arg(long, value_name = "FILE")]
    before: Vec<PathBuf>,
    /// File of the words of the classes 0 to k-1: a `LabelEncoder` or `LabelBinarizer`, a list, or JSON
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// File of the names of the columns in their order: a list, or JSON
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// Probability from which the second of two classes is the answer
    #[arg(long, value_name = "X", value_parser = takes::<f64>("a probability, for example 0.4"))]
    threshold: Option<f64>,
    /// Directory for the package: new, empty, or a package to replace
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A file that was read.
struct Read {
    name: String,
    bytes: Vec<u8>,
}

impl Read {
    fn of(path: &Path) -> Result<Self, Error> {
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::Data(format!("{} cannot be read: {why}", path.display()))
        };
        let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| unreadable(&"its name is not text"))?;
        Ok(Self {
            name: name.to_owned(),
            bytes,
        })
    }

    fn beside(&self) -> Beside<'_> {
        Beside {
            name: &self.name,
            bytes: &self.bytes,
        }
    }
}

pub(super) fn run(args: &PackArgs, out: &mut dyn Write) -> Result<(), Error> {
    start(None, &Flags::default())?;
    let dir = &args.out;
    check_out(dir)?;
    let model = Read::of(&args.model)?;
    let before = args.before.iter().map(|path| Read::of(path));
    let before: Vec<Read> = before.collect::<Result<_, _>>()?;
    let labels = args.labels.as_deref().map(Read::of).transpose()?;
    let columns = args.columns.as_deref().map(Read::of).transpose()?;
    let unpacked = Unpacked {
        model: model.beside(),
        before: before.iter().map(Read::beside).collect(),
        labels: labels.as_ref().map(Read::beside),
        columns: columns.as_ref().map(Read::beside),
        threshold: args.threshold,
    };
    let refused = |error: FormatError| Error::Data(format!("nothing is packed: {error}"));
    let packed = unpacked.pack().map_err(refused)?;
    let written = write(&unpacked, &packed, dir);
    written.map_err(|error| Error::unwritable(dir.display(), &error))?;
    let (shown, digest) = (dir.display().to_string(), &packed.digest);
    let last = format!("wrote {shown}, {digest}\n{}", serve_it(&shown));
    let lines: Vec<&str> = (packed.notes.iter().map(String::as_str))
        .chain([last.as_str()])
        .collect();
    say(out, &lines.join("\n"))
}

/// Refuses a directory that cannot be written, or that holds files which are no package.
fn check_out(dir: &Path) -> Result<(), Error> {
    let unwritable = |error: io::Error| Error::unwritable(dir.display(), &error);
    if let Some(stranger) = stranger(dir).map_err(unwritable)? {
        return Err(Error::Usage(format!(
            "{} is not empty and holds no package, but {}; choose another directory",
            dir.display(),
            stranger.display()
        )));
    }
    Staging::probe(dir).map_err(unwritable)
}

/// Writes the files aside and moves them into place.
fn write(unpacked: &Unpacked<'_>, packed: &Packed, dir: &Path) -> io::Result<()> {
    let staging = Staging::beside(dir)?;
    for file in unpacked.files() {
        fs::write(staging.path().join(file.name), file.bytes)?;
    }
    for (name, text) in &packed.made {
        let path = staging.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, text)?;
    }
    staging.install()
}
