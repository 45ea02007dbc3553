//! JSON, as every dialect that speaks it reads rows: values go into the matrix at once.

pub(super) mod seeds;
