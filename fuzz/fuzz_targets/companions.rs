//! A model with the files beside it, read together.
//!
//! An input holds them one after the other, with a line `%%` between. The first letter of each says what it is: `b` comes before the
//! model, `l` holds the words of the classes, `c` names of columns, `t` a threshold, and anything else is the model.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::formats::{Beside, Companions, ModelFile, Threshold, read_with, sklearn};

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    let mut companions = Companions::default();
    let mut model: &[u8] = &[];
    let mut rest = Some(bytes);
    while let Some(part) = rest {
        let end = part.windows(4).position(|window| window == b"\n%%\n");
        rest = end.map(|end| &part[end + 4..]);
        let Some((kind, bytes)) = part[..end.unwrap_or(part.len())].split_first() else { continue };
        let file = Beside { name: "beside", bytes };
        match kind {
            b'b' => companions.before.push(file),
            b'l' => companions.labels = Some(file),
            b'c' => companions.columns.push(file),
            b't' => companions.threshold = Some(Threshold::In(file)),
            _ => model = bytes,
        }
    }
    let file = ModelFile::new(model);
    if let Ok(parsed) = read_with(&sklearn::FORMAT, &file, "model", &companions) {
        common::answer(parsed);
    }
});
