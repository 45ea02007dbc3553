//! The `OpenAPI` document, the operations it describes, and the page that shows it.

mod describe;
mod document;
mod examples;
pub(super) mod operations;
pub(super) mod page;
mod paths;
mod responses;
mod schemas;
mod text;
mod typed;

pub use document::document;
