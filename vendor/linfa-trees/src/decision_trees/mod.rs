mod algorithm;
mod fit;
mod hyperparams;
mod iter;
mod regression;
mod tikz;

pub use algorithm::*;
pub use fit::{NumberedClasses, RankedColumns};
pub use hyperparams::*;
pub use iter::*;
pub use regression::*;
pub use tikz::*;
