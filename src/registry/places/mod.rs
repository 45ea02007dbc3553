//! The kinds of places that packages come from.

pub(super) mod artifact_store;
pub(super) mod bucket;
pub(super) mod builtin;
pub(super) mod content;
pub(super) mod disk;
mod listing;
pub(super) mod lists;
pub(super) mod mlflow;
pub(super) mod names;
pub(super) mod oci;
pub(super) mod proxy;
pub(super) mod remote_file;
pub(super) mod sending;
mod server_info;
mod signed;
mod signed_upload;
mod store;
mod tree;
pub(super) mod web;
