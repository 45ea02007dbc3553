//! The files of a package, wherever they lie.

use std::{
    borrow::Cow,
    io::{self, Read},
};

/// A file that is to be read from its begin to its end.
pub struct Opened<'a> {
    pub bytes: Box<dyn Read + Send + 'a>,
    /// How many bytes there are.
    pub len: usize,
    /// The only SHA-256 that they may have, in lower-case hexadecimal digits, where they were verified before.
    pub sha256: Option<String>,
}

/// The files of a model package, by path relative to its top.
pub trait Files {
    /// The content of a file.
    ///
    /// # Errors
    /// `NotFound` when the package has no such file, else what the store said.
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>>;

    /// The same content piece by piece, where the store can give it so; else none, and [`Files::read`] tells whether there is such a file.
    ///
    /// # Errors
    /// What the store said.
    fn open(&self, path: &str) -> io::Result<Option<Opened<'_>>> {
        let _ = path;
        Ok(None)
    }

    /// The files at the top of the package, where the store can list them. In a package without an `MLmodel`, this is how the model file is
    /// found.
    ///
    /// # Errors
    /// What the store said.
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// The SHA-256 of the bytes that [`Files::read`] gives, in lower-case hexadecimal digits, where it has been computed already.
    fn sha256(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }
}
