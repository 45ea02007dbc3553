//! The kinds of places that packages come from.

pub(super) mod artifact_store;
pub(super) mod bucket;
pub(super) mod builtin;
pub(super) mod disk;
pub(super) mod mlflow;
pub(super) mod names;
pub(super) mod proxy;
pub(super) mod remote_file;
pub(super) mod web;
