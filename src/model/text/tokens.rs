//! A text to tokens, as graphs of ONNX cut it.
//!
//! Source: `StringNormalizer` and `Tokenizer` in onnxruntime's `core/providers/cpu/nn/string_normalizer.cc` and
//! `contrib_ops/cpu/tokenizer.cc`.

use super::Longest;
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// The time that one text may take. Finding a token takes no longer than the text is long, but finding all of them may.
const MAX_TIME: Duration = Duration::from_secs(1);
/// So many tokens are found between looks at the clock.
const LOOK: usize = 64;

/// How a text becomes tokens.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    pub normal: Normal,
    pub cut: Cut,
    /// How many characters a token has at least.
    pub least: usize,
}

/// What is done to a text first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Normal {
    pub lowercase: Lowercase,
    /// Whole texts of which nothing is left.
    pub dropped: Option<Arc<HashSet<Box<str>>>>,
    /// Whether these are sought in the text as it came.
    pub by_case: bool,
}

/// Which letters become small, one by one: no letter becomes two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lowercase {
    #[default]
    No,
    Ascii,
    Unicode,
}

/// Where a text is cut.
#[derive(Clone, Debug)]
pub enum Cut {
    /// Every character is a token.
    Characters,
    /// Tokens are what is found.
    Found(Longest),
    /// Tokens are what is between what the first finds, then between what the second finds in these, and so on.
    Between(Vec<Longest>),
}

impl Lowercase {
    /// The text in small letters.
    pub fn of(self, text: &str) -> String {
        match self {
            Self::No => text.to_owned(),
            Self::Ascii => text.to_ascii_lowercase(),
            _ if text.is_ascii() => text.to_ascii_lowercase(),
            // The first: of the letter with two, `İ`, it is the one that C libraries know.
            Self::Unicode => text
                .chars()
                .map(|c| c.to_lowercase().next().unwrap_or(c))
                .collect(),
        }
    }
}

/// Looks at the clock now and then.
struct Clock {
    begun: Instant,
    found: usize,
}

impl Clock {
    fn in_time(&mut self) -> bool {
        self.found += 1;
        !self.found.is_multiple_of(LOOK) || self.begun.elapsed() < MAX_TIME
    }
}

impl Tokenizer {
    /// Hands every token of a text to `each`, in their order; `false` if finding them took too long.
    pub(in crate::model) fn tokens(&self, text: &str, mut each: impl FnMut(&str)) -> bool {
        let lower = self.normal.lowercase.of(text);
        if let Some(dropped) = &self.normal.dropped {
            let sought = if self.normal.by_case { text } else { &lower };
            if dropped.contains(sought) {
                return true;
            }
        }
        let mut clock = Clock {
            begun: Instant::now(),
            found: 0,
        };
        match &self.cut {
            Cut::Characters => {
                let ends = |(start, c): (usize, char)| (start, start + c.len_utf8());
                lower
                    .char_indices()
                    .map(ends)
                    .for_each(|(start, end)| each(&lower[start..end]));
                true
            }
            Cut::Found(expression) => self.found(expression, &lower, &mut clock, each),
            Cut::Between(separators) => {
                let mut tokens = vec![lower.as_str()];
                for separator in separators {
                    let mut pieces = Vec::new();
                    for token in tokens {
                        if !self.between(separator, token, &mut clock, &mut pieces) {
                            return false;
                        }
                    }
                    tokens = pieces;
                }
                tokens.into_iter().for_each(each);
                true
            }
        }
    }

    fn found(
        &self,
        expression: &Longest,
        text: &str,
        clock: &mut Clock,
        mut each: impl FnMut(&str),
    ) -> bool {
        let mut from = 0;
        while from <= text.len()
            && let Some((start, end)) = expression.find(text, from)
        {
            let token = &text[start..end];
            from = if self.is_long(token) {
                each(token);
                end
            } else {
                // One that is too short is sought again one letter behind its start.
                next_letter(text, start)
            };
            if !clock.in_time() {
                return false;
            }
        }
        true
    }

    fn between<'t>(
        &self,
        separator: &Longest,
        text: &'t str,
        clock: &mut Clock,
        pieces: &mut Vec<&'t str>,
    ) -> bool {
        let mut from = 0;
        while from <= text.len() {
            let found = separator.find(text, from);
            let (start, end) = found.unwrap_or((text.len(), text.len() + 1));
            let piece = &text[from..start];
            if self.is_long(piece) {
                pieces.push(piece);
            }
            from = if end > start {
                end
            } else {
                next_letter(text, start)
            };
            if !clock.in_time() {
                return false;
            }
        }
        true
    }

    fn is_long(&self, token: &str) -> bool {
        token.len() >= self.least && token.chars().nth(self.least.saturating_sub(1)).is_some()
    }
}

/// One letter behind a place.
fn next_letter(text: &str, place: usize) -> usize {
    place + text[place..].chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(cut: Cut, least: usize, text: &str) -> Vec<String> {
        let tokenizer = Tokenizer {
            normal: Normal::default(),
            cut,
            least,
        };
        let mut tokens = Vec::new();
        tokenizer.tokens(text, |token| tokens.push(token.to_owned()));
        tokens
    }

    fn found(pattern: &str) -> Cut {
        Cut::Found(Longest::new(pattern).unwrap())
    }

    fn between(patterns: &[&str]) -> Cut {
        Cut::Between(patterns.iter().map(|p| Longest::new(p).unwrap()).collect())
    }

    /// What onnxruntime 1.15 and 1.32 answer.
    #[test]
    fn tokens_are_found_or_lie_between_what_is_found() {
        assert_eq!(tokens(Cut::Characters, 1, "aé\n"), ["a", "é", "\n"]);
        assert_eq!(
            tokens(found("[a-zé]+"), 2, "a bb ccc éé"),
            ["bb", "ccc", "éé"]
        );
        assert_eq!(tokens(found("a|bc"), 2, "a abc"), ["bc"]);
        assert_eq!(tokens(found("b*"), 1, "a abc"), ["b"]);
        let separators = [" ", "[.]", ","];
        assert_eq!(
            tokens(between(&separators), 1, "a b,c.d  e-f"),
            ["a", "b", "c", "d", "e-f"]
        );
        assert_eq!(
            tokens(between(&separators), 2, "a bb,c.dd  e-f"),
            ["bb", "dd", "e-f"]
        );
        assert_eq!(tokens(between(&separators), 1, ", "), [""; 0]);
    }

    #[test]
    fn letters_become_small_one_by_one() {
        assert_eq!(Lowercase::Unicode.of("ÄΑΣ İẞ"), "äας iß".replace('ς', "σ"));
        assert_eq!(Lowercase::Ascii.of("ÄB"), "Äb");
        assert_eq!(Lowercase::No.of("ÄB"), "ÄB");
    }

    #[test]
    fn of_a_text_that_is_a_stop_word_nothing_is_left() {
        let mut tokenizer = Tokenizer {
            normal: Normal {
                lowercase: Lowercase::Unicode,
                dropped: Some(Arc::new(HashSet::from([Box::from("the")]))),
                by_case: true,
            },
            cut: Cut::Characters,
            least: 1,
        };
        let count = |tokenizer: &Tokenizer, text| {
            let mut count = 0;
            tokenizer.tokens(text, |_| count += 1);
            count
        };
        assert_eq!(["the", "The"].map(|text| count(&tokenizer, text)), [0, 3]);
        tokenizer.normal.by_case = false;
        assert_eq!(["the", "The"].map(|text| count(&tokenizer, text)), [0, 0]);
    }
}
