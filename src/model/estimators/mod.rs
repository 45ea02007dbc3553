//! Estimators: what turns prepared numbers into raw scores.

pub(super) mod forest;
