//! `MLmodel` files, and an input example behind each.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_serving::package::{example, mlmodel};

const SEPARATOR: &[u8] = b"\n%%\n";

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.windows(SEPARATOR.len()).position(|w| w == SEPARATOR);
    let (file, rest) = bytes.split_at(at.unwrap_or(bytes.len()));
    let Ok(mlmodel) = mlmodel::read(file) else { return };
    _ = mlmodel.data_file("");
    if let (Some(schema), Some(rows)) = (mlmodel.signature, rest.strip_prefix(SEPARATOR)) {
        if let Ok(rows) = example::read(rows, &schema) {
            assert_eq!(rows.width(), schema.len());
        }
    }
});
