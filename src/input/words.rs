//! The words that a model compares a column's cells with: a text cell enters the matrix as its word's place in here.

use std::{collections::HashMap, fmt};

/// A value that a model compares cells with.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    Text(String),
    Number(f64),
    Boolean(bool),
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(flag) => write!(f, "{flag}"),
        }
    }
}

/// The words of one column, each with its place, and whether the model takes others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    list: Vec<Word>,
    texts: HashMap<Box<str>, u32>,
    /// By the bits of the number. Python takes `True` for 1 where it looks for a category, and so does this.
    numbers: HashMap<u64, u32>,
    /// Where the model refuses what it does not know: for every place whether the word there is one that it takes.
    taken: Option<Vec<bool>>,
}

impl Words {
    /// The place of a word, which is added where it is new.
    pub fn add(&mut self, word: Word) -> u32 {
        let next = self.list.len() as u32;
        let place = *match &word {
            Word::Text(text) => self.texts.entry(text.as_str().into()).or_insert(next),
            Word::Number(x) => self.numbers.entry(bits(*x)).or_insert(next),
            Word::Boolean(flag) => self.numbers.entry(bits((*flag).into())).or_insert(next),
        };
        if place == next {
            self.list.push(word);
            if let Some(taken) = &mut self.taken {
                taken.push(false);
            }
        }
        place
    }

    /// Makes the model refuse all words but those at `places`. Of several such demands all count.
    pub fn refuse_others(&mut self, places: &[u32]) {
        let mut taken = vec![false; self.list.len()];
        for place in places {
            if let Some(taken) = taken.get_mut(*place as usize) {
                *taken = self.takes(*place);
            }
        }
        self.taken = Some(taken);
    }

    /// Whether the model refuses what it does not know.
    pub fn is_closed(&self) -> bool {
        self.taken.is_some()
    }

    /// Whether the model takes the word at this place.
    pub fn takes(&self, place: u32) -> bool {
        let taken = self.taken.as_ref();
        taken.is_none_or(|taken| taken.get(place as usize).copied().unwrap_or(false))
    }

    /// The words that the model takes, in order.
    pub fn taken(&self) -> impl Iterator<Item = &Word> {
        let places = 0..self.list.len() as u32;
        let words = self.list.iter().zip(places);
        words
            .filter(|(_, place)| self.takes(*place))
            .map(|(word, _)| word)
    }

    /// The word at a place.
    pub fn get(&self, place: usize) -> Option<&Word> {
        self.list.get(place)
    }

    /// Number of words, and the place that stands for every other one.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether all words are text.
    pub fn are_text(&self) -> bool {
        self.list.iter().all(|word| matches!(word, Word::Text(_)))
    }

    /// The place of a text.
    pub fn text(&self, text: &str) -> Option<u32> {
        self.texts.get(text).copied()
    }

    /// The place of a number, or of a boolean as 0 or 1.
    pub fn number(&self, x: f64) -> Option<u32> {
        self.numbers.get(&bits(x)).copied()
    }
}

/// Both zeros are one number.
fn bits(x: f64) -> u64 {
    (x + 0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_the_place_it_was_given_first() {
        let mut words = Words::default();
        assert_eq!(words.add(Word::Text("no".into())), 0);
        assert_eq!(words.add(Word::Text("yes".into())), 1);
        assert_eq!(words.add(Word::Text("no".into())), 0);
        assert_eq!((words.len(), words.text("yes")), (2, Some(1)));
        assert_eq!(words.text("maybe"), None);
    }

    #[test]
    fn true_is_the_number_one_as_in_python() {
        let mut words = Words::default();
        let place = words.add(Word::Boolean(true));
        assert_eq!(words.number(1.0), Some(place));
        words.add(Word::Number(-0.0));
        assert_eq!(words.number(0.0), Some(1));
    }

    #[test]
    fn of_two_demands_the_words_that_both_take_remain() {
        let mut words = Words::default();
        for word in ["a", "b", "c"] {
            words.add(Word::Text(word.into()));
        }
        words.refuse_others(&[0, 1]);
        words.refuse_others(&[1, 2]);
        let taken: Vec<_> = words.taken().map(ToString::to_string).collect();
        assert_eq!(taken, ["\"b\""]);
        assert_eq!(words.add(Word::Text("d".into())), 3);
        assert!(!words.takes(3));
    }
}
