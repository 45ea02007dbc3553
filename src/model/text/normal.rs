//! Letters without their accents.
//!
//! Source: `strip_accents_ascii` and `strip_accents_unicode` in `sklearn/feature_extraction/text.py`.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::{CodePointMapData, props::CanonicalCombiningClass};

/// What becomes of accents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accents {
    /// They stay.
    #[default]
    Kept,
    /// Characters are taken apart, and only the ASCII of it stays.
    Ascii,
    /// Characters are taken apart, and all stays but the combining marks.
    Unicode,
}

impl Accents {
    /// Appends `text` to `into`.
    pub(super) fn append(self, text: &str, into: &mut String) {
        if self == Self::Kept || text.is_ascii() {
            return into.push_str(text);
        }
        let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text.chars());
        if self == Self::Ascii {
            return into.extend(apart.filter(char::is_ascii));
        }
        let classes = CodePointMapData::<CanonicalCombiningClass>::new();
        into.extend(apart.filter(|c| classes.get(*c) == CanonicalCombiningClass::NotReordered));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(accents: Accents, text: &str) -> String {
        let mut into = String::new();
        accents.append(text, &mut into);
        into
    }

    #[test]
    fn accents_go_as_asked() {
        let text = "Ærø, ﬁn, x², İzmir, Łódź, e\u{301}, 한, ½";
        assert_eq!(stripped(Accents::Kept, text), text);
        assert_eq!(
            stripped(Accents::Ascii, text),
            "r, fin, x2, Izmir, odz, e, , 12"
        );
        assert_eq!(
            stripped(Accents::Unicode, text),
            "Ærø, fin, x2, Izmir, Łodz, e, \u{1112}\u{1161}\u{11ab}, 1\u{2044}2"
        );
    }
}
