//! The digest of a package, by which a model is known.

use sha2::{Digest as _, Sha256};

use super::{
    data::{Data, digest_of_file},
    files::Files,
    read::{Package, unreadable},
};
use crate::formats::{Beside, FormatError};

impl Package {
    /// Computes [`Package::digest`] before the model is read.
    ///
    /// # Errors
    /// As [`Package::hash`] says; `Missing` when the file cannot be read to its end.
    pub fn know_digest(&mut self, files: &dyn Files, data: &Data<'_>) -> Result<&str, FormatError> {
        self.digest = match data {
            Data::Whole(bytes) => self.hash(files, bytes)?,
            Data::Streamed(_) => {
                let path = &self.data.path;
                let hex = digest_of_file(files, path).map_err(unreadable(path))?;
                self.digest_of(files, &hex)?
            }
        };
        Ok(&self.digest)
    }

    /// The digest of the package whose data file has the content `data`. That takes a tenth of a second for a file of 130 MB.
    ///
    /// # Errors
    /// If a companion is to hold a threshold and does not.
    pub fn hash(&self, files: &dyn Files, data: &[u8]) -> Result<String, FormatError> {
        let known = files.sha256(&self.data.path);
        self.digest_of(files, &known.unwrap_or_else(|| hex(data)))
    }

    /// `sha256:` and the digest of the data file or, with companions, of a text with a line for each file: what it does, and the digest
    /// of its content. A threshold stands there as its number.
    pub(super) fn digest_of(&self, files: &dyn Files, data: &str) -> Result<String, FormatError> {
        let companions = self.beside();
        if companions.is_empty() {
            return Ok(format!("sha256:{data}"));
        }
        let mut text = format!("model {data}\n");
        let mut add = |what: &str, file: &Beside<'_>| {
            let known = files.sha256(file.name);
            let hex = known.unwrap_or_else(|| hex(file.bytes));
            text.push_str(&[what, " ", &hex, "\n"].concat());
        };
        companions
            .before
            .iter()
            .for_each(|file| add("before", file));
        companions
            .labels
            .iter()
            .for_each(|file| add("labels", file));
        companions
            .columns
            .iter()
            .for_each(|file| add("columns", file));
        if let Some(threshold) = companions.threshold {
            let number = threshold.number()?.to_string();
            text.push_str(&["threshold ", &number, "\n"].concat());
        }
        Ok(digest(text.as_bytes()))
    }
}

/// `sha256:<hex>` of `bytes`.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes))
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
