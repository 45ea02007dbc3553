//! How much of the machine the process may use.

use std::thread::available_parallelism;

/// The cores that it may use, at least one: where a container has a CPU quota, as many as that.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}
