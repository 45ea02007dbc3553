//! The versions of XGBoost at which the answers to one and the same file change.

use super::document::Document;

/// Who wrote a file, and so who is to be agreed with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Age {
    /// The predictor adds up the leaves before it adds the margin; `binary:logitraw` takes its base score for a probability.
    pub(super) before_1_3: bool,
    /// Trees are limited by their number, not by rounds, and dart adds up like all boosters did before 1.3.
    pub(super) before_1_4: bool,
}

impl Age {
    /// A file that does not tell is taken for a new one, but for the binary files of the time before 1.0.
    pub(super) fn of(document: &Document) -> Self {
        let before = |minor| match document.version.as_slice() {
            [a, b, ..] => (*a, *b) < (1, minor),
            _ => document.learner.learner_model_param.is_margin,
        };
        Self {
            before_1_3: before(3),
            before_1_4: before(4),
        }
    }
}
