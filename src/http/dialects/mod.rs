//! Wire formats: how bytes become a batch, and how scores become bytes.

pub(super) mod native;
