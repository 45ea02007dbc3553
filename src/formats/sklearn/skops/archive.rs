//! The members of a skops archive, a ZIP file in memory.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Cursor, Read as _},
};

use flate2::Crc;
use zip::{CompressionMethod, ZipArchive};

use super::{super::inflate::inflate_limit, FormatError, corrupt, unsupported};

/// Stored members are parts of the file, compressed ones are unpacked when it is opened.
pub(in super::super) struct Archive<'f> {
    members: HashMap<String, Cow<'f, [u8]>>,
}

impl<'f> Archive<'f> {
    /// Opens a ZIP file and checks every member. All of them together may hold no more than [`inflate_limit`] allows the
    /// file, so that many small bombs are no better than one, and no part of the file is read over and over.
    ///
    /// # Errors
    /// `Corrupt` when the file is cut off or a checksum is wrong, `Unsupported` when a member is encrypted, compressed in a way
    /// that skops does not write, or packed too tight.
    pub(in super::super) fn open(file: &'f [u8]) -> Result<Self, FormatError> {
        let mut zip = ZipArchive::new(Cursor::new(file))
            .map_err(|e| corrupt!("the archive is damaged: {e}; copy or log the model again"))?;
        let mut members = HashMap::with_capacity(zip.len());
        let mut room = inflate_limit(file.len());
        for i in 0..zip.len() {
            let (name, data) = read(&mut zip, i, file, &mut room)?;
            if name.strip_suffix(".npz").is_some() {
                unpack(&name, &data, &mut room, &mut members)?;
            } else {
                members.insert(name, data);
            }
        }
        Ok(Self { members })
    }

    /// Whether there is such a member.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The content of a member.
    pub(super) fn member(&self, name: &str) -> Result<&[u8], FormatError> {
        self.members
            .get(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| corrupt!("the archive has no file `{}`", name.escape_debug()))
    }

    /// Bytes of all members, unpacked.
    pub(in super::super) fn size(&self) -> usize {
        self.members.values().map(|m| m.len()).sum()
    }
}

/// Puts the members of a ZIP file in the archive, numpy's form of several arrays, beside its own: `NAME/MEMBER`.
fn unpack(
    name: &str,
    file: &[u8],
    room: &mut usize,
    members: &mut HashMap<String, Cow<'_, [u8]>>,
) -> Result<(), FormatError> {
    let mut zip = ZipArchive::new(Cursor::new(file))
        .map_err(|e| corrupt!("a matrix in the archive is damaged: {e}; log the model again"))?;
    for i in 0..zip.len() {
        let (inside, data) = read(&mut zip, i, file, room)?;
        members.insert(format!("{name}/{inside}"), Cow::Owned(data.into_owned()));
    }
    Ok(())
}

/// Name and content of member `i` of `file`, whose size is taken from `room`.
fn read<'f>(
    zip: &mut ZipArchive<Cursor<&'f [u8]>>,
    i: usize,
    file: &'f [u8],
    room: &mut usize,
) -> Result<(String, Cow<'f, [u8]>), FormatError> {
    let damaged = |e| corrupt!("the archive is damaged: {e}; copy or log the model again");
    let entry = zip.by_index_data(i).map_err(damaged)?;
    let name = entry.name().map_err(damaged)?.into_owned();
    let (method, size, sum) = (entry.compression(), entry.size(), entry.crc32());
    if entry.encrypted() {
        return Err(unsupported!(
            "the archive is encrypted; log the model without"
        ));
    }
    if !matches!(
        method,
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(unsupported!(
            "`{}` in the archive is compressed by {method}; stored and deflated files work",
            name.escape_debug()
        ));
    }
    let left = usize::try_from(size)
        .ok()
        .and_then(|size| room.checked_sub(size));
    *room = left.ok_or_else(|| {
        unsupported!(
            "the archive unpacks to far more than its own size; store the model without compression"
        )
    })?;
    let broken = || {
        corrupt!(
            "`{}` in the archive is damaged; copy or log the model again",
            name.escape_debug()
        )
    };
    let mut entry = zip.by_index(i).map_err(|_| broken())?;
    let data = if method == CompressionMethod::Stored {
        let start = entry.data_start().and_then(|at| usize::try_from(at).ok());
        let stored = start.and_then(|at| file.get(at..)?.get(..size as usize));
        Cow::Borrowed(stored.ok_or_else(broken)?)
    } else {
        let mut plain = Vec::new();
        // One byte more than promised would be a lie, and is noticed as one.
        let read = entry.by_ref().take(size + 1).read_to_end(&mut plain);
        read.map_err(|_| broken())?;
        Cow::Owned(plain)
    };
    let mut crc = Crc::new();
    crc.update(&data);
    if data.len() as u64 != size || crc.sum() != sum {
        return Err(broken());
    }
    Ok((name, data))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, data) in members {
            let options = SimpleFileOptions::default().compression_method(method);
            zip.start_file(*name, options).unwrap();
            zip.write_all(data).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refusal(file: &[u8]) -> String {
        Archive::open(file).err().expect("refused").to_string()
    }

    /// The places where a header of this kind begins.
    fn headers(file: &[u8], magic: [u8; 4]) -> Vec<usize> {
        let places = file.windows(4).enumerate();
        places
            .filter(|(_, w)| **w == magic)
            .map(|(at, _)| at)
            .collect()
    }

    const LOCAL: [u8; 4] = *b"PK\x03\x04";
    const ENTRY: [u8; 4] = *b"PK\x01\x02";

    #[test]
    fn stored_members_lie_in_the_file_and_deflated_ones_are_unpacked() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let file = zip(&[("a", b"one"), ("b", &[7; 5000]), ("", b"")], method);
            let archive = Archive::open(&file).unwrap();
            assert_eq!(archive.member("a").unwrap(), b"one");
            assert_eq!(archive.member("b").unwrap(), [7; 5000]);
            assert_eq!(archive.size(), 5003);
            let inside = file
                .as_ptr_range()
                .contains(&archive.member("b").unwrap().as_ptr());
            assert_eq!(inside, method == CompressionMethod::Stored);
            let error = archive.member("c").unwrap_err().to_string();
            assert!(error.contains("has no file `c`"), "{error}");
        }
    }

    #[test]
    fn the_members_of_an_npz_stand_beside_the_others_and_count_like_them() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let inside = zip(&[("data.npy", &[7; 500])], CompressionMethod::Deflated);
            let file = zip(&[("1.npz", &inside), ("a", b"one")], method);
            let archive = Archive::open(&file).unwrap();
            assert_eq!(archive.member("1.npz/data.npy").unwrap(), [7; 500]);
            assert!(!archive.has("1.npz") && archive.size() == 503);
        }
        let bomb = zip(&[("a", &vec![0; 40 << 20])], CompressionMethod::Deflated);
        let file = zip(&[("1.npz", &bomb)], CompressionMethod::Stored);
        assert!(refusal(&file).contains("far more than its own size"));
        let file = zip(&[("1.npz", b"PK")], CompressionMethod::Stored);
        assert!(refusal(&file).contains("damaged"));
    }

    #[test]
    fn a_wrong_byte_is_noticed_in_either_kind_of_member() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let mut file = zip(&[("model", &b"0123456789".repeat(20))], method);
            let at = headers(&file, LOCAL)[0] + 30 + "model".len() + 3;
            file[at] ^= 1;
            assert!(refusal(&file).contains("`model` in the archive is damaged"));
        }
    }

    #[test]
    fn a_wrong_size_is_noticed_in_either_kind_of_member() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            for size in [9u32, 11] {
                let mut file = zip(&[("model", b"0123456789")], method);
                let at = headers(&file, ENTRY)[0] + 24;
                file[at..at + 4].copy_from_slice(&size.to_le_bytes());
                assert!(refusal(&file).contains("damaged"), "{method} {size}");
            }
        }
    }

    #[test]
    fn an_archive_that_ends_early_is_damaged() {
        let file = zip(&[("a", b"one"), ("b", b"two")], CompressionMethod::Stored);
        for end in 0..file.len() {
            assert!(refusal(&file[..end]).contains("damaged"), "{end}");
        }
    }

    #[test]
    fn many_small_bombs_are_no_better_than_one() {
        let bomb = vec![0; 8 << 20];
        let names = ["a", "b", "c", "d", "e"];
        let file = zip(
            &names.map(|name| (name, &bomb[..])),
            CompressionMethod::Deflated,
        );
        assert!(file.len() < 100_000);
        assert!(refusal(&file).contains("far more than its own size"));
        assert!(Archive::open(&zip(&[("a", &bomb)], CompressionMethod::Deflated)).is_ok());
    }

    #[test]
    fn members_that_share_their_bytes_count_each() {
        let data = vec![1; 1 << 20];
        let names: Vec<String> = (0..300).map(|i| format!("{i:03}")).collect();
        let mut members: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &[][..])).collect();
        members[0].1 = &data;
        let mut file = zip(&members, CompressionMethod::Stored);
        let entries = headers(&file, ENTRY);
        let first = file[entries[0]..entries[0] + 46].to_vec();
        for at in &entries[1..] {
            file[*at..*at + 46].copy_from_slice(&first);
        }
        assert!(refusal(&file).contains("far more than its own size"));
    }

    #[test]
    fn encryption_and_other_compressions_are_named() {
        let file = zip(&[("model", b"0123456789")], CompressionMethod::Stored);
        let mut encrypted = file.clone();
        encrypted[headers(&file, ENTRY)[0] + 8] |= 1;
        encrypted[headers(&file, LOCAL)[0] + 6] |= 1;
        assert!(refusal(&encrypted).contains("encrypted"));
        let mut other = file.clone();
        other[headers(&file, ENTRY)[0] + 10] = 12;
        other[headers(&file, LOCAL)[0] + 8] = 12;
        let error = refusal(&other);
        assert!(
            error.contains("`model` in the archive is compressed by"),
            "{error}"
        );
    }
}
