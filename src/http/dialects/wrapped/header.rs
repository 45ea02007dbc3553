//! The columns of a split data frame, and when they are known.

/// What is known of the columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// For each column of the frame its place in the model; none where the model does not have it.
    pub(super) places: Option<Vec<Option<u32>>>,
    pub(super) pass: Pass,
}

/// The body is read twice where the data come before the names of their columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pass {
    #[default]
    First,
    /// The data were passed over.
    Passed,
    Again,
}

impl Columns {
    /// Whether the body is to be read again. It is once.
    pub(super) fn reads_again(&mut self) -> bool {
        let again = self.pass == Pass::Passed;
        if again {
            self.pass = Pass::Again;
        }
        again
    }

    pub(super) fn is_again(&self) -> bool {
        self.pass == Pass::Again
    }
}
