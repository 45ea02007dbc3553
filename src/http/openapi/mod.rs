//! The `OpenAPI` document and the operations it describes.

mod document;
mod operations;

pub use document::document;
pub(super) use document::page;
