//! XGBoost's JSON: no panic, and what is read is a model or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::xgboost;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::check(&xgboost::FORMAT, bytes, None);
});
