//! Makes one package of files that lie beside one another: a model, and what belongs to it.

mod requirements;

use std::{borrow::Cow, io};

use super::{
    beside::{Companions, Threshold},
    digest::digest,
    example,
    files::Files,
    mlmodel::{self, PackedModel},
    path::inside,
    read::{EXAMPLE, read},
};
use crate::{
    formats::{self, Beside, Format, FormatError, ModelFile, Parsed, corrupt, unsupported},
    input::Batch,
    model::{Model, Predictions},
};

/// What opens the package in Python.
const LOADER: &str = include_str!("ml_serving_package.py");
/// Its place in the package.
const LOADER_FILE: &str = "code/ml_serving_package.py";

/// The names of files that the package has beside those that it is made of.
const OWN: [&str; 6] = [
    "MLmodel",
    "code",
    "conda.yaml",
    "input_example.json",
    "python_env.yaml",
    "requirements.txt",
];

/// A row that the model answers with finite numbers, as an input example. None where neither zeros nor ones are such a row: any other
/// would be a guess.
fn example(model: &Model) -> Option<String> {
    let schema = model.schema();
    let answered = |row: &Batch| {
        let mut answers = Predictions::default();
        let predicted = model.predict(row, &mut answers);
        predicted.is_ok() && answers.not_finite().is_none()
    };
    let row = schema.plain_rows().into_iter().find(answered)?;
    let written = example::write(&row, schema);
    // A column whose words all are refused has no value to show.
    example::read(written.as_bytes(), schema).ok()?;
    Some(written)
}

/// The files to pack.
#[derive(Clone, Debug)]
pub struct Unpacked<'a> {
    pub model: Beside<'a>,
    /// In the order in which rows go through them.
    pub before: Vec<Beside<'a>>,
    pub labels: Option<Beside<'a>>,
    pub columns: Option<Beside<'a>>,
    pub threshold: Option<f64>,
}

/// A package that is not written yet.
#[derive(Debug)]
pub struct Packed {
    /// The files that are not copied, by name.
    pub made: Vec<(&'static str, String)>,
    /// What was taken for what.
    pub notes: Vec<String>,
    /// The digest that the package has.
    pub digest: String,
}

/// The package as it will be read.
struct Together<'a> {
    unpacked: &'a Unpacked<'a>,
    mlmodel: &'a str,
}

impl Files for Together<'_> {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        if path == "MLmodel" {
            return Ok(self.mlmodel.as_bytes().into());
        }
        let file = self.unpacked.files().find(|file| file.name == path);
        file.map(|file| file.bytes.into())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl<'a> Unpacked<'a> {
    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &Beside<'a>> {
        let files = std::iter::once(&self.model).chain(&self.before);
        files.chain(&self.labels).chain(&self.columns)
    }

    fn companions(&self) -> Companions {
        let name = |file: &Beside<'_>| file.name.to_owned();
        Companions {
            before: self.before.iter().map(name).collect(),
            labels: self.labels.as_ref().map(name),
            columns: self.columns.iter().map(name).collect(),
            threshold: self.threshold.map(Threshold::Is),
        }
    }

    /// The format of the model, by its name and its content.
    fn format(&self) -> Result<&'static Format, FormatError> {
        let name = self.model.name;
        let Some(named) = formats::by_file_name(name) else {
            return Err(unsupported!(
                "`{name}` has not the ending of a model file; .pkl, .joblib, .skops, .json and .ubj (XGBoost), .txt (LightGBM), .cbm (CatBoost) and .onnx work"
            ));
        };
        Ok(formats::recognised(named.flavor, self.model.bytes).unwrap_or(named))
    }

    fn parsed(&self, format: &'static Format) -> Result<Parsed, FormatError> {
        let companions = formats::Companions {
            before: self.before.clone(),
            labels: self.labels,
            columns: self.columns.into_iter().collect(),
            threshold: self.threshold.map(formats::Threshold::Is),
        };
        let file = ModelFile::new(self.model.bytes);
        if companions.is_empty() {
            return formats::read(format, &file);
        }
        formats::read_with(format, &file, self.model.name, &companions)
    }

    /// Builds the model, and makes the files around it. Nothing is written.
    ///
    /// # Errors
    /// `Corrupt` and `Unsupported` where the files do not make a model that can be served; the text names them.
    pub fn pack(&self) -> Result<Packed, FormatError> {
        self.check_names()?;
        let format = self.format()?;
        let parsed = self.parsed(format)?;
        let (version, parts) = (parsed.version.clone(), parsed.parts.clone());
        let notes = parsed.notes.clone();
        let model = self.tested(parsed)?;
        let files: Vec<&Beside<'_>> = self.files().collect();
        let requirements = requirements::of(format.flavor, &files, version.as_deref(), &parts);
        let example = example(&model);
        let digests: String = self.files().map(|file| digest(file.bytes)).collect();
        let id = digest(digests.as_bytes());
        let mlmodel = mlmodel::write_packed(&PackedModel {
            model: self.model.name,
            flavor: format.flavor,
            companions: &self.companions(),
            signature: model.schema(),
            labels: model.labels(),
            model_bytes: self.files().map(|file| file.bytes.len()).sum(),
            model_uuid: id.get(7..39).unwrap_or_default(),
            example: example.is_some(),
        })
        .map_err(|error| corrupt!("MLmodel cannot be written: {error}"))?;
        let together = Together {
            unpacked: self,
            mlmodel: &mlmodel,
        };
        let (package, data) = read(&together, false, "")?;
        self.tested(package.parse(&data)?)?;
        let mut made = vec![("MLmodel", mlmodel), (LOADER_FILE, LOADER.to_owned())];
        made.extend(example.map(|example| (EXAMPLE, example)));
        made.extend(mlmodel::environment(&requirements));
        Ok(Packed {
            made,
            notes,
            digest: package.digest,
        })
    }

    /// The model, once it has answered a row.
    fn tested(&self, parsed: Parsed) -> Result<Model, FormatError> {
        let model = Model::new(parsed.ir)
            .map_err(|error| corrupt!("`{}` does not hold: {error}", self.model.name))?;
        let row = model.schema().plain_row();
        let predicted = model.predict(&row, &mut Predictions::default());
        predicted.map_err(|error| corrupt!("the model answers no row: {error}"))?;
        Ok(model)
    }

    fn check_names(&self) -> Result<(), FormatError> {
        let mut seen: Vec<&str> = OWN.to_vec();
        for file in self.files() {
            let name = inside(file.name)?;
            if OWN.contains(&name) {
                return Err(unsupported!(
                    "a package has a file `{name}` of its own; rename the one to be packed"
                ));
            }
            if seen.contains(&name) {
                return Err(unsupported!(
                    "two of the files are called `{name}`; rename one of them"
                ));
            }
            seen.push(name);
        }
        Ok(())
    }
}
