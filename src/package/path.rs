//! The rule for which file names from outside (from a listing, an archive or an `MLmodel`) may become paths.

use std::borrow::Cow;

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
    // `C:x` is a path on another drive to Windows.
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if drive
        || path.split('/').any(odd)
        || path.split('/').count() > MAX_LEVELS + 1
        || path.contains('\\')
        || path.chars().any(char::is_control)
    {
        return Err(OutsidePackage(path.to_owned()));
    }
    Ok(path)
}

/// `path` as people and tools write it, in the form that [`inside`] takes: `./model.pkl` is `model.pkl`, and `data\\model.pkl` of Windows
/// is `data/model.pkl`. What leads out still does.
pub fn tidy(path: &str) -> Cow<'_, str> {
    let plain = |part: &str| !matches!(part, "" | ".");
    if !path.contains('\\') && path.split('/').all(plain) {
        return Cow::Borrowed(path);
    }
    let parts = path.split(['/', '\\']).enumerate();
    let kept: Vec<&str> = parts
        .filter(|(i, part)| plain(part) || (*i == 0 && part.is_empty()))
        .map(|(_, part)| part)
        .collect();
    Cow::Owned(kept.join("/"))
}

/// Whether a file or directory of this name is put beside the files of others by a system, and belongs to no package: `._model.pkl` and
/// `.DS_Store` of macOS, `lost+found` of a volume.
pub fn is_stray(name: &str) -> bool {
    const NAMES: [&str; 5] = [
        "__MACOSX",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "lost+found",
    ];
    NAMES.contains(&name) || name.starts_with("._")
}

/// [`is_stray`], and what a mounted `ConfigMap` or `Secret` has at its top: `..data`, where its files lie a second time.
pub fn is_stray_at_top(name: &str) -> bool {
    is_stray(name) || name.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_out_or_means_something_else_is_refused() {
        for path in [
            "model.onnx",
            "data/model.onnx",
            "my model.pkl",
            "é/ü.json",
            "12:30",
            "logs/a:b",
        ] {
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

    #[test]
    fn a_path_is_written_in_more_than_one_way() {
        for (path, tidied) in [
            ("model.pkl", "model.pkl"),
            ("./model.pkl", "model.pkl"),
            ("././data//./model.pkl", "data/model.pkl"),
            ("data/", "data"),
            (r".\data\model.pkl", "data/model.pkl"),
        ] {
            assert_eq!(tidy(path), tidied);
        }
        for path in ["/etc/x", r"\etc\x", "./../x", r"a\..\x", r"C:\x", ".", ""] {
            assert!(inside(&tidy(path)).is_err(), "{path:?}: {}", tidy(path));
        }
    }

    #[test]
    fn what_a_system_leaves_beside_files_is_stray() {
        for name in ["._model.pkl", ".DS_Store", "lost+found"] {
            assert!(is_stray(name), "{name}");
        }
        assert!(is_stray_at_top("..data"));
        for name in ["model.pkl", ".hidden", "code", "_model.pkl"] {
            assert!(!is_stray(name), "{name}");
        }
    }
}
