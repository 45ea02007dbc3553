//! skops archives: as they are, and with checksums that hold.
//!
//! The second reading takes the input for the archive's files, one after the other with a separator in between: `schema.json`,
//! `0.npy`, `1.npy` and so on.
#![no_main]

use flate2::Crc;
use libfuzzer_sys::fuzz_target;
use ml_serving::formats::sklearn;

#[path = "../common.rs"]
mod common;

const SEPARATOR: &[u8] = b"\n%%\n";

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes, &archive(bytes)] {
        common::check(&sklearn::FORMAT, file, None);
    }
});

/// A ZIP file of stored members.
fn archive(mut rest: &[u8]) -> Vec<u8> {
    let (mut file, mut directory, mut count) = (Vec::new(), Vec::new(), 0u16);
    loop {
        let end = rest.windows(SEPARATOR.len()).position(|w| w == SEPARATOR);
        let data = &rest[..end.unwrap_or(rest.len())];
        let name = match count {
            0 => "schema.json".to_owned(),
            n => format!("{}.npy", n - 1),
        };
        let mut crc = Crc::new();
        crc.update(data);
        let at = file.len() as u32;
        let size = (data.len() as u32).to_le_bytes();
        let common = [&crc.sum().to_le_bytes()[..], &size, &size, &(name.len() as u16).to_le_bytes(), &[0; 2]].concat();
        file.extend([b"PK\x03\x04", &[0; 10][..], &common, name.as_bytes(), data].concat());
        let entry = [b"PK\x01\x02", &[0; 12][..], &common, &[0; 10], &at.to_le_bytes(), name.as_bytes()];
        directory.extend(entry.concat());
        count += 1;
        match end {
            Some(end) if count < 64 => rest = &rest[end + SEPARATOR.len()..],
            _ => break,
        }
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend([b"PK\x05\x06", &[0; 4][..], &count.to_le_bytes(), &count.to_le_bytes()].concat());
    file.extend([(directory.len() as u32).to_le_bytes(), start.to_le_bytes()].concat());
    file.extend([0; 2]);
    file
}
