//! The Open Inference Protocol in the document: its shapes, and the terms of the model in them.

pub(super) mod responses;
pub(super) mod schemas;
mod show;

pub(super) use show::show;
