//! Pointers of Git LFS: a clone without the large files has a short text in the place of each one.

use crate::formats::FormatError;

/// The beginning of a pointer. Source: the specification of Git LFS, version 1.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1";

/// # Errors
/// `Missing` when `bytes`, the content of `path`, only point at the file.
pub(super) fn refuse_pointer(path: &str, bytes: &[u8]) -> Result<(), FormatError> {
    if bytes.starts_with(POINTER) {
        return Err(FormatError::Missing(format!(
            "`{path}` is a pointer of Git LFS, not the file itself; run `git lfs pull` in the clone that it comes from"
        )));
    }
    Ok(())
}
