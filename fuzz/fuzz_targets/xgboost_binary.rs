//! XGBoost's first format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::xgboost;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    // Without the mark that others do not have either, so that no time is spent on what is JSON.
    let file = [b"binf", bytes].concat();
    common::check(&xgboost::FORMAT, &file, None);
});
