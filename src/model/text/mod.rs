//! Free text to the terms that a vectorizer counts: what scikit-learn's analyzers do, letter by letter.
//!
//! Source: `_VectorizerMixin` in `sklearn/feature_extraction/text.py`, and Python's `str`, `re` and `unicodedata`.

mod analyze;
mod characters;
mod error;
mod expression;
mod hash;
mod longest;
mod normal;
mod pattern;
mod syntax;
mod tokens;

pub(super) use analyze::Buffers;
pub use analyze::{Analyzer, Units};
pub use error::PatternError;
pub(super) use hash::murmur3;
pub use longest::Longest;
pub use normal::Accents;
pub use pattern::Pattern;
pub use tokens::{Cut, Lowercase, Normal, Tokenizer};
