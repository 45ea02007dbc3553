//! Preprocessing: what happens to the columns of a row before an estimator sees them.

mod steps;

pub(super) use steps::{Steps, elementwise};
