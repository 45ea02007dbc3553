//! Regular expressions of Python's, run in a time that grows with the text alone.
//!
//! Python and the crate `regex` do not agree on what a letter is, nor on where a word ends. So an expression never meets characters:
//! those that no part of it can tell apart become one byte, letters of Python's one that is a letter in ASCII, and the expression is
//! written for these bytes.

use super::{
    PatternError,
    syntax::{self, Item, Kind, Node, Set},
};
use regex::bytes::{Regex, RegexBuilder};
use std::{
    collections::HashMap,
    fmt::Write,
    time::{Duration, Instant},
};

/// What a compiled expression may take in memory.
const MAX_SIZE: usize = 1 << 16;
/// What its cache may.
const MAX_CACHE: usize = 1 << 21;
/// The time that one text may take. Finding a word takes no longer than the text is long, but finding all of them may.
const MAX_TIME: Duration = Duration::from_secs(1);
/// So many words are found between looks at the clock.
const LOOK: usize = 64;

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    regex: Regex,
    /// Whether the word is what the only group holds, rather than all that was found.
    grouped: bool,
    ascii: [u8; 128],
    /// Where each interval of characters beyond ASCII starts.
    starts: Vec<char>,
    /// The byte of a character by its interval and its kind.
    beyond: Vec<[u8; 4]>,
}

/// A text as an expression reads it.
#[derive(Debug, Default)]
pub(in crate::model) struct Mapped {
    bytes: Vec<u8>,
    /// Where the character of each byte starts, and the end of the text.
    starts: Vec<usize>,
}

impl Mapped {
    /// How much memory it holds.
    pub(super) fn capacity(&self) -> usize {
        self.starts.capacity()
    }
}

impl Expression {
    /// # Errors
    /// As [`Pattern::new`](super::Pattern::new).
    pub(super) fn new(pattern: &str) -> Result<Self, PatternError> {
        let parsed = syntax::parse(pattern)?;
        let mut sets = Vec::new();
        parsed.root.sets(&mut sets);
        let starts = starts(&sets);
        let mut bytes = Bytes::default();
        let mut ascii = [0; 128];
        for (code, byte) in (0u8..).zip(&mut ascii) {
            let c = char::from(code);
            *byte = bytes.of(&sets, c, Kind::of(c))?;
        }
        let mut beyond = Vec::with_capacity(starts.len());
        for start in &starts {
            let mut four = [0; 4];
            for (kind, byte) in Kind::ALL.into_iter().zip(&mut four) {
                *byte = bytes.of(&sets, *start, kind)?;
            }
            beyond.push(four);
        }
        let mut written = String::new();
        bytes.write(&parsed.root, &mut 0, &mut written);
        let regex = RegexBuilder::new(&written)
            .unicode(false)
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_CACHE)
            .build();
        Ok(Self {
            regex: regex
                .map_err(|_| PatternError("is larger than any that this server runs".to_owned()))?,
            grouped: parsed.groups == 1,
            ascii,
            starts,
            beyond,
        })
    }

    fn byte(&self, c: char) -> u8 {
        if let Some(byte) = self.ascii.get(c as usize) {
            return *byte;
        }
        let interval = self.starts.partition_point(|start| *start <= c);
        self.beyond[interval.saturating_sub(1)][Kind::of(c) as usize]
    }

    /// Hands every word to `each`, in their order; `false` if that took too long.
    pub(super) fn words(
        &self,
        text: &str,
        mapped: &mut Mapped,
        mut each: impl FnMut(&str),
    ) -> bool {
        let Mapped { bytes, starts } = mapped;
        bytes.clear();
        starts.clear();
        for (at, c) in text.char_indices() {
            bytes.push(self.byte(c));
            starts.push(at);
        }
        starts.push(text.len());
        let mut found = |start: usize, end: usize| each(&text[starts[start]..starts[end]]);
        let begun = Instant::now();
        let in_time = |count: usize| !count.is_multiple_of(LOOK) || begun.elapsed() < MAX_TIME;
        if self.grouped {
            for (count, captures) in (1..).zip(self.regex.captures_iter(bytes)) {
                match captures.get(1) {
                    Some(group) => found(group.start(), group.end()),
                    None => found(0, 0),
                }
                if !in_time(count) {
                    return false;
                }
            }
            return true;
        }
        for (count, word) in (1..).zip(self.regex.find_iter(bytes)) {
            found(word.start(), word.end());
            if !in_time(count) {
                return false;
            }
        }
        true
    }
}

/// Where sets begin to differ beyond ASCII.
fn starts(sets: &[&Set]) -> Vec<char> {
    let mut starts = vec!['\u{80}'];
    for set in sets {
        for item in &set.items {
            let Item::Range(first, last) = *item else {
                continue;
            };
            let next =
                char::from_u32(last as u32 + 1).or((last == '\u{d7ff}').then_some('\u{e000}'));
            starts.extend([Some(first), next].into_iter().flatten());
        }
    }
    starts.retain(|c| !c.is_ascii());
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The bytes that stand for characters, by which sets they are in and whether they are of a word.
#[derive(Default)]
struct Bytes {
    known: HashMap<(Vec<bool>, bool), u8>,
}

impl Bytes {
    /// The byte of a character of this kind.
    fn of(&mut self, sets: &[&Set], c: char, kind: Kind) -> Result<u8, PatternError> {
        let word = kind.is_word();
        let within = sets.iter().map(|set| set.contains(c, kind)).collect();
        if let Some(byte) = self.known.get(&(within, word)) {
            return Ok(*byte);
        }
        let within = sets.iter().map(|set| set.contains(c, kind)).collect();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let taken = self
            .known
            .values()
            .filter(|byte| is_word(**byte) == word)
            .count();
        let byte = (0..=u8::MAX)
            .filter(|byte| is_word(*byte) == word)
            .nth(taken);
        let byte = byte.ok_or_else(|| {
            PatternError("tells apart more kinds of characters than this server can".to_owned())
        })?;
        self.known.insert((within, word), byte);
        Ok(byte)
    }

    /// Writes a part for these bytes; `set` counts the sets.
    fn write(&self, node: &Node, set: &mut usize, into: &mut String) {
        match node {
            Node::Set(_) => {
                into.push_str("[^\\x00-\\xff");
                let bytes = self.known.iter().filter(|((within, _), _)| within[*set]);
                let mut bytes: Vec<u8> = bytes.map(|(_, byte)| *byte).collect();
                bytes.sort_unstable();
                if !bytes.is_empty() {
                    into.truncate(into.len() - "^\\x00-\\xff".len());
                }
                for byte in bytes {
                    let _infallible = write!(into, "\\x{byte:02x}");
                }
                into.push(']');
                *set += 1;
            }
            Node::Boundary(yes) => into.push_str(if *yes { "\\b" } else { "\\B" }),
            Node::Start => into.push_str("\\A"),
            Node::End => into.push_str("\\z"),
            Node::All(nodes) => nodes.iter().for_each(|node| self.write(node, set, into)),
            Node::Any(nodes) => {
                into.push_str("(?:");
                for (at, node) in nodes.iter().enumerate() {
                    into.push_str(if at > 0 { "|" } else { "" });
                    self.write(node, set, into);
                }
                into.push(')');
            }
            Node::Group(node) => {
                into.push('(');
                self.write(node, set, into);
                into.push(')');
            }
            Node::Repeat(node, bounds, _) => {
                into.push_str("(?:");
                self.write(node, set, into);
                into.push(')');
                into.push_str(bounds);
            }
        }
    }
}

#[cfg(test)]
mod tests;
