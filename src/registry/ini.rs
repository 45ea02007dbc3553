//! The files with sections that boto3 and MLflow keep credentials in. Python's `configparser` reads them there.

use super::{error::RegistryError, home};
use std::{collections::BTreeMap, path::Path};

/// Settings by section and key, both as they are written but for the case of keys.
pub(super) type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// The sections of a file, which a variable has named or not; none where there is no file.
///
/// # Errors
/// `Uri` for a file that cannot be read. It quotes nothing of it.
pub(super) fn read(path: &Path, is_named: bool) -> Result<Sections, RegistryError> {
    let wrong = |why: &str| RegistryError::Uri(format!("{} cannot be read: {why}", path.display()));
    let text = home::read(path, is_named).map_err(|error| wrong(&error.to_string()))?;
    let Some(text) = text else {
        return Ok(Sections::new());
    };
    parse(&text).map_err(|line| wrong(&format!("line {line} is neither [SECTION] nor KEY = VALUE")))
}

/// The error is the number of a line.
fn parse(text: &str) -> Result<Sections, usize> {
    let mut sections = Sections::new();
    let mut section = None;
    let mut above = String::new();
    for (i, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = content
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = Some(sections.entry(name.trim().to_owned()).or_default());
            above.clear();
            continue;
        }
        let settings = section.as_mut().ok_or(i + 1)?;
        let (key, value) = content.split_once(['=', ':']).ok_or(i + 1)?;
        let key = key.trim().to_ascii_lowercase();
        let is_nested = line.starts_with(char::is_whitespace) && !above.is_empty();
        let key = if is_nested {
            format!("{above}.{key}")
        } else {
            above.clone_from(&key);
            key
        };
        settings.insert(key, value.trim().to_owned());
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_is_a_file_has_no_settings() {
        let home = tempfile::NamedTempFile::new().expect("a file");
        let path = home.path().join(".aws/config");
        assert!(read(&path, false).expect("none").is_empty());
        assert!(read(&path, true).is_err());
    }

    #[test]
    fn sections_have_keys_and_keys_may_have_keys() {
        let text = "# a comment\n[default]\nregion = eu\naws_secret_access_key=a=b/c+\n\n[profile two]\ns3 =\n  addressing_style = path\n";
        let sections = parse(text).expect("read");
        assert_eq!(sections["default"]["region"], "eu");
        assert_eq!(sections["default"]["aws_secret_access_key"], "a=b/c+");
        assert_eq!(sections["profile two"]["s3.addressing_style"], "path");
        assert_eq!(parse("[a]\nsecret"), Err(2));
        assert_eq!(parse("a = b"), Err(1));
    }
}
