//! Large files, read alone and with a thread ahead.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::*;
use crate::{
    formats::{FormatError, corrupt, sklearn::tests::serialized},
    package::{self, Package},
};

/// A `model.pkl` and nothing else, as a disk or a cache has it.
#[derive(Default)]
struct Store {
    /// What is there whenever it is opened, the last one from then on.
    bytes: Vec<Vec<u8>>,
    opened: AtomicUsize,
    /// After so many bytes the disk gives no more.
    fails_at: Option<usize>,
    verified: Option<String>,
}

impl Files for Store {
    fn read(&self, _: &str) -> io::Result<Cow<'_, [u8]>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn open(&self, path: &str) -> io::Result<Option<Opened<'_>>> {
        if path != "model.pkl" {
            return Ok(None);
        }
        let at = self.opened.fetch_add(1, Relaxed).min(self.bytes.len() - 1);
        let bytes = self.bytes[at].as_slice();
        Ok(Some(Opened {
            len: bytes.len(),
            bytes: match self.fails_at {
                Some(at) => Box::new(bytes[..at].chain(Broken)),
                None => Box::new(bytes),
            },
            sha256: self.verified.clone(),
        }))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(vec!["model.pkl".to_owned()])
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is broken"))
    }
}

/// A model, and two megabytes behind it that no pickle reads.
fn large() -> Vec<u8> {
    let mut bytes = serialized("1.9.1-random_forest_classifier.gz", "pickle5");
    bytes.resize(bytes.len() + (2 << 20), b'.');
    bytes
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn store() -> Store {
    Store {
        bytes: vec![large()],
        ..Store::default()
    }
}

fn streamed(store: &Store) -> Streamed<'_> {
    match Data::open(store, "model.pkl", |_| true).unwrap() {
        Data::Streamed(streamed) => streamed,
        Data::Whole(_) => panic!("it is in memory"),
    }
}

type Parsed = io::Result<Result<(String, usize), FormatError>>;

/// The same both ways.
fn both_ways(
    store: &Store,
    parse: impl Fn(&[u8], Rest<'_>) -> Result<usize, FormatError>,
) -> [Parsed; 2] {
    [
        streamed(store).read_alone(&parse),
        streamed(store).read_ahead(&parse),
    ]
}

fn count(start: &[u8], mut rest: Rest<'_>) -> usize {
    let mut bytes = start.to_vec();
    rest.read_to_end(&mut bytes).unwrap();
    bytes.len()
}

#[test]
fn the_digest_is_that_of_the_bytes_that_were_parsed() {
    for read in both_ways(&store(), |start, rest| Ok(count(start, rest))) {
        let (hex, bytes) = read.unwrap().unwrap();
        assert_eq!((hex, bytes), (sha256(&large()), large().len()));
    }
}

#[test]
fn what_the_reader_leaves_counts_too() {
    for read in both_ways(&store(), |start, _| Ok(start.len())) {
        assert_eq!(read.unwrap().unwrap().0, sha256(&large()));
    }
}

#[test]
fn a_refusal_does_not_wait_for_the_rest() {
    for read in both_ways(&store(), |_, _| Err(corrupt!("no model"))) {
        assert_eq!(read.unwrap().unwrap_err().to_string(), "no model");
    }
}

#[test]
fn a_disk_that_fails_is_the_cause_and_not_what_a_reader_makes_of_it() {
    let store = Store {
        fails_at: Some(1 << 20),
        ..store()
    };
    for read in both_ways(&store, |start, rest| {
        _ = count(start, rest);
        Err(corrupt!("the pickle ends early"))
    }) {
        assert_eq!(read.unwrap_err().to_string(), "the disk is broken");
    }
}

#[test]
fn other_bytes_than_those_that_were_verified_are_no_model() {
    for (wanted, is_refused) in [(sha256(&large()), false), (sha256(b""), true)] {
        let store = Store {
            verified: Some(wanted),
            ..store()
        };
        for read in both_ways(&store, |start, rest| Ok(count(start, rest))) {
            assert_eq!(read.is_err(), is_refused);
        }
        let whole = Data::open(&store, "model.pkl", |_| false);
        assert_eq!(whole.is_err(), is_refused);
    }
}

/// Opens the package of a store; the digest is computed first where it is `pinned`.
fn load(store: &Store, pinned: bool) -> Result<(Package, usize), FormatError> {
    let (mut package, data) = package::open(store, true, "")?;
    assert!(matches!(data, Data::Streamed(_)));
    if pinned {
        package.know_digest(store, &data)?;
    }
    let parsed = package.model(store, data)?;
    let trees = parsed.ir.into_forest().forest.trees.len();
    Ok((package, trees))
}

#[test]
fn a_large_pickle_is_a_model_with_the_digest_of_its_file() {
    for pinned in [false, true] {
        let (package, trees) = load(&store(), pinned).unwrap();
        let digest = format!("sha256:{}", sha256(&large()));
        assert_eq!((package.digest, trees > 1), (digest, true));
    }
}

#[test]
fn a_file_that_is_another_one_than_the_digest_was_computed_of_is_refused() {
    let mut other = large();
    *other.last_mut().unwrap() = b'!';
    let store = Store {
        bytes: vec![large(), other],
        ..Store::default()
    };
    let error = load(&store, true).unwrap_err().to_string();
    assert_eq!(error, "`model.pkl` changed while it was read");
}

#[test]
fn a_large_file_that_is_read_as_a_whole_is_whole() {
    let store = store();
    let (package, bytes) = package::read(&store, true, "").unwrap();
    assert_eq!(bytes, large());
    assert_eq!(package.digest, format!("sha256:{}", sha256(&large())));
}

#[test]
fn a_broken_disk_is_told_with_the_file() {
    let store = Store {
        fails_at: Some(200 << 10),
        ..store()
    };
    let error = load(&store, false).unwrap_err().to_string();
    assert_eq!(error, "`model.pkl` cannot be read: the disk is broken");
}
