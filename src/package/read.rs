//! The files of a package → what it says, and the content of its data file → a model.

use std::{borrow::Cow, io};

use super::{
    beside::{self, Companions, Threshold},
    data::{Data, both},
    example,
    files::Files,
    lfs,
    mlmodel::{self, DataFile, MlModel},
    path::inside,
    recorded::Recorded,
    signed::signature_of,
};
use crate::{
    formats::{self, Beside, FormatError, ModelFile, Parsed, Rest, corrupt, unsupported},
    input::{Batch, Schema},
};

/// The file of the input example, where the `MLmodel` names none.
pub(super) const EXAMPLE: &str = "input_example.json";

/// The name of a lone model file without its ending; none where the name is not a model's.
pub fn model_stem(name: &str) -> Option<&str> {
    formats::stem(name)
}

/// Whether a file that begins like this is read piece by piece.
pub fn is_streamed(start: &[u8]) -> bool {
    formats::streams("", start)
}

/// Whether a file of this name is a model by itself.
pub fn is_model_file(name: &str) -> bool {
    formats::by_file_name(name).is_some()
}

/// Files of other uses that lie beside a model.
const NO_MODELS: [&str; 3] = [EXAMPLE, "serving_input_example.json", "requirements.txt"];

/// The files that a model may be by itself.
const KINDS: &str = "an .onnx, .pkl, .joblib, .skops, .ubj, .json (XGBoost), .txt (LightGBM) or .cbm (CatBoost) file";

/// The refusal of a lone file that neither its name nor its content makes a model.
fn unknown(path: &str) -> FormatError {
    FormatError::Missing(format!(
        "neither the name nor the content of `{}` is that of a model; point at an MLflow Model directory, or at {KINDS}",
        path.escape_debug()
    ))
}

/// What a package says about its model.
#[derive(Debug)]
pub struct Package {
    /// The `MLmodel`, if the package has one.
    pub mlmodel: Option<MlModel>,
    /// The file that holds the model.
    pub data: DataFile,
    /// The files that belong to the model beside its own.
    pub companions: Companions,
    /// `sha256:<hex>` of the data file; with companions, of the list of all digests: [`Package::hash`]. Empty until then.
    pub digest: String,
    /// The answers to the input example, if they are recorded.
    pub recorded: Option<Recorded>,
    /// The content of the input example's file, if there is one.
    example: Result<Option<Vec<u8>>, FormatError>,
    /// The content of the companions' files, by name.
    contents: Vec<(String, Vec<u8>)>,
}

/// The same as [`open`], with the digest and the whole data file.
///
/// # Errors
/// As [`open`] and [`Package::hash`] say.
pub fn read<'a>(
    files: &'a dyn Files,
    with_companions: bool,
    flavor: &str,
) -> Result<(Package, Cow<'a, [u8]>), FormatError> {
    let (mut package, data) = open(files, with_companions, flavor)?;
    let bytes = data.whole().map_err(unreadable(&package.data.path))?;
    package.digest = package.hash(files, &bytes)?;
    Ok((package, bytes))
}

/// Reads an MLflow Model directory, or a lone model file: what the package says, and the content of its data file. `with_companions` is
/// whether files of the usual names beside a model without an `MLmodel` belong to it. `flavor` is the one to read; empty: the one that
/// `mlflow.pyfunc` answers with.
///
/// # Errors
/// `Missing` when a file is not there or is a pointer of Git LFS, `Corrupt` or `Unsupported` as the `MLmodel` is, or when the model is of
/// another flavor.
pub fn open<'a>(
    files: &'a dyn Files,
    with_companions: bool,
    flavor: &str,
) -> Result<(Package, Data<'a>), FormatError> {
    let mlmodel = match optional(files, "MLmodel")? {
        Some(bytes) => Some(mlmodel::read(&bytes)?),
        None => None,
    };
    let (mut data, companions) = if let Some(mlmodel) = &mlmodel {
        (mlmodel.data_file(flavor)?, mlmodel.companions()?)
    } else {
        let mut names = beside::names(files)?;
        let data = lone_file(&names)?;
        // What is the model itself lies beside nothing, whatever it is called.
        names.retain(|name| with_companions && *name != data.path);
        (data, beside::find(&names)?)
    };
    let streams = |start: &[u8]| formats::streams(&data.flavor, start);
    let content = match Data::open(files, &data.path, streams) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(no_data(&data, mlmodel.is_some()));
        }
        Err(error) => return Err(unreadable(&data.path)(error)),
    };
    lfs::refuse_pointer(&data.path, content.start())?;
    if mlmodel.is_none() {
        // Of a lone file the content has the last word, not the name.
        match formats::recognised(&data.flavor, content.start()) {
            Some(format) => data.flavor = format.flavor.into(),
            None if data.flavor.is_empty() => return Err(unknown(&data.path)),
            None => {}
        }
    }
    if !flavor.is_empty() && flavor != data.flavor {
        return Err(unsupported!(
            "model.flavor is {flavor}, but `{}` is a model of {}",
            data.path.escape_debug(),
            data.flavor
        ));
    }
    let contents = contents(files, &companions)?;
    let path = mlmodel.as_ref().and_then(|m| m.example.as_deref());
    let example = inside(path.unwrap_or(EXAMPLE))
        .map_err(FormatError::from)
        .and_then(|path| Ok(optional(files, path)?.map(Cow::into_owned)));
    let package = Package {
        recorded: mlmodel.as_ref().map(Recorded::read).transpose()?.flatten(),
        mlmodel,
        data,
        companions,
        digest: String::new(),
        example,
        contents,
    };
    Ok((package, content))
}

fn no_data(data: &DataFile, named: bool) -> FormatError {
    FormatError::Missing(if named {
        format!(
            "MLmodel names the data file `{}`, which the package does not have",
            data.path
        )
    } else {
        format!(
            "the package has neither an MLmodel nor one model file; point at an MLflow Model directory, or at {KINDS}"
        )
    })
}

/// The content of the companions' files.
fn contents(
    files: &dyn Files,
    companions: &Companions,
) -> Result<Vec<(String, Vec<u8>)>, FormatError> {
    let content = |name: &str| match optional(files, name)? {
        Some(bytes) => Ok((name.to_owned(), bytes.into_owned())),
        None => Err(FormatError::Missing(format!(
            "the package names the file `{name}`, which it does not have"
        ))),
    };
    companions.files().map(content).collect()
}

impl Package {
    /// The model in the content of the data file. Its schema is that of the `MLmodel` where there is one.
    ///
    /// # Errors
    /// `Corrupt` or `Unsupported` as the reader of its format says, or when the signature is another model's.
    pub fn parse(&self, bytes: &[u8]) -> Result<Parsed, FormatError> {
        self.parse_file(bytes, None)
    }

    fn parse_file(&self, bytes: &[u8], rest: Option<Rest<'_>>) -> Result<Parsed, FormatError> {
        let signature = self.mlmodel.as_ref().and_then(|m| m.signature.as_ref());
        let file = ModelFile {
            bytes,
            rest,
            class: self.data.class.as_deref(),
            columns: signature,
        };
        let mut parsed = self.parse_data(&file)?;
        if let Some(signature) = signature {
            parsed.ir.schema = signature_of(signature, &parsed.ir.schema, parsed.columns)?;
        }
        if parsed.version.is_none() {
            parsed.version.clone_from(&self.data.version);
        }
        Ok(parsed)
    }

    /// Reads the data file by its flavor and its content.
    fn parse_data(&self, file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
        let data = &self.data;
        let Some(format) = formats::by_flavor(&data.flavor) else {
            return Err(corrupt!(
                "there is no reader for the flavor {}",
                data.flavor
            ));
        };
        let companions = self.beside();
        if companions.is_empty() {
            return formats::read(format, file);
        }
        formats::read_with(format, file, &data.path, &companions)
    }

    /// The companions with their content.
    pub(super) fn beside(&self) -> formats::Companions<'_> {
        let file = |name: &String| {
            let found = self.contents.iter().find(|(known, _)| known == name);
            found.map(|(name, bytes)| Beside { name, bytes })
        };
        let Companions {
            before,
            labels,
            columns,
            threshold,
        } = &self.companions;
        formats::Companions {
            before: before.iter().filter_map(file).collect(),
            labels: labels.as_ref().and_then(file),
            columns: columns.iter().filter_map(file).collect(),
            threshold: threshold.as_ref().and_then(|threshold| match threshold {
                Threshold::Is(threshold) => Some(formats::Threshold::Is(*threshold)),
                Threshold::In(name) => file(name).map(formats::Threshold::In),
            }),
        }
    }

    /// The model in the data file, and the digest of the package that it was read from, which is computed at the same time. Where
    /// [`Package::digest`] is known already, it is the only one that will do.
    ///
    /// # Errors
    /// As [`Package::parse`] and [`Package::hash`] say; `Missing` when the file cannot be read to its end.
    pub fn model(
        &mut self,
        files: &(dyn Files + Sync),
        data: Data<'_>,
    ) -> Result<Parsed, FormatError> {
        let (digest, parsed) = match data {
            Data::Whole(bytes) if !self.digest.is_empty() => return self.parse(&bytes),
            Data::Whole(bytes) => both(
                bytes.len(),
                || self.hash(files, &bytes),
                || self.parse(&bytes),
            ),
            Data::Streamed(streamed) => {
                let read = streamed.read(|bytes, rest| self.parse_file(bytes, Some(rest)));
                let (hex, parsed) = read.map_err(unreadable(&self.data.path))??;
                (self.digest_of(files, &hex), Ok(parsed))
            }
        };
        let (digest, parsed) = (digest?, parsed?);
        if !self.digest.is_empty() && self.digest != digest {
            return Err(corrupt!("`{}` changed while it was read", self.data.path));
        }
        self.digest = digest;
        Ok(parsed)
    }

    /// The rows of the input example, as the schema of the built model takes them. None where the package has no example, or an empty one.
    ///
    /// # Errors
    /// Why the example cannot be used.
    pub fn example(&self, schema: &Schema) -> Result<Option<Batch>, String> {
        let bytes = self.example.as_ref().map_err(ToString::to_string)?;
        let rows = bytes.as_deref().map(|bytes| example::read(bytes, schema));
        let rows = rows.transpose().map_err(|error| error.to_string())?;
        Ok(rows.filter(|rows| !rows.is_empty()))
    }
}

/// Why a file cannot be had.
pub(super) fn unreadable(path: &str) -> impl Fn(io::Error) -> FormatError {
    move |error| FormatError::Missing(format!("`{path}` cannot be read: {error}"))
}

/// The file, or nothing if the package has no such file.
fn optional<'a>(files: &'a dyn Files, path: &str) -> Result<Option<Cow<'a, [u8]>>, FormatError> {
    match files.read(path) {
        Ok(bytes) => lfs::refuse_pointer(path, &bytes).map(|()| Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path)(error)),
    }
}

/// The only file of the first kind of which there is just one; else the only file, whose content must tell; else `model.onnx`.
///
/// Files with the names of companions count only where no other can be a model.
fn lone_file(names: &[String]) -> Result<DataFile, FormatError> {
    let models: Vec<&String> = names
        .iter()
        .filter(|n| !NO_MODELS.contains(&n.as_str()))
        .collect();
    let alone = |name: &&String| !beside::is_companion(name) && is_model_file(name);
    let models: Vec<&String> = if models.iter().any(alone) {
        models.into_iter().filter(alone).collect()
    } else {
        models
    };
    let only = |end: &str| {
        let ends = |name: &str| formats::ending_of(name).is_some_and(|(e, _)| e == end);
        let mut fits = models.iter().copied().filter(|name| ends(name));
        fits.next().filter(|_| fits.next().is_none())
    };
    let found = formats::endings().find_map(|(end, format)| Some((only(end)?, format.flavor)));
    let (path, flavor) = match (found, models.as_slice()) {
        (Some((name, flavor)), _) => (inside(name)?, flavor),
        (None, [only]) => (inside(only)?, ""),
        (None, _) if models.iter().any(|n| *n == formats::WITHOUT_ENDING) => {
            (formats::WITHOUT_ENDING, "xgboost")
        }
        (None, _) => ("model.onnx", "onnx"),
    };
    Ok(DataFile {
        flavor: flavor.into(),
        version: None,
        class: None,
        path: path.into(),
    })
}
