//! The MLflow Model directory: the only room that knows `MLmodel`, YAML and the names of the files.

pub mod example;
mod files;
pub mod mlmodel;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use files::Files;
pub use read::{Loaded, RECORDED, Recorded, is_model_file, read};
pub use write::package;
