//! What Python calls a letter, a digit and a space.
//!
//! Source: `str.isalnum`, `str.isdecimal` and `str.isspace`, which are what `\w`, `\d` and `\s` ask.

use icu_properties::{CodePointMapData, props::GeneralCategory};

/// Whether `\w` takes the character: a letter, a number or an underscore, and no combining mark.
#[inline]
pub(super) fn is_word(c: char) -> bool {
    use GeneralCategory::{
        LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter,
    };
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    c.is_numeric()
        || matches!(
            category(c),
            UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
        )
}

/// Whether `\d` takes the character.
pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && category(c) == GeneralCategory::DecimalNumber)
}

/// Whether `\s` takes the character, and `str.split` splits there.
#[inline]
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_numbers_and_spaces_are_those_of_python() {
        for c in ['a', '_', '7', 'ß', 'İ', '北', '²', '½', '٣', 'ʰ', 'Ⅷ', 'ª'] {
            assert!(is_word(c), "{c:?}");
        }
        // A mark, a joiner, a letter in a circle, a tie: letters of other libraries, and none of Python's.
        for c in ['\u{301}', '\u{200d}', 'Ⓐ', '\u{203f}', 'ि', '-', '€', '😀'] {
            assert!(!is_word(c), "{c:?}");
        }
        assert!(is_digit('٣') && !is_digit('²') && !is_digit('½'));
        assert!(is_space('\u{1c}') && is_space('\u{85}') && !is_space('\u{200b}'));
    }
}
