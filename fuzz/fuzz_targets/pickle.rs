//! Pickles and joblib dumps.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(ml_serving::formats::sklearn::read(bytes, false).map(|parsed| parsed.source));
});
