//! Places that packages come from.

pub(super) mod builtin;
pub(super) mod disk;
