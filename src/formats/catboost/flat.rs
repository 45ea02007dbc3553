//! FlatBuffers, as far as CatBoost's files use them: tables, vectors, texts. Every offset is checked where it is followed.
//!
//! Source: <https://flatbuffers.dev/internals/>. A table begins with the distance to its vtable, which lists where in the table each
//! field lies, or 0 where the field has its default.

use super::{FormatError, corrupt};
use std::{cell::Cell, rc::Rc};

/// How often the bytes of a buffer may be read, all in all: parts that many others name are written once.
const MOST_READS: usize = 16;

/// A buffer, and how much of it may still be read.
#[derive(Clone, Debug)]
struct Buffer<'a> {
    bytes: &'a [u8],
    left: Rc<Cell<usize>>,
}

/// A table of a buffer.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    buffer: Buffer<'a>,
    at: usize,
    vtable: &'a [u8],
}

fn out_of_range() -> FormatError {
    corrupt!("the CatBoost model points beyond its end; the file is cut off or damaged")
}

impl<'a> Buffer<'a> {
    fn get<const N: usize>(&self, at: usize) -> Result<[u8; N], FormatError> {
        let bytes = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        bytes.copied().ok_or_else(out_of_range)
    }

    fn offset(&self, at: usize) -> Result<usize, FormatError> {
        let distance = u32::from_le_bytes(self.get(at)?) as usize;
        at.checked_add(distance).ok_or_else(out_of_range)
    }

    fn spend(&self, bytes: usize) -> Result<(), FormatError> {
        let left = self.left.get().checked_sub(bytes);
        let left =
            left.ok_or_else(|| corrupt!("the CatBoost model names one part many times over"))?;
        self.left.set(left);
        Ok(())
    }

    fn table(&self, at: usize) -> Result<Table<'a>, FormatError> {
        let distance = i64::from(i32::from_le_bytes(self.get(at)?));
        let vtable = usize::try_from(at as i64 - distance).map_err(|_| out_of_range())?;
        let size = usize::from(u16::from_le_bytes(self.get(vtable)?));
        let vtable = vtable
            .checked_add(size)
            .and_then(|end| self.bytes.get(vtable..end));
        self.spend(size.saturating_add(4))?;
        Ok(Table {
            buffer: self.clone(),
            at,
            vtable: vtable.ok_or_else(out_of_range)?,
        })
    }

    /// The elements of a vector of `size` bytes each.
    fn vector(&self, at: usize, size: usize) -> Result<&'a [u8], FormatError> {
        let count = u32::from_le_bytes(self.get(at)?) as usize;
        let bytes = count.checked_mul(size).ok_or_else(out_of_range)?;
        let first = at.checked_add(4).ok_or_else(out_of_range)?;
        let end = first.checked_add(bytes).ok_or_else(out_of_range)?;
        let elements = self.bytes.get(first..end).ok_or_else(out_of_range)?;
        self.spend(bytes.saturating_add(4))?;
        Ok(elements)
    }
}

impl<'a> Table<'a> {
    /// The table at the root of a buffer.
    pub(super) fn root(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let left = bytes.len().saturating_mul(MOST_READS);
        let buffer = Buffer {
            bytes,
            left: Rc::new(Cell::new(left)),
        };
        buffer.table(buffer.offset(0)?)
    }

    /// Where the field of a slot lies, if the table has it.
    fn field(&self, slot: usize) -> Option<usize> {
        let entry = self.vtable.get(4 + 2 * slot..)?.first_chunk()?;
        let offset = usize::from(u16::from_le_bytes(*entry));
        (offset > 0).then(|| self.at.saturating_add(offset))
    }

    fn scalar<const N: usize>(&self, slot: usize) -> Result<Option<[u8; N]>, FormatError> {
        self.field(slot).map(|at| self.buffer.get(at)).transpose()
    }

    pub(super) fn byte(&self, slot: usize) -> Result<u8, FormatError> {
        Ok(self.scalar(slot)?.map_or(0, |[byte]| byte))
    }

    pub(super) fn int(&self, slot: usize, default: i32) -> Result<i32, FormatError> {
        Ok(self.scalar(slot)?.map_or(default, i32::from_le_bytes))
    }

    pub(super) fn float(&self, slot: usize, default: f32) -> Result<f32, FormatError> {
        Ok(self.scalar(slot)?.map_or(default, f32::from_le_bytes))
    }

    pub(super) fn double(&self, slot: usize, default: f64) -> Result<f64, FormatError> {
        Ok(self.scalar(slot)?.map_or(default, f64::from_le_bytes))
    }

    pub(super) fn table(&self, slot: usize) -> Result<Option<Table<'a>>, FormatError> {
        let Some(at) = self.field(slot) else {
            return Ok(None);
        };
        self.buffer.table(self.buffer.offset(at)?).map(Some)
    }

    pub(super) fn tables(&self, slot: usize) -> Result<Vec<Table<'a>>, FormatError> {
        let Some((at, elements)) = self.elements(slot, 4)? else {
            return Ok(Vec::new());
        };
        let places = (at..).step_by(4).take(elements.len() / 4);
        places
            .map(|at| self.buffer.table(self.buffer.offset(at)?))
            .collect()
    }

    pub(super) fn text(&self, slot: usize) -> Result<&'a str, FormatError> {
        let bytes = self.bytes(slot)?;
        std::str::from_utf8(bytes)
            .map_err(|_| corrupt!("a text of the CatBoost model is not UTF-8"))
    }

    pub(super) fn texts(&self, slot: usize) -> Result<Vec<&'a str>, FormatError> {
        let Some((at, elements)) = self.elements(slot, 4)? else {
            return Ok(Vec::new());
        };
        let places = (at..).step_by(4).take(elements.len() / 4);
        let text = |at| {
            let bytes = self.buffer.vector(self.buffer.offset(at)?, 1)?;
            std::str::from_utf8(bytes)
                .map_err(|_| corrupt!("a text of the CatBoost model is not UTF-8"))
        };
        places.map(text).collect()
    }

    pub(super) fn bytes(&self, slot: usize) -> Result<&'a [u8], FormatError> {
        let elements = self.elements(slot, 1)?;
        Ok(elements.map_or(&[][..], |(_, bytes)| bytes))
    }

    /// The elements of a vector, of `N` bytes each.
    pub(super) fn array<const N: usize>(&self, slot: usize) -> Result<&'a [[u8; N]], FormatError> {
        let elements = self.elements(slot, N)?;
        Ok(elements.map_or(&[][..], |(_, bytes)| bytes.as_chunks().0))
    }

    /// Where the elements of a vector begin, and their bytes.
    fn elements(&self, slot: usize, size: usize) -> Result<Option<(usize, &'a [u8])>, FormatError> {
        let Some(at) = self.field(slot) else {
            return Ok(None);
        };
        let at = self.buffer.offset(at)?;
        let elements = self.buffer.vector(at, size)?;
        Ok(Some((at.saturating_add(4), elements)))
    }
}
