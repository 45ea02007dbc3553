//! XGBoost's UBJSON, behind the brace that every such file begins with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::xgboost;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    let file = [b"{L", bytes].concat();
    let class = Some("xgboost.sklearn.XGBClassifier");
    common::check(&xgboost::FORMAT, &file, class);
});
