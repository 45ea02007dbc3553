//! The lines of a model text: a block of `key=value` before the trees and one for each tree.

use std::{collections::HashMap, str::FromStr};

use super::{FormatError, corrupt};

/// A text whose first line has been checked.
pub(super) struct Lines<'a> {
    rest: &'a str,
    /// The last line taken.
    line: Option<&'a str>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, FormatError> {
        let mut lines = Self {
            rest: text,
            line: None,
        };
        lines.advance();
        if lines.line != Some("tree") {
            return Err(corrupt!(
                "the file is not a LightGBM model text: its first line is not `tree`; write it with Booster.save_model"
            ));
        }
        Ok(lines)
    }

    fn advance(&mut self) {
        self.line = None;
        if !self.rest.is_empty() {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            self.line = Some(line.trim_end());
        }
    }

    /// The lines up to the next tree or the end of the trees.
    pub(super) fn block(&mut self) -> Block<'a> {
        let mut values = HashMap::new();
        loop {
            self.advance();
            match self.line {
                None | Some("end of trees") => break,
                Some(line) if line.starts_with("Tree=") => break,
                Some("") => {}
                Some(line) => {
                    let (key, value) = line.split_once('=').unwrap_or((line, ""));
                    values.entry(key).or_insert(value);
                }
            }
        }
        Block(values)
    }

    /// The number of the tree whose block comes next, if one does.
    pub(super) fn next_tree(&self) -> Result<Option<usize>, FormatError> {
        let Some(number) = self.line.and_then(|line| line.strip_prefix("Tree=")) else {
            return Ok(None);
        };
        number
            .parse()
            .map(Some)
            .map_err(|_| corrupt!("`Tree={}` is not a number", number.escape_debug()))
    }

    /// Whether the line that ends the trees was met.
    pub(super) fn ended(&self) -> bool {
        self.line == Some("end of trees")
    }
}

/// The lines of one block by their keys.
pub(super) struct Block<'a>(HashMap<&'a str, &'a str>);

impl<'a> Block<'a> {
    /// Whether there is such a line.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// What stands behind `key=`, if there is such a line.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.get(key).copied()
    }

    /// The number behind `key=`.
    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<T, FormatError> {
        let Some(text) = self.get(key) else {
            return Err(corrupt!(
                "the LightGBM model has no line `{key}=`; the file is cut off or damaged"
            ));
        };
        parse(key, text)
    }

    /// `count` numbers between spaces.
    pub(super) fn numbers<T: FromStr>(
        &self,
        key: &str,
        count: usize,
    ) -> Result<Vec<T>, FormatError> {
        let words = self.get(key).unwrap_or_default().split_ascii_whitespace();
        let numbers: Vec<T> = words
            .map(|word| parse(key, word))
            .collect::<Result<_, _>>()?;
        if numbers.len() != count {
            return Err(corrupt!(
                "the LightGBM model has {} numbers in a line `{key}=`, not {count}; the file is cut off or damaged",
                numbers.len()
            ));
        }
        Ok(numbers)
    }
}

fn parse<T: FromStr>(key: &str, text: &str) -> Result<T, FormatError> {
    text.parse().map_err(|_| {
        let text: String = text.escape_debug().take(40).collect();
        corrupt!("the LightGBM model has `{text}` in a line `{key}=`")
    })
}
