//! CatBoost's JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::catboost;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(&catboost::FORMAT, bytes, None);
});
