//! Files that may change while the server runs: their content is compared, because Kubernetes renews a mounted file by swapping a link,
//! which leaves times and sizes as they may.

use sha2::{Digest, Sha256};
use std::{fs::File, io::Read, path::PathBuf, time::Duration};

/// The time between two looks at the files.
pub(in crate::http) const PERIOD: Duration = Duration::from_secs(2);
/// The largest file that is read.
const LARGEST: u64 = 1 << 20;

/// Files that belong together, with the SHA-256 of the content that they had when they were last taken over.
#[derive(Debug, Default)]
pub(in crate::http) struct Fresh {
    files: Vec<(&'static str, PathBuf)>,
    taken: Vec<[u8; 32]>,
}

impl Fresh {
    /// The files of these settings.
    pub(in crate::http) fn new(files: Vec<(&'static str, PathBuf)>) -> Self {
        Self {
            files,
            taken: Vec::new(),
        }
    }

    /// The contents, in the order of the files, if one of them is another than when they were last [taken](Self::take).
    ///
    /// # Errors
    /// A sentence that names the file, its setting and the cause.
    pub(in crate::http) fn changed(&self) -> Result<Option<Vec<Vec<u8>>>, String> {
        let contents: Result<Vec<_>, _> = self.files.iter().map(read).collect();
        Ok(Some(contents?).filter(|contents| digests(contents) != self.taken))
    }

    /// These contents are used from now on, or known to be no good.
    pub(in crate::http) fn take(&mut self, contents: &[Vec<u8>]) {
        self.taken = digests(contents);
    }
}

/// What is kept of contents, which may be secret.
fn digests(contents: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let digest = |content: &Vec<u8>| Sha256::digest(content).into();
    contents.iter().map(digest).collect()
}

fn read((setting, path): &(&'static str, PathBuf)) -> Result<Vec<u8>, String> {
    let name = path.display();
    let cannot = |why: &dyn std::fmt::Display| {
        format!("{setting} names {name}, which cannot be read: {why}")
    };
    let mut content = Vec::new();
    let file = File::open(path).map_err(|error| cannot(&error))?;
    file.take(LARGEST + 1)
        .read_to_end(&mut content)
        .map_err(|error| cannot(&error))?;
    if content.len() as u64 > LARGEST {
        return Err(cannot(&"it is larger than a megabyte"));
    }
    Ok(content)
}
