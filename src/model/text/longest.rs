//! Regular expressions of RE2's, of which the longest match counts.
//!
//! Source: RE2's `doc/syntax.txt`, and `set_longest_match` in onnxruntime's `contrib_ops/cpu/tokenizer.cc`.

use super::PatternError;
use regex_automata::{Anchored, Input, MatchKind, meta::Regex};

/// What a compiled expression may take in memory: the time of a search grows with it.
const MAX_SIZE: usize = 1 << 16;
/// A longer expression than anybody writes.
const MAX_LENGTH: usize = 1 << 10;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Longest {
    /// Finds where the next match starts.
    next: Regex,
    /// Finds where the longest match that starts there ends.
    longest: Regex,
}

impl Longest {
    /// An expression in RE2's syntax.
    ///
    /// # Errors
    /// When it is none, or has what RE2 and this server read differently.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > MAX_LENGTH {
            return Err(no("is longer than any that this server runs"));
        }
        let written = Writer::new(pattern).write()?;
        let compiled = |kind| {
            let config = Regex::config()
                .match_kind(kind)
                .nfa_size_limit(Some(MAX_SIZE));
            let regex = Regex::builder().configure(config).build(&written);
            regex.map_err(|_| no("is none, or none that this server runs"))
        };
        Ok(Self {
            next: compiled(MatchKind::LeftmostFirst)?,
            longest: compiled(MatchKind::All)?,
        })
    }

    /// The next match at `from` or behind it: where it starts and ends.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let start = self.next.find(Input::new(text).range(from..))?.start();
        let there = Input::new(text).range(start..).anchored(Anchored::Yes);
        Some((start, self.longest.find(there)?.end()))
    }
}

fn no(what: &str) -> PatternError {
    PatternError(what.to_owned())
}

/// Writes an expression of RE2's for the crate `regex`, where `\w` and its like are not those of ASCII, and classes have operators.
struct Writer<'p> {
    rest: std::iter::Peekable<std::str::Chars<'p>>,
    written: String,
    in_class: bool,
}

impl<'p> Writer<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            rest: pattern.chars().peekable(),
            written: String::new(),
            in_class: false,
        }
    }

    fn write(mut self) -> Result<String, PatternError> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape()?,
                '[' if self.in_class && self.rest.peek() == Some(&':') => self.named()?,
                '{' if !self.in_class && self.rest.peek() == Some(&',') => {
                    return Err(no("has a `{,`, which this server does not read"));
                }
                '[' | '&' | '~' if self.in_class => self.written.extend(['\\', c]),
                '-' if self.in_class && self.rest.peek() == Some(&'-') => {
                    return Err(no("has `--` in a class, which this server does not read"));
                }
                '[' => self.class(),
                ']' => {
                    self.in_class = false;
                    self.written.push(']');
                }
                '(' if !self.in_class && self.rest.peek() == Some(&'?') => self.group()?,
                c => self.written.push(c),
            }
        }
        Ok(self.written)
    }

    /// The start of a class: a bracket that follows at once is one of its characters.
    fn class(&mut self) {
        self.in_class = true;
        self.written.push('[');
        self.written.extend(self.rest.next_if_eq(&'^'));
        if self.rest.next_if_eq(&']').is_some() {
            self.written.push_str("\\]");
        }
    }

    /// A class by its name, such as `[:alpha:]`.
    fn named(&mut self) -> Result<(), PatternError> {
        self.written.push('[');
        let name = |c: &char| c.is_ascii_lowercase() || matches!(c, ':' | '^');
        while let Some(c) = self.rest.next_if(name) {
            self.written.push(c);
        }
        if !self.written.ends_with(':') || self.rest.next() != Some(']') {
            return Err(no("has a class without a name"));
        }
        self.written.push(']');
        Ok(())
    }

    fn group(&mut self) -> Result<(), PatternError> {
        self.rest.next();
        self.written.push_str("(?");
        match self.rest.next() {
            Some(':') => self.written.push(':'),
            _ => {
                return Err(no(
                    "has a group of a kind, or a flag, that this server does not run",
                ));
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let written = match self.rest.next() {
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => r"[\t\n\f\r ]",
            Some('S') => r"[^\t\n\f\r ]",
            Some('b') if !self.in_class => r"(?-u:\b)",
            Some(c @ ('n' | 't' | 'r' | 'f' | 'v' | 'a' | 'x')) => {
                self.written.extend(['\\', c]);
                return Ok(());
            }
            Some(c @ ('A' | 'z')) if !self.in_class => {
                self.written.extend(['\\', c]);
                return Ok(());
            }
            Some(c @ ('<' | '>' | '_')) => {
                self.written.push(c);
                return Ok(());
            }
            Some(c) if c.is_ascii_punctuation() => {
                self.written.extend(['\\', c]);
                return Ok(());
            }
            _ => return Err(no("has an escape that this server does not know")),
        };
        self.written.push_str(written);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
        let expression = Longest::new(pattern).unwrap();
        let (mut from, mut found) = (0, Vec::new());
        while let Some((start, end)) = expression.find(text, from) {
            found.push(&text[start..end]);
            from = end;
        }
        found
    }

    #[test]
    fn of_several_ways_to_match_the_longest_counts() {
        assert_eq!(found("a|ab", "abab a"), ["ab", "ab", "a"]);
        assert_eq!(found("a??b+?", "abbab"), ["abb", "ab"]);
        assert_eq!(found("x|xy|xyz+", "xyzz xy"), ["xyzz", "xy"]);
    }

    #[test]
    fn classes_and_boundaries_are_those_of_ascii() {
        assert_eq!(found(r"\b\w+\b", "éa b"), ["a", "b"]);
        assert_eq!(found(r"\d+", "x٣4"), ["4"]);
        assert_eq!(found(r"[^\W_]+", "a_bé"), ["a", "b"]);
        assert_eq!(found(r"\s", "x\u{b}y z"), [" "]);
        assert_eq!(found(".+", "aé\nb"), ["aé", "b"]);
        assert_eq!(found("^ab", "ab\nab"), ["ab"]);
        assert_eq!(found("ab$", "ab\n"), [""; 0]);
    }

    #[test]
    fn a_class_has_no_operators() {
        assert_eq!(found("[[&~-]+", "a[b&&c~-d"), ["[", "&&", "~-"]);
        assert_eq!(found("[]a]+", "b]a"), ["]a"]);
        assert_eq!(found("[a:][&]", "a:&"), [":&"]);
        assert_eq!(found("[[:alpha:]_]+", "a_1:b"), ["a_", "b"]);
        assert_eq!(found(r"\<b|\_", "a<b_"), ["<b", "_"]);
    }

    #[test]
    fn what_the_two_read_differently_is_refused() {
        let long = "a".repeat(2000);
        for bad in [
            "(?u)a", "(?i)a", r"\B", r"\Z", r"\C", "(?=a)", "[a--b]", "(", r"\1", r"\pL",
            "a{9999}", "a{,3}", "[[:a]", &long,
        ] {
            assert!(Longest::new(bad).is_err(), "{bad}");
        }
    }
}
