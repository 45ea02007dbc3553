//! XGBoost's JSON: no panic, and what is read is a model or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(ml_serving::formats::xgboost::read(bytes, None).map(|parsed| parsed.source));
});
