//! Models of `tests/data/sklearn` against what scikit-learn answered, and files that mean harm.

mod compressed;
mod distrust;
mod many;
mod parity;
mod pieces;
mod pipelines;
mod refused;

use std::{fs, io::Read as _, path::PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::formats::{FormatError, ModelFile, Parsed};
use crate::input::Schema;

fn read(bytes: &[u8], columns: Option<&Schema>) -> Result<Parsed, FormatError> {
    super::read(&ModelFile {
        class: None,
        columns,
        ..ModelFile::new(bytes)
    })
}

/// The first line of a recorded model.
#[derive(Deserialize)]
struct Header {
    sklearn: String,
    name: String,
    rows: usize,
    features: usize,
    missing: bool,
    floats: bool,
    names: Option<Vec<String>>,
    classes: Option<Vec<serde_json::Value>>,
    width: usize,
    files: Vec<(String, usize)>,
}

/// What `tests/data/sklearn/make.py` recorded.
struct Recorded {
    header: Header,
    /// Row by row.
    rows: Vec<f64>,
    winners: Vec<u32>,
    /// Row by row.
    scores: Vec<f64>,
    /// The model by serialization.
    files: Vec<(String, Vec<u8>)>,
}

/// A recorded model in one of its serializations.
pub(crate) fn serialized(name: &str, kind: &str) -> Vec<u8> {
    let files = recorded(name).files;
    files.into_iter().find(|(k, _)| k == kind).unwrap().1
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/sklearn")
}

fn names() -> Vec<String> {
    let files = |below: &'static str| {
        let files = fs::read_dir(folder().join(below)).unwrap();
        files.map(move |f| below.to_owned() + f.unwrap().file_name().to_str().unwrap())
    };
    let mut names: Vec<String> = files("")
        .chain(files("skipped/"))
        .filter(|n| n.contains('-') && n.contains(".gz"))
        .collect();
    names.sort();
    names
}

fn recorded(name: &str) -> Recorded {
    let mut bytes = Vec::new();
    let file = fs::File::open(folder().join(name)).unwrap();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    let end = bytes.iter().position(|b| *b == b'\n').unwrap();
    let header: Header = serde_json::from_slice(&bytes[..end]).unwrap();
    let mut rest = &bytes[end + 1..];
    let mut take = |size: usize| {
        let (part, after) = rest.split_at(size);
        rest = after;
        part
    };
    let rows = by_row(take(header.rows * header.features * 8), header.rows);
    let classified = header.classes.as_ref().map_or(0, |_| header.rows);
    let (winners, _) = take(classified * 2).as_chunks::<2>();
    let winners = winners.iter().map(|b| u16::from_le_bytes(*b).into());
    let winners = winners.collect();
    let scores = by_row(take(header.rows * header.width * 8), header.rows);
    let files = header.files.iter();
    let files = files
        .map(|(kind, size)| (kind.clone(), take(*size).to_vec()))
        .collect();
    Recorded {
        header,
        rows,
        winners,
        scores,
        files,
    }
}

/// Numbers that were written column by column.
fn by_row(bytes: &[u8], rows: usize) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    let width = numbers.len() / rows;
    let at = |i: usize| numbers[i % width * rows + i / width];
    (0..numbers.len())
        .map(|i| f64::from_le_bytes(at(i)))
        .collect()
}
