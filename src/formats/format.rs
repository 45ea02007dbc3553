//! What a format is: its names, how its bytes are recognised, and the reader. One signature for all of them.

use std::{
    cell::RefCell,
    fmt,
    io::{self, Read},
};

use super::{AnswersBy, Before, FormatError, without_bom};
use crate::{input::Schema, model::ModelIr};

/// Rows wider than this are refused: such a claim costs a file eight bytes, and us a signature.
pub(crate) const MAX_FEATURES: usize = 65_536;

/// A kind of model file. Each is one entry of [`super::FORMATS`].
#[derive(Debug)]
pub struct Format {
    /// The name of its flavor in an `MLmodel`.
    pub flavor: &'static str,
    /// Ends of file names that no other kind of file has, in lower case and without the dot.
    pub endings: &'static [&'static str],
    /// Ends of file names that files of other kinds have too. They count where no file has one of the others.
    pub common_endings: &'static [&'static str],
    /// Whether these bytes begin as such a file does. The reader may still refuse them.
    pub recognises: fn(&[u8]) -> bool,
    /// Whether a file that begins like this may be given as its first bytes and a [`Rest`], so that it is never in memory as a whole.
    pub streams: fn(&[u8]) -> bool,
    /// Reads a file into an unchecked model.
    pub read: fn(&ModelFile<'_>) -> Result<Parsed, FormatError>,
    /// The same for a model that reads what other files make of the columns.
    pub(crate) behind: fn(&ModelFile<'_>, &dyn Before) -> Result<Parsed, FormatError>,
}

/// A data file, and what its package knows about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelFile<'a> {
    /// All its bytes, or the first of them where there is a rest.
    pub bytes: &'a [u8],
    /// The bytes behind those. Only formats that [stream](Format::streams) get such files.
    pub rest: Option<Rest<'a>>,
    /// The Python class that the package names, as in `xgboost.sklearn.XGBClassifier`.
    pub class: Option<&'a str>,
    /// What the package says of the columns.
    pub columns: Option<&'a Schema>,
}

impl<'a> ModelFile<'a> {
    /// A file of which nothing else is known.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() + self.rest.map_or(0, |rest| rest.len)
    }

    /// The same file without a byte order mark before it.
    pub(super) fn without_bom(self) -> Self {
        Self {
            bytes: without_bom(self.bytes),
            ..self
        }
    }
}

/// The bytes of a file that are not in memory yet. They can be read once.
#[derive(Clone, Copy)]
pub struct Rest<'a> {
    bytes: &'a dyn Bytes,
    len: usize,
}

/// What can be read though it is shared.
trait Bytes {
    fn read(&self, into: &mut [u8]) -> io::Result<usize>;
}

impl<R: Read> Bytes for RefCell<R> {
    fn read(&self, into: &mut [u8]) -> io::Result<usize> {
        self.borrow_mut().read(into)
    }
}

impl<'a> Rest<'a> {
    /// What `bytes` gives, `len` bytes if the file is as long as it seems.
    pub fn new(bytes: &'a RefCell<impl Read>, len: usize) -> Self {
        Self { bytes, len }
    }
}

impl Read for Rest<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(into)
    }
}

impl fmt::Debug for Rest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes more", self.len)
    }
}

/// How a model finds its columns in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnsBy {
    /// Where the file names them: a table may have them in any order.
    Name,
    /// Names in the file are labels only: LightGBM takes the first column for its first feature, whatever it is called.
    Place,
}

/// A data file that was read.
#[derive(Debug)]
pub struct Parsed<M = ModelIr> {
    /// The model, unchecked.
    pub ir: M,
    /// The version of the library that wrote the file, where the file says so.
    pub version: Option<String>,
    /// What the file says it is made of, from input to output: scalers and estimator by class. For people to read.
    pub parts: Vec<String>,
    pub columns: ColumnsBy,
    /// What was taken for what where the reader had to choose. For people to read.
    pub notes: Vec<String>,
    /// What the Python library answers with this file.
    pub answers: AnswersBy,
}

impl<M> Parsed<M> {
    /// The same with another form of the model, if it has one.
    pub(crate) fn try_map<N>(
        self,
        into: impl FnOnce(M) -> Result<N, FormatError>,
    ) -> Result<Parsed<N>, FormatError> {
        Ok(Parsed {
            ir: into(self.ir)?,
            version: self.version,
            parts: self.parts,
            columns: self.columns,
            notes: self.notes,
            answers: self.answers,
        })
    }

    /// The same with another form of the model.
    pub(crate) fn map<N>(self, into: impl FnOnce(M) -> N) -> Parsed<N> {
        Parsed {
            ir: into(self.ir),
            version: self.version,
            parts: self.parts,
            columns: self.columns,
            notes: self.notes,
            answers: self.answers,
        }
    }
}
