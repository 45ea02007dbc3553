//! Which words a pattern finds: the patterns that nearly all vectorizers have, and those that regular expressions of this server can say.

use super::characters::{is_space, is_word};

/// The pattern of a vectorizer that was given none.
const DEFAULT: &str = r"(?u)\b\w\w+\b";

/// What finds the words of a text, as `re.findall` of Python does.
#[derive(Clone, Debug)]
pub struct Pattern(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// Letters, numbers and underscores in a row, so many at least.
    Words(usize),
    /// What is between spaces.
    Split,
}

/// Why a pattern is not one that this server runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub(super) String);

impl Default for Pattern {
    fn default() -> Self {
        Self(Kind::Words(2))
    }
}

impl Pattern {
    /// A regular expression of Python's.
    ///
    /// # Errors
    /// When it is none, or asks for what would not run in a time that grows with the text alone.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let plain = pattern.strip_prefix("(?u)").unwrap_or(pattern);
        Ok(Self(match plain {
            _ if pattern == DEFAULT => Kind::Words(2),
            r"\b\w\w+\b" | r"\w\w+" => Kind::Words(2),
            r"\b\w+\b" | r"\w+" => Kind::Words(1),
            r"\b\w\w\w+\b" | r"\w\w\w+" => Kind::Words(3),
            r"\S+" => Kind::Split,
            _ => return Err(PatternError("is not known".to_owned())),
        }))
    }

    /// What `str.split` finds.
    pub fn split() -> Self {
        Self(Kind::Split)
    }

    /// Hands every word to `each`, in their order.
    pub(super) fn words(&self, text: &str, mut each: impl FnMut(&str)) {
        match &self.0 {
            Kind::Words(least) => in_a_row(text, *least, each),
            Kind::Split => text
                .split(is_space)
                .filter(|word| !word.is_empty())
                .for_each(&mut each),
        }
    }
}

fn in_a_row(text: &str, least: usize, mut each: impl FnMut(&str)) {
    for word in text.split(|c| !is_word(c)) {
        if word.len() >= least && (word.is_ascii() || word.chars().nth(least - 1).is_some()) {
            each(word);
        }
    }
}
