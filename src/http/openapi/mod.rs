//! The `OpenAPI` document and the operations it describes.

mod document;
pub(super) mod operations;

pub use document::document;
