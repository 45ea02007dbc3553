//! ONNX graphs.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(ml_serving::formats::onnx::read(bytes).map(|parsed| parsed.source));
});
