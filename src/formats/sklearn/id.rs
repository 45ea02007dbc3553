//! The number of a node in the arena of a file.

/// Numbers nodes from 0; only the arena makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(pub(super) u32);
