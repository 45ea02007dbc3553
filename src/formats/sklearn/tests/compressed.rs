//! Dumps in every compression that joblib offers.

use std::fs;

use super::{folder, read};

/// The endings that `compressed.py` has written.
const METHODS: [&str; 6] = ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"];

fn dump(method: &str) -> Vec<u8> {
    fs::read(folder().join(format!("compressed/tree.joblib.{method}"))).unwrap()
}

#[test]
fn a_dump_is_the_same_model_in_every_compression() {
    let plain = fs::read(folder().join("compressed/tree.joblib")).unwrap();
    let plain = read(&plain, None).unwrap().ir.into_forest().forest;
    for method in METHODS {
        let forest = read(&dump(method), None).unwrap().ir.into_forest().forest;
        assert_eq!(forest.trees, plain.trees, "{method}");
        assert_eq!(forest.leaves, plain.leaves, "{method}");
    }
}

#[test]
fn a_compressed_dump_that_ends_early_or_is_damaged_does_no_harm() {
    for method in METHODS {
        let bytes = dump(method);
        for end in (0..bytes.len() - 30).step_by(3) {
            assert!(read(&bytes[..end], None).is_err(), "{method} cut at {end}");
        }
        for at in (0..bytes.len()).step_by(3) {
            for bits in [0x01, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= bits;
                // Whatever it is now, it is no panic, and takes no memory to speak of.
                drop(read(&bytes, None));
            }
        }
    }
}

#[test]
fn a_dictionary_larger_than_any_preset_has_is_refused() {
    let mut bytes = dump("lzma");
    bytes[1..5].copy_from_slice(&[0, 0, 0xff, 0xff]);
    let error = read(&bytes, None).err().unwrap().to_string();
    assert!(
        error.contains("the compressed pickle is damaged"),
        "{error}"
    );
}
