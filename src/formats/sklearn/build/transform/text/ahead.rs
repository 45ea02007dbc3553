//! What a column is to a step further on.

use super::{super::super::compose, Part, Reader, Reg, reads_text};
use crate::formats::sklearn::id::Id;
use compose::Step;

/// Of few objects that hold each other a file can make any number of steps.
const MAX_ASKED: usize = 64;

impl Reader {
    /// Notes that a column is free text where it goes to a vectorizer through nothing but imputers and functions: an imputer looks for
    /// words otherwise.
    pub(in super::super::super) fn expect_text(
        &mut self,
        holder: Part<'_>,
        steps: &[(&str, &[Id])],
        reads: &[Reg],
    ) {
        let mut left = MAX_ASKED;
        if let &[read] = reads
            && within(holder, steps, &mut left) == Some(true)
        {
            self.board.expect_text(read);
        }
    }
}

/// Whether a vectorizer is the first of some steps that does more; nothing where none does.
fn within(holder: Part<'_>, steps: &[(&str, &[Id])], left: &mut usize) -> Option<bool> {
    for (name, rest) in steps {
        *left = left.checked_sub(1)?;
        match Step::of(holder, name, rest[0], Step::Passthrough) {
            Ok(Step::Passthrough) => {}
            Ok(Step::Part(part)) => {
                let found = by(part, left);
                if found.is_some() {
                    return found;
                }
            }
            _ => return Some(false),
        }
    }
    None
}

fn by(part: Part<'_>, left: &mut usize) -> Option<bool> {
    if reads_text(part) {
        return Some(true);
    }
    let inside = match part.sklearn_class() {
        "SimpleImputer" | "FunctionTransformer" => return None,
        "Pipeline" => compose::list(part, "steps").ok(),
        // All of its members get the column.
        "FeatureUnion" => compose::list(part, "transformer_list").ok(),
        _ => None,
    };
    inside.map_or(Some(false), |steps| within(part, &steps, left))
}
