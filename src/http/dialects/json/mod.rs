//! JSON, as every dialect that speaks it reads rows: values into the matrix at once, and what a body is that is no JSON.

pub(super) mod seeds;
pub(super) mod syntax;
