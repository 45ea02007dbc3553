//! The package inside the binary, with which the server works without network and files.

use crate::package::Files;
use std::{borrow::Cow, io};

/// Files by path relative to the package.
pub(in crate::registry) struct Embedded(&'static [(&'static str, &'static [u8])]);

const IRIS: Embedded = Embedded(&[
    ("MLmodel", include_bytes!("../../../models/iris/MLmodel")),
    (
        "model.onnx",
        include_bytes!("../../../models/iris/model.onnx"),
    ),
    (
        "input_example.json",
        include_bytes!("../../../models/iris/input_example.json"),
    ),
]);

/// The embedded package of this name.
pub(in crate::registry) fn find(name: &str) -> Option<Embedded> {
    (name == "iris").then_some(IRIS)
}

impl Files for Embedded {
    fn read(&self, path: &str) -> io::Result<Cow<'_, [u8]>> {
        let file = self.0.iter().find(|(name, _)| *name == path);
        file.map(|(_, bytes)| Cow::Borrowed(*bytes))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| (*name).to_owned()).collect())
    }
}
