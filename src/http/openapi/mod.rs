//! The `OpenAPI` document, the operations it describes, and the page that shows it.

mod answer;
mod describe;
mod document;
mod examples;
mod operations;
mod page;
mod paths;
mod responses;
mod schemas;
mod secured;
mod text;
mod typed;
mod v2;
mod wrapped;

pub use document::document;
pub(super) use document::document_at;
pub(super) use page::page;
pub(super) use secured::secure;
