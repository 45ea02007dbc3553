//! Reads and writes YAML. No other file names the crate `yaml_serde`, the YAML organization's continuation of `serde_yaml`. It limits how
//! far aliases expand.

use crate::formats::without_bom;
use serde::{Serialize, de::DeserializeOwned};

pub use yaml_serde::{Error, Mapping, Value};

/// # Errors
/// When `bytes` are not YAML of the shape that `T` asks for.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    yaml_serde::from_slice(without_bom(bytes))
}

/// A part of a document as a `T`.
///
/// # Errors
/// When it does not have that shape.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(value)
}

/// # Errors
/// When `value` holds what YAML cannot say.
pub fn write(value: &impl Serialize) -> Result<String, Error> {
    yaml_serde::to_string(value)
}

/// # Errors
/// When `value` holds what YAML cannot say.
pub fn write_value(value: &impl Serialize) -> Result<Value, Error> {
    yaml_serde::to_value(value)
}
