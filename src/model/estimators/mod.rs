//! Estimators: what turns prepared numbers into raw scores.

pub(super) mod forest;
mod scorer;

pub use forest::Size;
pub(super) use scorer::Scorer;
