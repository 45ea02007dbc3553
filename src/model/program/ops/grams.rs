use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::model::{check::invalid, program::Why, text::Tokenizer};
use std::{collections::HashMap, sync::Arc};

/// How often runs of tokens are in a free text. One register for each run that is counted, most of which are 0.
///
/// Source: `TfIdfVectorizer` in onnxruntime's `core/providers/cpu/nn/tfidfvectorizer.cc`.
#[derive(Clone, Debug)]
pub struct Grams {
    /// A column of free text.
    pub read: Reg,
    pub tokenizer: Arc<Tokenizer>,
    /// The number of each token that a run has.
    pub tokens: Arc<HashMap<Box<str>, u32>>,
    /// The register of each run, by the numbers of its tokens.
    pub runs: Arc<HashMap<Box<[u32]>, u32>>,
    /// How many tokens in a row are a run, at least and at most.
    pub lengths: (usize, usize),
    /// So many tokens may lie between two of a run, each time the same number.
    pub skips: usize,
    pub width: usize,
}

/// A longer run than anybody counts, and more tokens between two of one.
const MAX_RUN: usize = 64;
/// So many runs of a text are looked up, which takes about a second.
const MAX_LOOKUPS: usize = 1 << 24;

impl Operation for Grams {
    fn reads(&self) -> Vec<Reg> {
        vec![self.read]
    }

    fn width(&self) -> usize {
        self.width
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let (least, most) = self.lengths;
        if least == 0 || least > most || most > MAX_RUN || self.skips > MAX_RUN {
            invalid!(
                "runs of {least} to {most} tokens with up to {} between are counted",
                self.skips
            );
        }
        if let Some(bad) = self.runs.values().find(|at| **at as usize >= self.width) {
            invalid!(
                "a run of tokens is counted at place {bad} of {}",
                self.width
            );
        }
        Ok(Box::new(self.clone()))
    }

    fn is_sparse(&self) -> bool {
        true
    }
}

impl Grams {
    /// Hands the register of every run of tokens to `each`.
    fn count(&self, tokens: &[u32], mut each: impl FnMut(u32)) {
        let (least, most) = self.lengths;
        let mut run = Vec::with_capacity(most);
        for step in 1..=self.skips + 1 {
            // Of single tokens there is nothing to skip.
            let least = if step == 1 { least } else { least.max(2) };
            for start in 0..tokens.len() {
                run.clear();
                for token in tokens[start..].iter().step_by(step).take(most) {
                    if *token == UNKNOWN {
                        break;
                    }
                    run.push(*token);
                    if run.len() >= least
                        && let Some(at) = self.runs.get(run.as_slice())
                    {
                        each(*at);
                    }
                }
            }
        }
    }
}

/// The number of a token that no run has.
const UNKNOWN: u32 = u32::MAX;

impl Run for Grams {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        let (mut tokens, mut found) = (Vec::new(), Vec::new());
        for row in 0..tile.rows() {
            let text = tile.text(self.read, row).unwrap_or_default();
            tokens.clear();
            let number = |token: &str| self.tokens.get(token).copied().unwrap_or(UNKNOWN);
            let note = |token: &str| tokens.push(number(token));
            let in_time = self.tokenizer.tokens(text, note);
            let lookups = tokens
                .len()
                .saturating_mul(self.lengths.1 * (self.skips + 1));
            if !in_time || lookups > MAX_LOOKUPS {
                scratch.refuse(row, Why::TooLong);
                tokens.clear();
            }
            found.clear();
            self.count(&tokens, |at| found.push(at));
            found.sort_unstable();
            for same in found.chunk_by(|a, b| a == b) {
                out.push(same[0], same.len() as f64);
            }
            out.end_row();
        }
    }
}
