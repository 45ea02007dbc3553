//! Estimators: what turns prepared numbers into raw scores.

mod forest;
mod scorer;

pub(super) use forest::Buffers;
pub use forest::Size;
pub(super) use scorer::Scorer;
