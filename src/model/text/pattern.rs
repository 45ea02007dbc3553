//! Which words a pattern finds: the patterns that nearly all vectorizers have, and those that regular expressions of this server can say.

use super::{
    PatternError,
    characters::{is_space, is_word},
    expression::{Expression, Mapped},
};

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
    Expression(Box<Expression>),
}

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
            _ => Kind::Expression(Box::new(Expression::new(pattern)?)),
        }))
    }

    /// What `str.split` finds.
    pub fn split() -> Self {
        Self(Kind::Split)
    }

    /// Hands every word to `each`, in their order; `false` if that took too long.
    pub(super) fn words(
        &self,
        text: &str,
        mapped: &mut Mapped,
        mut each: impl FnMut(&str),
    ) -> bool {
        match &self.0 {
            Kind::Words(least) => in_a_row(text, *least, each),
            Kind::Split => text
                .split(is_space)
                .filter(|word| !word.is_empty())
                .for_each(&mut each),
            Kind::Expression(expression) => return expression.words(text, mapped, each),
        }
        true
    }
}

fn in_a_row(text: &str, least: usize, mut each: impl FnMut(&str)) {
    for word in text.split(|c| !is_word(c)) {
        if word.len() >= least && (word.is_ascii() || word.chars().nth(least - 1).is_some()) {
            each(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::new(pattern).unwrap();
        let mut words = Vec::new();
        pattern.words(text, &mut Mapped::default(), |word| {
            words.push(word.to_owned());
        });
        words
    }

    #[test]
    fn the_usual_patterns_find_what_the_same_expressions_find() {
        let text = "été no\u{308}w x_1 ½ a, don't 北京 Ⓐb\u{1c}c\n";
        for (usual, other) in [
            (r"(?u)\b\w\w+\b", r"\b\w{2,}\b"),
            (r"\w+", r"\b(?:\w+)\b"),
            (r"\S+", r"[^\s]+"),
        ] {
            assert_eq!(words(usual, text), words(other, text), "{usual}");
        }
    }
}
