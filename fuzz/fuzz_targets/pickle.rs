//! Pickles and joblib dumps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::sklearn;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(&sklearn::FORMAT, bytes, None);
});
