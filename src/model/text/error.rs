//! Why a pattern is not run.

/// Why a pattern is not one that this server runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub(super) String);
