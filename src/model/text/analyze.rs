//! A text to its terms: preprocessing, units, and runs of neighbouring units.

use super::{Accents, Pattern, characters::is_space, expression::Mapped};
use std::{collections::HashSet, sync::Arc};

/// How a vectorizer makes terms of a text.
#[derive(Clone, Debug)]
pub struct Analyzer {
    pub lowercase: bool,
    pub accents: Accents,
    pub units: Units,
    /// How many units in a row are a term, at least and at most.
    pub runs: (usize, usize),
}

/// What a text is cut into.
#[derive(Clone, Debug)]
pub enum Units {
    Words {
        pattern: Pattern,
        /// Words that are left out before neighbours are sought.
        stop_words: Option<Arc<HashSet<Box<str>>>>,
    },
    /// What is between spaces, and nothing done to the text before.
    Split,
    Characters,
    /// Characters, but no run goes beyond a word and the spaces beside it.
    CharactersInWords,
}

/// Buffers that are kept from text to text.
#[derive(Debug, Default)]
pub(in crate::model) struct Buffers {
    prepared: String,
    /// The units, with a space between words.
    joined: String,
    /// Where each unit starts and ends.
    spans: Vec<(usize, usize)>,
    mapped: Mapped,
    /// The places of the terms of a text, each with what it counts.
    pub(in crate::model) found: Vec<(u32, f64)>,
}

/// Memory of a buffer that is kept: what a text of this length takes.
const MOST_KEPT: usize = 1 << 16;

impl Buffers {
    /// Gives memory back that only an unusually long text has needed.
    pub(in crate::model) fn trim(&mut self) {
        let kept = [
            self.spans.capacity(),
            self.prepared.capacity(),
            self.mapped.capacity(),
        ];
        if kept.into_iter().any(|kept| kept > MOST_KEPT) {
            *self = Self::default();
        }
    }
}

impl Analyzer {
    /// Hands every term of a text to `each`, in some order; `false` if finding them took too long.
    pub(in crate::model) fn terms(
        &self,
        text: &str,
        buffers: &mut Buffers,
        mut each: impl FnMut(&mut Vec<(u32, f64)>, &str),
    ) -> bool {
        let Buffers {
            prepared,
            joined,
            spans,
            mapped,
            found,
        } = buffers;
        found.clear();
        prepared.clear();
        joined.clear();
        spans.clear();
        self.prepare(text, prepared);
        let mut each = |term: &str| each(found, term);
        match &self.units {
            Units::Words {
                pattern,
                stop_words,
            } => {
                let stop_words = stop_words.as_deref();
                let in_time = pattern.words(prepared, mapped, |word| {
                    if stop_words.is_none_or(|words| !words.contains(word)) {
                        append(word, joined, spans);
                    }
                });
                runs(self.runs, joined, spans, &mut each);
                return in_time;
            }
            Units::Split => {
                words(prepared).for_each(|word| append(word, joined, spans));
                runs((1, 1), joined, spans, &mut each);
            }
            Units::Characters => {
                squeeze(prepared, joined);
                characters(joined, spans);
                runs(self.runs, joined, spans, &mut each);
            }
            Units::CharactersInWords => {
                for word in words(prepared) {
                    joined.clear();
                    joined.extend([" ", word, " "]);
                    spans.clear();
                    characters(joined, spans);
                    // A word that is shorter than a run is one once.
                    let (least, most) = self.runs;
                    let least = least.min(spans.len());
                    runs((least, most), joined, spans, &mut each);
                }
            }
        }
        true
    }

    fn prepare(&self, text: &str, into: &mut String) {
        if matches!(self.units, Units::Split) {
            return into.push_str(text);
        }
        if !self.lowercase {
            return self.accents.append(text, into);
        }
        if text.is_ascii() {
            into.push_str(text);
            return into.make_ascii_lowercase();
        }
        self.accents.append(&text.to_lowercase(), into);
    }
}

/// The words that `str.split` finds.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

fn append(word: &str, joined: &mut String, spans: &mut Vec<(usize, usize)>) {
    if !spans.is_empty() {
        joined.push(' ');
    }
    let start = joined.len();
    joined.push_str(word);
    spans.push((start, joined.len()));
}

/// Every run of neighbouring units.
fn runs(
    (least, most): (usize, usize),
    joined: &str,
    spans: &[(usize, usize)],
    each: &mut impl FnMut(&str),
) {
    for length in least..=most.min(spans.len()) {
        for run in spans.windows(length) {
            each(&joined[run[0].0..run[length - 1].1]);
        }
    }
}

/// Several spaces in a row as one; a single one stays what it is.
fn squeeze(text: &str, into: &mut String) {
    let mut spaces = text.chars().peekable();
    while let Some(c) = spaces.next() {
        if is_space(c) && spaces.peek().copied().is_some_and(is_space) {
            while spaces.next_if(|c| is_space(*c)).is_some() {}
            into.push(' ');
        } else {
            into.push(c);
        }
    }
}

fn characters(text: &str, spans: &mut Vec<(usize, usize)>) {
    let at = text.char_indices();
    spans.extend(at.map(|(start, c)| (start, start + c.len_utf8())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(units: Units, runs: (usize, usize), text: &str) -> Vec<String> {
        let analyzer = Analyzer {
            lowercase: true,
            accents: Accents::Kept,
            units,
            runs,
        };
        let mut terms = Vec::new();
        analyzer.terms(text, &mut Buffers::default(), |_, term| {
            terms.push(term.to_owned());
        });
        terms
    }

    fn word_units(stop_words: &[&str]) -> Units {
        let words = stop_words.iter().map(|word| Box::from(*word)).collect();
        Units::Words {
            pattern: Pattern::default(),
            stop_words: Some(Arc::new(words)),
        }
    }

    #[test]
    fn words_are_two_letters_long_and_neighbours_once_stop_words_are_gone() {
        let text = "The cat's ΟΔΌΣ, a x_2 THE end";
        assert_eq!(
            terms(word_units(&["the"]), (1, 2), text),
            [
                "cat",
                "οδός",
                "x_2",
                "end",
                "cat οδός",
                "οδός x_2",
                "x_2 end"
            ]
        );
        assert_eq!(
            terms(word_units(&[]), (5, 9), "just four words here").len(),
            0
        );
    }

    #[test]
    fn characters_run_over_spaces_of_which_several_are_one() {
        let found = terms(Units::Characters, (2, 3), "a \t\nB\nc");
        assert_eq!(found, ["a ", " b", "b\n", "\nc", "a b", " b\n", "b\nc"]);
    }

    #[test]
    fn characters_in_words_have_a_space_on_either_side_and_a_short_word_counts_once() {
        let found = terms(Units::CharactersInWords, (3, 5), " ab\u{1f}Cde ");
        assert_eq!(
            found,
            [
                " ab", "ab ", " ab ", " cd", "cde", "de ", " cde", "cde ", " cde "
            ]
        );
        assert_eq!(terms(Units::CharactersInWords, (5, 6), "ab"), [" ab "]);
    }
}
