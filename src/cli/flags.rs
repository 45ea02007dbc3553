//! Reads the values of flags, and holds the texts that several commands share.

use std::str::FromStr;

/// The forms of a model's URI, for the help.
pub(super) const MODEL: &str = "The model: builtin:iris, a path, models:/NAME/VERSION, models:/NAME@ALIAS, runs:/ID/PATH, https://, s3://, oci:// and so on";

/// Reads a value by its type. The error says what the flag takes: `it takes a number from 0 to 65535`.
pub(super) fn takes<T: FromStr>(
    what: impl Into<String>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    let what = what.into();
    move |text| text.trim().parse().map_err(|_| format!("it takes {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_by_its_type() {
        let port = takes::<u16>("a number from 0 to 65535");
        assert_eq!(port("8000"), Ok(8000));
        for wrong in ["many", "70000", "-1", ""] {
            assert_eq!(
                port(wrong),
                Err("it takes a number from 0 to 65535".to_owned())
            );
        }
    }
}
