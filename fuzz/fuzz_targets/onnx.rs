//! ONNX graphs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::onnx;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(&onnx::FORMAT, bytes, None);
});
