//! The bytes of a pickle as they come: a window of the file is in memory, and what the machine has taken out of it.

use std::io::Read;

use super::corrupt;
use crate::formats::FormatError;

/// Bytes read at a time: they pass through the caches of a core, not through its memory.
const WINDOW: usize = 128 << 10;

/// A stretch that is longer than this is made room for as its bytes come, if nobody knows how many there are.
const TRUSTED: usize = 1 << 20;

/// No module and no class has a longer name.
const MAX_NAME: usize = 4095;

/// Memory of this size is worth keeping, and so many pieces of it: a tree has two arrays.
const LARGE: usize = 32 << 10;
const SPARE: usize = 4;

/// How many bytes there are.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats::sklearn) enum Length {
    Is(usize),
    /// A compressed file does not say.
    AtMost(usize),
}

/// A pickle that is being read.
pub(super) struct Input<'r> {
    source: &'r mut dyn Read,
    window: Box<[u8]>,
    /// The part of the window that nobody has taken yet.
    start: usize,
    end: usize,
    /// How many bytes came before the window.
    before: usize,
    length: Length,
    /// Memory for bytes to come.
    spare: Vec<Vec<u8>>,
}

impl<'r> Input<'r> {
    /// A pickle of which nothing is read yet.
    pub(super) fn new(source: &'r mut dyn Read, length: Length) -> Self {
        let (Length::Is(most) | Length::AtMost(most)) = length;
        Self {
            source,
            window: vec![0; most.clamp(1, WINDOW)].into(),
            start: 0,
            end: 0,
            before: 0,
            length,
            spare: Vec::new(),
        }
    }

    /// How many bytes have been taken.
    pub(super) fn at(&self) -> usize {
        self.before + self.start
    }

    /// How many bytes have come, taken or not.
    pub(super) fn seen(&self) -> usize {
        self.before + self.end
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, FormatError> {
        Ok(self.array::<1>()?[0])
    }

    /// The next bytes, so many that they make a number.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        if let Some(bytes) = self.window[self.start..self.end].first_chunk() {
            self.start += N;
            return Ok(*bytes);
        }
        let from = self.at();
        let mut bytes = [0; N];
        for byte in &mut bytes {
            if self.start == self.end && !self.refill()? {
                return Err(ends(N, from, self.at() - from));
            }
            *byte = self.window[self.start];
            self.start += 1;
        }
        Ok(bytes)
    }

    /// The next `size` bytes, which must be there.
    pub(super) fn take(&mut self, size: usize) -> Result<Vec<u8>, FormatError> {
        self.has(size)?;
        let from = self.at();
        let mut bytes = self.room(size);
        while bytes.len() < size {
            if bytes.len() == bytes.capacity() {
                bytes.reserve_exact(bytes.len().min(size - bytes.len()));
            }
            let wanted = bytes.capacity().min(size) - bytes.len();
            if self.start < self.end {
                let taken = wanted.min(self.end - self.start);
                bytes.extend_from_slice(&self.window[self.start..self.start + taken]);
                self.start += taken;
            } else if wanted < WINDOW {
                if !self.refill()? {
                    return Err(ends(size, from, bytes.len()));
                }
            } else {
                let read = self.source.take(wanted as u64).read_to_end(&mut bytes);
                self.before += read.map_err(unreadable)?;
                if bytes.len() < bytes.capacity().min(size) {
                    return Err(ends(size, from, bytes.len()));
                }
            }
        }
        Ok(bytes)
    }

    /// The next `size` bytes as a text.
    pub(super) fn text(&mut self, size: usize) -> Result<Box<str>, FormatError> {
        utf8(self.take(size)?)
    }

    /// The text up to the end of the line.
    pub(super) fn line(&mut self) -> Result<Box<str>, FormatError> {
        let mut bytes = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => break,
                byte if bytes.len() < MAX_NAME => bytes.push(byte),
                _ => return Err(corrupt!("the pickle has a name without an end")),
            }
        }
        utf8(bytes)
    }

    /// Takes back memory that bytes were taken in. Arrays of a forest's trees are large and alike: to ask the system for their memory
    /// again and again takes as long as to read them.
    pub(super) fn reuse(&mut self, mut bytes: Vec<u8>) {
        if bytes.capacity() >= LARGE && self.spare.len() < SPARE {
            bytes.clear();
            self.spare.push(bytes);
        }
    }

    /// Memory for the next `size` bytes.
    fn room(&mut self, size: usize) -> Vec<u8> {
        let fits = |spare: &Vec<u8>| (size..2 * size).contains(&spare.capacity());
        if size >= LARGE
            && let Some(at) = self.spare.iter().position(fits)
        {
            return self.spare.swap_remove(at);
        }
        Vec::with_capacity(match self.length {
            // The next tree may be a bit larger.
            Length::Is(_) if size >= LARGE => size + size / 8,
            Length::Is(_) => size,
            Length::AtMost(_) => size.min(TRUSTED),
        })
    }

    /// Refuses a stretch of `size` bytes where there cannot be as many.
    pub(super) fn has(&self, size: usize) -> Result<(), FormatError> {
        let (Length::Is(most) | Length::AtMost(most)) = self.length;
        let left = most.saturating_sub(self.at());
        if size > left {
            return Err(ends(size, self.at(), left));
        }
        Ok(())
    }

    /// Reads what is behind the pickle, so that whoever gives the bytes has given all of them; how many there are.
    pub(super) fn finish(mut self) -> Result<usize, FormatError> {
        while self.refill()? {}
        Ok(self.before)
    }

    /// Puts the next bytes into the window, all of which were taken; whether there are any.
    fn refill(&mut self) -> Result<bool, FormatError> {
        self.before += self.end;
        (self.start, self.end) = (0, 0);
        self.end = loop {
            match self.source.read(&mut self.window) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read.map_err(unreadable)?,
            }
        };
        Ok(self.end > 0)
    }
}

fn utf8(bytes: Vec<u8>) -> Result<Box<str>, FormatError> {
    let text = String::from_utf8(bytes);
    text.map(Into::into)
        .map_err(|_| corrupt!("a text in the pickle is not UTF-8"))
}

fn ends(size: usize, from: usize, found: usize) -> FormatError {
    corrupt!(
        "the pickle ends early: {size} bytes should follow byte {from}, {found} do; copy or log it again"
    )
}

/// Why there are no more bytes: what the stream says itself, or the disk.
fn unreadable(error: std::io::Error) -> FormatError {
    error
        .downcast()
        .unwrap_or_else(|error| FormatError::Missing(format!("the pickle cannot be read: {error}")))
}
