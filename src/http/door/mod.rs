//! What the door does to every request, one concern in a file. `app` has the order.

pub(super) mod auth;
pub(super) mod coding;
pub(super) mod cors;
pub(super) mod entrance;
pub(super) mod fresh;
mod keys;
pub(super) mod malformed;
pub(super) mod noted;
pub(super) mod prefix;
pub(super) mod trace;
