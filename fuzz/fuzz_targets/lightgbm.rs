//! LightGBM's text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::lightgbm;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(&lightgbm::FORMAT, bytes, None);
});
