//! The content of a data file: in memory, or piece by piece while its digest is computed.

use std::{
    borrow::Cow,
    cell::RefCell,
    io::{self, Read},
    mem,
    panic::resume_unwind,
    sync::mpsc::{self, Receiver, Sender, SyncSender},
    thread::{self, ScopedJoinHandle},
};

use sha2::{Digest as _, Sha256};

use super::files::{Files, Opened};
use crate::{cores::cores, formats::Rest};

/// A file of this size takes longer to hash than a thread to start, and more memory than matters.
const LARGE: usize = 1 << 20;

/// Bytes that pass from a thread to another at a time.
const PIECE: usize = 128 << 10;

/// Pieces that wait for the other thread.
const WAITING: usize = 4;

/// The content of a package's data file.
pub enum Data<'a> {
    /// All of it.
    Whole(Cow<'a, [u8]>),
    /// A large file of a format that is read from its begin to its end.
    Streamed(Streamed<'a>),
}

/// A file that is never in memory as a whole.
pub struct Streamed<'a> {
    start: Vec<u8>,
    rest: Hashing<'a>,
}

impl<'a> Data<'a> {
    /// The content of `path`, if there is such a file; `streams` is whether one that begins like this can be read piece by piece.
    pub(super) fn open(
        files: &'a dyn Files,
        path: &str,
        streams: impl FnOnce(&[u8]) -> bool,
    ) -> io::Result<Self> {
        let Some(opened) = files.open(path)?.filter(|opened| opened.len >= LARGE) else {
            return files.read(path).map(Self::Whole);
        };
        let mut rest = Hashing::new(opened);
        let mut start = Vec::with_capacity(PIECE);
        (&mut rest).take(PIECE as u64).read_to_end(&mut start)?;
        let data = Self::Streamed(Streamed { start, rest });
        if streams(data.start()) {
            return Ok(data);
        }
        data.whole().map(Self::Whole)
    }

    /// Its first bytes, or all of them.
    pub(super) fn start(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Streamed(streamed) => &streamed.start,
        }
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// What the store said.
    pub(super) fn whole(self) -> io::Result<Cow<'a, [u8]>> {
        let Streamed {
            mut start,
            mut rest,
        } = match self {
            Self::Whole(bytes) => return Ok(bytes),
            Self::Streamed(streamed) => streamed,
        };
        start.reserve_exact(rest.left);
        if rest.wanted.is_none() && rest.ended.is_none() {
            // Its digest is computed later, beside the reading of the model.
            rest.bytes.read_to_end(&mut start)?;
            return Ok(start.into());
        }
        rest.read_to_end(&mut start)?;
        rest.finish()?;
        Ok(start.into())
    }
}

impl Streamed<'_> {
    /// Gives the file to `parse`: what it makes of it, and the SHA-256 of the file in hexadecimal digits. Where there are cores enough
    /// another thread reads and hashes ahead.
    ///
    /// # Errors
    /// What the store said, the inner ones are those of `parse`.
    pub(super) fn read<T, E>(
        self,
        parse: impl FnOnce(&[u8], Rest<'_>) -> Result<T, E>,
    ) -> io::Result<Result<(String, T), E>> {
        if cores() == 1 {
            self.read_alone(parse)
        } else {
            self.read_ahead(parse)
        }
    }

    fn read_alone<T, E>(
        self,
        parse: impl FnOnce(&[u8], Rest<'_>) -> Result<T, E>,
    ) -> io::Result<Result<(String, T), E>> {
        let left = self.rest.left;
        let rest = RefCell::new(self.rest);
        let parsed = parse(&self.start, Rest::new(&rest, left));
        let mut rest = rest.into_inner();
        drain(&parsed, &mut rest)?;
        let hex = rest.finish()?;
        Ok(parsed.map(|parsed| (hex, parsed)))
    }

    fn read_ahead<T, E>(
        self,
        parse: impl FnOnce(&[u8], Rest<'_>) -> Result<T, E>,
    ) -> io::Result<Result<(String, T), E>> {
        let Self { start, rest } = self;
        thread::scope(|scope| {
            let left = rest.left;
            let (send, pieces) = mpsc::sync_channel(WAITING);
            let (back, used) = mpsc::channel();
            let ahead = scope.spawn(move || rest.send(&send, &used));
            let pieces = RefCell::new(Pieces {
                pieces,
                back,
                piece: Vec::new(),
                at: 0,
            });
            let parsed = parse(&start, Rest::new(&pieces, left));
            drain(&parsed, &mut pieces.into_inner())?;
            let hex = joined(ahead)?;
            Ok(parsed.map(|parsed| (hex, parsed)))
        })
    }
}

/// Reads what is left of a file, for its digest; a model that was refused has none.
fn drain<T, E>(parsed: &Result<T, E>, rest: &mut impl Read) -> io::Result<()> {
    if parsed.is_ok() {
        io::copy(rest, &mut io::sink())?;
    }
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// What the store said.
pub(super) fn digest_of_file(files: &dyn Files, path: &str) -> io::Result<String> {
    let opened = files.open(path)?.ok_or(io::ErrorKind::NotFound)?;
    let mut hashing = Hashing::new(opened);
    io::copy(&mut hashing, &mut io::sink())?;
    hashing.finish()
}

/// Does two things with so many bytes; at the same time, where there are cores and work enough for that.
pub(super) fn both<A: Send, B>(
    bytes: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if bytes < LARGE || cores() == 1 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one), other)
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// A file that is hashed as it is read.
struct Hashing<'a> {
    bytes: Box<dyn Read + Send + 'a>,
    hash: Sha256,
    /// How many bytes are still to come, if the file is as long as it seems.
    left: usize,
    /// What the digest must be.
    wanted: Option<String>,
    /// Set at the end of the file, and why it ends there if it does not.
    ended: Option<io::Result<()>>,
}

impl<'a> Hashing<'a> {
    fn new(opened: Opened<'a>) -> Self {
        Self {
            bytes: opened.bytes,
            hash: Sha256::new(),
            left: opened.len,
            wanted: opened.sha256,
            ended: None,
        }
    }

    /// Sends the file to the thread that wants it, in pieces whose memory comes back from there.
    fn send(mut self, to: &SyncSender<Vec<u8>>, used: &Receiver<Vec<u8>>) -> io::Result<String> {
        loop {
            let mut piece = used.try_recv().unwrap_or_default();
            piece.resize(PIECE, 0);
            let read = self.read(&mut piece)?;
            piece.truncate(read);
            if read == 0 || to.send(piece).is_err() {
                return self.finish();
            }
        }
    }

    /// The digest, which is that of the file if it was read to its end.
    fn finish(self) -> io::Result<String> {
        let hex = format!("{:x}", self.hash.finalize());
        match (self.ended, self.wanted) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(())), Some(wanted)) if hex != wanted => Err(io::Error::other(
                "it has changed since it was verified; start again, and it is downloaded anew",
            )),
            _ => Ok(hex),
        }
    }
}

impl Read for Hashing<'_> {
    /// Errors are told by [`Hashing::finish`]: whoever reads takes the file to end there.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.bytes.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let count = *read.as_ref().unwrap_or(&0);
        if count == 0 && !into.is_empty() && self.ended.is_none() {
            self.ended = Some(read.map(drop));
        }
        self.hash.update(&into[..count]);
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

/// The pieces that another thread has read.
struct Pieces {
    pieces: Receiver<Vec<u8>>,
    back: Sender<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            let Ok(next) = self.pieces.recv() else {
                return Ok(0);
            };
            self.at = 0;
            // Who reads ahead may be done and want no memory any more.
            _ = self.back.send(mem::replace(&mut self.piece, next));
        }
        let read = (&self.piece[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
