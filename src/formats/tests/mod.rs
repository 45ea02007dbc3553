//! Models of several formats, held against the libraries that fitted them.

pub(crate) mod boosters;
mod infinite;
mod table;
pub(in crate::formats) mod ulps;
