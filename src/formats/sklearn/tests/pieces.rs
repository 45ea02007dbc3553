//! Files that are not in memory as a whole.

use std::{cell::RefCell, fs, io, io::Read};

use super::{folder, names, recorded};
use crate::formats::{FormatError, ModelFile, Parsed, Rest};

/// A file that comes a few bytes at a time, `1..=most` of them in turn.
struct Dribble<'a> {
    bytes: &'a [u8],
    most: usize,
    next: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.next = self.next % self.most + 1;
        let wanted = into.len().min(self.next);
        self.bytes.read(&mut into[..wanted])
    }
}

/// Reads a file of which `start` bytes are in memory.
fn read_in_pieces(bytes: &[u8], start: usize, most: usize) -> Result<Parsed, FormatError> {
    let (start, bytes) = bytes.split_at(start.min(bytes.len()));
    let len = bytes.len();
    let next = 0;
    let rest = RefCell::new(Dribble { bytes, most, next });
    super::super::read(&ModelFile {
        rest: Some(Rest::new(&rest, len)),
        ..ModelFile::new(start)
    })
}

/// Holds the model of a file against that of its pieces.
fn is_the_same(bytes: &[u8], start: usize, most: usize, name: &str) {
    let whole = super::read(bytes, None).unwrap();
    let pieces = read_in_pieces(bytes, start, most).unwrap();
    assert_eq!(
        format!("{:?}", pieces.ir),
        format!("{:?}", whole.ir),
        "{name}"
    );
}

#[test]
fn a_pickle_is_the_same_model_in_pieces_of_any_size() {
    for (i, name) in names().iter().enumerate() {
        for (kind, bytes) in recorded(name).files {
            if !bytes.starts_with(b"PK") {
                let name = format!("{name} {kind}");
                is_the_same(&bytes, 8 + i % 90, 1 + i * 37 % 300, &name);
            }
        }
    }
}

#[test]
fn a_compressed_dump_is_the_same_model_in_pieces_of_any_size() {
    for method in ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"] {
        let bytes = fs::read(folder().join(format!("compressed/tree.joblib.{method}"))).unwrap();
        is_the_same(&bytes, 64, 5, method);
    }
}

#[test]
fn a_file_that_ends_before_its_length_is_refused() {
    let recorded = recorded("1.9.1-decision_tree_classifier_int32_labels.gz");
    for (kind, bytes) in recorded.files {
        if bytes.starts_with(b"PK") {
            continue;
        }
        let (start, rest) = bytes.split_at(64);
        let rest = RefCell::new(&rest[..rest.len() - 100]);
        let refused = super::super::read(&ModelFile {
            rest: Some(Rest::new(&rest, bytes.len() - 64)),
            ..ModelFile::new(start)
        });
        let text = refused.unwrap_err().to_string();
        let expected = match kind.as_str() {
            "joblib-zlib" => "the compressed pickle is damaged",
            _ => "the pickle ends early",
        };
        assert!(text.contains(expected), "{kind}: {text}");
    }
}
