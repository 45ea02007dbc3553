//! The rule for which file names from outside (from a listing, an archive or an `MLmodel`) may become paths.

use crate::formats::FormatError;

/// More files than any package has.
pub const MAX_FILES: usize = 10_000;

/// More directories within each other than any package has.
pub const MAX_LEVELS: usize = 16;

/// The longest name that common file systems take.
const MAX_NAME_BYTES: usize = 255;

/// A name that leads out of the package, or that file systems may interpret differently.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file name `{}` does not lie in the package", .0.escape_debug())]
pub struct OutsidePackage(pub String);

impl From<OutsidePackage> for FormatError {
    fn from(error: OutsidePackage) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// `path`, if it names a file below the package's directory: parts separated by `/`, relative, without `.` and `..`.
///
/// # Errors
/// [`OutsidePackage`] for any other name.
pub fn inside(path: &str) -> Result<&str, OutsidePackage> {
    let odd = |part: &str| matches!(part, "" | "." | "..") || part.len() > MAX_NAME_BYTES;
    if path.split('/').any(odd)
        || path.split('/').count() > MAX_LEVELS + 1
        || path.contains(['\\', ':'])
        || path.chars().any(char::is_control)
    {
        return Err(OutsidePackage(path.to_owned()));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_out_or_means_something_else_is_refused() {
        for path in ["model.onnx", "data/model.onnx", "my model.pkl", "é/ü.json"] {
            assert_eq!(inside(path), Ok(path));
        }
        let long = "x".repeat(MAX_NAME_BYTES + 1);
        let deep = vec!["a"; MAX_LEVELS + 2].join("/");
        for path in [
            "", "/etc/x", "../x", "a/../x", "./x", "a//b", "a/", "a\\b", "C:x", "a\0b", "a\nb",
            &long, &deep,
        ] {
            assert!(inside(path).is_err(), "{path:?}");
        }
    }
}
