//! The members of a ZIP file, where they lie.
//!
//! Source: APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).

use std::{borrow::Cow, collections::HashMap, io::Read as _};

use flate2::{Crc, read::DeflateDecoder};

use super::{super::inflate::inflate_limit, FormatError, corrupt, unsupported};

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END_SIZE: usize = 22;

/// A ZIP file in memory. Stored members are parts of it, compressed ones are unpacked when it is opened.
pub(in super::super) struct Archive<'f> {
    members: HashMap<&'f str, Cow<'f, [u8]>>,
}

impl<'f> Archive<'f> {
    pub(in super::super) fn open(file: &'f [u8]) -> Result<Self, FormatError> {
        let (count, mut at) = end(file)?;
        let mut members = HashMap::new();
        // All members together, so that many small bombs are no better than one.
        let mut room = inflate_limit(file.len());
        for _ in 0..count {
            let entry = Entry::read(file, at)?;
            at = entry.next;
            let data = entry.data(file)?;
            let data = if entry.method == 0 {
                Cow::Borrowed(data)
            } else {
                Cow::Owned(inflate(&entry, data, &mut room)?)
            };
            let mut crc = Crc::new();
            crc.update(&data);
            if data.len() as u64 != u64::from(entry.size) || crc.sum() != entry.crc {
                return Err(corrupt!(
                    "`{}` in the archive is damaged; copy or log the model again",
                    entry.name.escape_debug()
                ));
            }
            members.insert(entry.name, data);
        }
        Ok(Self { members })
    }

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

/// One entry of the central directory.
struct Entry<'f> {
    name: &'f str,
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    local: u32,
    next: usize,
}

impl<'f> Entry<'f> {
    fn read(file: &'f [u8], at: usize) -> Result<Self, FormatError> {
        let head = part(file, at, 46)?;
        if head[..4] != ENTRY {
            return Err(corrupt!("the archive's directory is damaged"));
        }
        let (name, extra, comment) = (u16_at(head, 28), u16_at(head, 30), u16_at(head, 32));
        let entry = Self {
            name: std::str::from_utf8(part(file, at + 46, name.into())?)
                .map_err(|_| corrupt!("the archive has a file whose name is not UTF-8"))?,
            method: u16_at(head, 10),
            crc: u32_at(head, 16),
            packed: u32_at(head, 20),
            size: u32_at(head, 24),
            local: u32_at(head, 42),
            next: at + 46 + usize::from(name) + usize::from(extra) + usize::from(comment),
        };
        if u16_at(head, 8) & 1 != 0 {
            return Err(unsupported!(
                "the archive is encrypted; log the model without"
            ));
        }
        if [entry.packed, entry.size, entry.local].contains(&u32::MAX) {
            return Err(too_large());
        }
        Ok(entry)
    }

    fn data(&self, file: &'f [u8]) -> Result<&'f [u8], FormatError> {
        let local = self.local as usize;
        let head = part(file, local, 30)?;
        if head[..4] != LOCAL {
            return Err(corrupt!(
                "the archive's directory is wrong about `{}`",
                self.name.escape_debug()
            ));
        }
        let start = local + 30 + usize::from(u16_at(head, 26)) + usize::from(u16_at(head, 28));
        part(file, start, self.packed as usize)
    }
}

fn inflate(entry: &Entry<'_>, data: &[u8], room: &mut usize) -> Result<Vec<u8>, FormatError> {
    let size = entry.size as usize;
    if entry.method != 8 {
        return Err(unsupported!(
            "`{}` in the archive is compressed by method {}; stored and deflated files work",
            entry.name.escape_debug(),
            entry.method
        ));
    }
    if size > *room {
        return Err(unsupported!(
            "the archive unpacks to far more than its own size; store the model without compression"
        ));
    }
    *room -= size;
    let mut plain = Vec::new();
    // One byte more than promised would be a lie, and is noticed as one.
    DeflateDecoder::new(data)
        .take(size as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|e| corrupt!("`{}` in the archive: {e}", entry.name.escape_debug()))?;
    Ok(plain)
}

/// How many members there are, and where the directory begins.
fn end(file: &[u8]) -> Result<(usize, usize), FormatError> {
    let first = file.len().saturating_sub(END_SIZE + usize::from(u16::MAX));
    let tail = &file[first..];
    let found = tail
        .windows(END_SIZE)
        .rposition(|window| window[..4] == END)
        .ok_or_else(|| {
            corrupt!("the archive has no directory: it ends early; copy or log the model again")
        })?;
    let end = &tail[found..];
    let (count, start) = (u16_at(end, 10), u32_at(end, 16));
    if count == u16::MAX || start == u32::MAX {
        return Err(too_large());
    }
    Ok((count.into(), start as usize))
}

fn too_large() -> FormatError {
    unsupported!(
        "the archive has more than 65,534 files or 4 GiB; log the model with serialization_format=\"cloudpickle\""
    )
}

fn part(file: &[u8], at: usize, size: usize) -> Result<&[u8], FormatError> {
    let end = at.checked_add(size);
    end.and_then(|end| file.get(at..end))
        .ok_or_else(|| corrupt!("the archive points beyond its end; copy or log the model again"))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let found = bytes.get(at..at + 2).and_then(|b| b.try_into().ok());
    found.map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let found = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
    found.map_or(0, u32::from_le_bytes)
}
