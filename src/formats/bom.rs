//! The byte order mark that editors and shells of Windows put before a text.

/// `bytes` without the mark. No binary format begins like it.
pub fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
