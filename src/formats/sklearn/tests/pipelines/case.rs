//! The files of recorded cases.

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value as Json;
use std::{collections::HashMap, fs, io::Read as _, path::PathBuf};

#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) sklearn: String,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) rows: usize,
    pub(super) names: Option<Vec<String>>,
    /// The words that codes stand for where the file does not say it: XGBoost keeps them since 3.1.
    #[serde(default)]
    pub(super) categories: HashMap<String, Vec<Json>>,
    /// The types of the columns in the signature, where the case has one.
    #[serde(default)]
    pub(super) told: HashMap<String, String>,
    /// Rows with a category that the fit did not see, which XGBoost refuses.
    #[serde(default)]
    pub(super) unknown: Vec<usize>,
    pub(super) exact: String,
    pub(super) task: String,
    pub(super) labels: Option<Vec<Json>>,
    pub(super) targets: usize,
    pub(super) proba: bool,
    pub(super) scores: Option<String>,
    pub(super) width: usize,
    pub(super) half: bool,
    pub(super) refused: Vec<(usize, String, String)>,
    pub(super) files: Vec<(String, usize)>,
}

pub(super) struct Case {
    pub(super) header: Header,
    /// The place of the label, column by column where there are several targets; empty for a regressor.
    pub(super) classes: Vec<u16>,
    /// Of a regressor, column by column.
    pub(super) numbers: Vec<f64>,
    /// Column by column.
    pub(super) scores: Vec<f64>,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

#[derive(Deserialize)]
pub(super) struct Table {
    pub(super) columns: Option<Vec<String>>,
    pub(super) rows: Vec<Vec<Json>>,
}

pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/pipelines")
}

pub(super) fn unzipped(name: &str) -> Vec<u8> {
    let file = fs::File::open(folder().join(name)).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

pub(super) fn table(name: &str) -> Table {
    serde_json::from_slice(&unzipped(&format!("rows-{name}.json.gz"))).unwrap()
}

pub(super) fn case(name: &str) -> Case {
    let bytes = unzipped(name);
    let line = bytes.iter().position(|b| *b == b'\n').unwrap();
    let header: Header = serde_json::from_slice(&bytes[..line]).unwrap();
    let mut rest = &bytes[line + 1..];
    let mut take = |len: usize| {
        let (taken, left) = rest.split_at(len);
        rest = left;
        taken
    };
    let doubles = |bytes: &[u8]| -> Vec<f64> {
        let (numbers, _) = bytes.as_chunks::<8>();
        numbers.iter().map(|b| f64::from_le_bytes(*b)).collect()
    };
    let (mut classes, mut numbers) = (Vec::new(), Vec::new());
    if header.task == "regressor" {
        numbers = doubles(take(header.rows * header.targets * 8));
    } else {
        let (places, _) = take(header.rows * header.targets * 2).as_chunks::<2>();
        classes = places.iter().map(|b| u16::from_le_bytes(*b)).collect();
    }
    let columns = match (&header.scores, header.half) {
        (None, _) => 0,
        (_, true) => 1,
        _ => header.width,
    };
    let scores = doubles(take(header.rows * columns * 8));
    let files = header.files.iter();
    let files = files.map(|(kind, len)| (kind.clone(), take(*len).to_vec()));
    let files = files.collect();
    assert!(rest.is_empty(), "{name}");
    Case {
        header,
        classes,
        numbers,
        scores,
        files,
    }
}
