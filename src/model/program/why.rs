//! Why a step has no answer for a row.

/// Why a row is refused that was accepted at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// What a step computes from it is infinite or NaN, which the next one does not take.
    #[error("from these values the model computes a number that is not finite")]
    NotFinite,
    /// It is of a category that the fit has not seen.
    #[error("these values are of a category that the model was not fitted to")]
    Category,
    /// Nothing that the model was fitted to is near it.
    #[error("no row that the model was fitted to is near enough to this one")]
    Alone,
    /// The pattern of a vectorizer looks at the text over and over again.
    #[error("the vectorizer takes too long to find the words of this text")]
    TooLong,
}
