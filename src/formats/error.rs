//! Why a file is no model that this server can serve, and the two macros that say so.

/// Why a package could not become a model. Always permanent: the same bytes fail the same way.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A file that the package must have is not there or cannot be read.
    #[error("{0}")]
    Missing(String),
    /// The bytes are not what their format promises.
    #[error("{0}")]
    Corrupt(String),
    /// A valid model that this server cannot serve; the text says which part and what would work.
    #[error("{0}")]
    Unsupported(String),
}

/// Builds a [`FormatError::Corrupt`].
macro_rules! corrupt {
    ($($text:tt)*) => {
        $crate::formats::FormatError::Corrupt(format!($($text)*))
    };
}

/// Builds a [`FormatError::Unsupported`].
macro_rules! unsupported {
    ($($text:tt)*) => {
        $crate::formats::FormatError::Unsupported(format!($($text)*))
    };
}

impl FormatError {
    /// The same error in other words.
    pub(crate) fn reworded(self, words: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Missing(text) => Self::Missing(words(text)),
            Self::Corrupt(text) => Self::Corrupt(words(text)),
            Self::Unsupported(text) => Self::Unsupported(words(text)),
        }
    }
}

/// The same error with the name of the file that it is about.
pub(crate) fn in_file(name: &str) -> impl Fn(FormatError) -> FormatError {
    move |error| error.reworded(|text| format!("`{name}`: {text}"))
}

pub(crate) use {corrupt, unsupported};
