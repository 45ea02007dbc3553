//! The MLflow Model directory: the only room that knows `MLmodel`, YAML and the names of the files.

mod beside;
mod data;
mod digest;
pub mod example;
mod files;
pub mod install;
pub mod lfs;
pub mod mlmodel;
mod pack;
pub mod path;
mod read;
mod recorded;
mod registration;
mod signed;
#[cfg(test)]
mod tests;
mod write;
pub mod yaml;

pub use beside::{Companions, Threshold, forbidden_by};
pub use data::Data;
pub use files::{Files, Opened};
pub use pack::{Packed, Unpacked};
pub use read::{Package, is_model_file, is_streamed, model_stem, open, read};
pub use recorded::{RECORDED, Recorded};
pub use registration::{REGISTRATION, Registration};
pub use write::write;
