//! Pointers of Git LFS: a clone without the large files has a short text in the place of each one.

use crate::formats::FormatError;

/// The beginning of a pointer. Source: the specification of Git LFS, version 1.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1";

/// What a file is called whose first bytes are those of a pointer.
pub fn pointer(path: &str, start: &[u8]) -> Option<String> {
    start.starts_with(POINTER).then(|| {
        format!(
            "`{path}` is a pointer of Git LFS, not the file itself; run `git lfs pull` in the clone that it comes from"
        )
    })
}

/// # Errors
/// `Missing` when `bytes`, the content of `path`, only point at the file.
pub(super) fn refuse_pointer(path: &str, bytes: &[u8]) -> Result<(), FormatError> {
    pointer(path, bytes).map_or(Ok(()), |text| Err(FormatError::Missing(text)))
}
