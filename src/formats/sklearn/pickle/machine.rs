//! The stack, the memo and the opcodes.

use std::collections::HashMap;

use super::{
    super::{
        id::Id,
        record::{Arena, Node},
    },
    corrupt,
    input::Input,
    unsupported,
};
use crate::formats::FormatError;

/// The state of one reading: the stack, the memo, and the input.
pub(super) struct Machine<'i, 'r> {
    pub(super) input: &'r mut Input<'i>,
    pub(super) arena: &'r mut Arena<'static>,
    pub(super) stack: Vec<Id>,
    /// Where on the stack each open mark lies.
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
    /// Bytes that protocol 2 writes as text, each decoded once.
    pub(super) decoded: HashMap<Id, Id>,
    /// Whether arrays may follow their records in the file.
    pub(super) arrays_follow: bool,
}

impl<'i, 'r> Machine<'i, 'r> {
    /// A machine that begins where the input is.
    pub(super) fn new(
        input: &'r mut Input<'i>,
        arena: &'r mut Arena<'static>,
        arrays_follow: bool,
    ) -> Self {
        Self {
            input,
            arena,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            decoded: HashMap::new(),
            arrays_follow,
        }
    }

    /// Runs until STOP: the root object.
    pub(super) fn run(mut self) -> Result<Id, FormatError> {
        match (self.input.byte()?, self.input.byte()?) {
            (0x80, 2..=5) => {}
            (0x80, version) => {
                return Err(unsupported!(
                    "the pickle has protocol {version}, this server reads 2 to 5; log the model again"
                ));
            }
            _ => {
                return Err(unsupported!(
                    "the file does not start as a pickle of protocol 2 to 5 does; log the model again"
                ));
            }
        }
        loop {
            let op = self.input.byte()?;
            if op == b'.' {
                return self.pop();
            }
            self.arena.grow(self.input.seen());
            self.step(op)?;
        }
    }

    fn step(&mut self, op: u8) -> Result<(), FormatError> {
        let id = match op {
            b'(' => {
                self.marks.push(self.stack.len());
                return Ok(());
            }
            b'0' => return self.discard(),
            b'1' => return self.pop_to_mark().map(drop),
            b'2' => self.top()?,
            // A frame is a hint for buffering; what lies in it is read as what follows.
            0x95 => {
                let size = self.long()?;
                return self.input.has(size);
            }
            b'q' => {
                let at = self.input.byte()?.into();
                return self.remember(at);
            }
            b'r' => {
                let at = self.word()?;
                return self.remember(at);
            }
            0x94 => return self.remember(self.memo.len()),
            b'h' => {
                let at = self.input.byte()?.into();
                self.recall(at)?
            }
            b'j' => {
                let at = self.word()?;
                self.recall(at)?
            }
            b'a' => {
                let item = self.pop()?;
                return self.append(&[item]);
            }
            b'e' | 0x90 => {
                let items = self.pop_to_mark()?;
                return self.append(&items);
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                return self.set(&[key, value]);
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                return self.set(&items);
            }
            b'b' => return self.build(),
            b'c' | 0x93 | b'R' | 0x81 | 0x92 => self.instance(op)?,
            _ => self.value(op)?,
        };
        self.stack.push(id);
        Ok(())
    }

    /// Opcodes that push a global or an instance.
    fn instance(&mut self, op: u8) -> Result<Id, FormatError> {
        match op {
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                let module = self.arena.add(Node::OwnedText(module))?;
                let name = self.arena.add(Node::OwnedText(name))?;
                self.arena.add(Node::Global { module, name })
            }
            0x93 => {
                let name = self.pop()?;
                let module = self.pop()?;
                if self.arena.text(module).is_none() || self.arena.text(name).is_none() {
                    return Err(corrupt!(
                        "the pickle names a global by something else than text"
                    ));
                }
                self.arena.add(Node::Global { module, name })
            }
            b'R' | 0x81 => {
                let args = self.pop()?;
                let class = self.pop()?;
                self.make(class, args)
            }
            _ => {
                // NEWOBJ_EX: keyword arguments would only matter to a constructor.
                self.pop()?;
                let args = self.pop()?;
                let class = self.pop()?;
                self.make(class, args)
            }
        }
    }

    /// Opcodes that push plain data.
    fn value(&mut self, op: u8) -> Result<Id, FormatError> {
        let node = match op {
            b'N' => return Ok(Arena::NONE),
            0x88 | 0x89 => return Ok(Arena::bool(op == 0x88)),
            b'K' | b'M' | b'J' | 0x8a | 0x8b => return self.whole_number(op),
            b'G' => Node::Float(f64::from_be_bytes(self.input.array()?)),
            0x8c | b'X' | 0x8d | b'C' | b'B' | 0x8e | 0x96 => self.text_or_bytes(op)?,
            b']' | 0x8f => Node::List(Vec::new()),
            b'}' => Node::Dict(Vec::new()),
            b')' => return Ok(Arena::EMPTY),
            b't' => {
                let items = self.pop_to_mark()?;
                return self.arena.tuple(&items);
            }
            0x85..=0x87 => {
                let mut items = [Arena::NONE; 3];
                let size = usize::from(op - 0x84);
                for item in items[..size].iter_mut().rev() {
                    *item = self.pop()?;
                }
                return self.arena.tuple(&items[..size]);
            }
            0x91 => Node::List(self.pop_to_mark()?),
            _ => return Err(self.refused(op)),
        };
        self.arena.add(node)
    }

    /// Opcodes that push an integer, by how many bytes it has.
    fn whole_number(&mut self, op: u8) -> Result<Id, FormatError> {
        let value = match op {
            b'K' => self.input.byte()?.into(),
            b'M' => u16::from_le_bytes(self.input.array()?).into(),
            b'J' => i32::from_le_bytes(self.input.array()?).into(),
            0x8a => {
                let size = self.input.byte()?.into();
                return self.integer(size);
            }
            _ => {
                let size = self.word()?;
                return self.integer(size);
            }
        };
        self.arena.int(value)
    }

    /// Opcodes that push a text or bytes, by how their length is written.
    fn text_or_bytes(&mut self, op: u8) -> Result<Node<'static>, FormatError> {
        let size = match op {
            0x8c | b'C' => self.input.byte()?.into(),
            b'X' | b'B' => self.word()?,
            _ => self.long()?,
        };
        Ok(match op {
            0x8c | b'X' | 0x8d => Node::OwnedText(self.input.text(size)?),
            _ => Node::OwnedBytes(self.input.take(size)?),
        })
    }

    fn refused(&self, op: u8) -> FormatError {
        let what = match op {
            b'P' | b'Q' => "a persistent id, which only the program that wrote it understands",
            0x82..=0x84 => "a number from the copyreg extension registry",
            0x97 | 0x98 => "data outside of the file",
            b'i' | b'o' | b'd' | b'l' | b'I' | b'L' | b'F' | b'S' | b'T' | b'U' | b'V' | b'p'
            | b'g' => {
                return unsupported!(
                    "the pickle uses an opcode of protocol 0 or Python 2 ({:?}); log the model again with Python 3",
                    op as char
                );
            }
            _ => {
                return corrupt!(
                    "the file is not a pickle: byte {} is {op:#04x}, which is no opcode",
                    self.input.at().saturating_sub(1)
                );
            }
        };
        unsupported!("the pickle refers to {what}; log the model again")
    }

    fn integer(&mut self, size: usize) -> Result<Id, FormatError> {
        let bytes = self.input.take(size)?;
        if size > 8 {
            return self.arena.add(Node::Opaque);
        }
        let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        wide[..size].copy_from_slice(&bytes);
        self.arena.int(i64::from_le_bytes(wide))
    }

    // The stack.

    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    /// Takes the value on top of the stack.
    pub(super) fn pop(&mut self) -> Result<Id, FormatError> {
        if self.stack.len() <= self.floor() {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    /// The value on top of the stack, which stays there.
    pub(super) fn top(&self) -> Result<Id, FormatError> {
        if self.stack.len() <= self.floor() {
            return Err(self.underflow());
        }
        self.stack.last().copied().ok_or_else(|| self.underflow())
    }

    fn discard(&mut self) -> Result<(), FormatError> {
        if self.stack.len() == self.floor() && self.marks.pop().is_some() {
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, FormatError> {
        let mark = self.marks.pop().ok_or_else(|| self.underflow())?;
        Ok(self.stack.split_off(mark))
    }

    fn underflow(&self) -> FormatError {
        corrupt!(
            "the file is not a pickle: byte {} takes more from the stack than there is",
            self.input.at().saturating_sub(1)
        )
    }

    fn remember(&mut self, at: usize) -> Result<(), FormatError> {
        let id = self.top()?;
        // Picklers number from zero on; a number beyond the bytes so far is a lie that would cost memory.
        if at > self.input.at() {
            return Err(corrupt!(
                "the pickle remembers more objects than it has bytes"
            ));
        }
        if at >= self.memo.len() {
            self.memo.resize(at + 1, None);
        }
        self.memo[at] = Some(id);
        Ok(())
    }

    fn recall(&self, at: usize) -> Result<Id, FormatError> {
        let found = self.memo.get(at).copied().flatten();
        found.ok_or_else(|| corrupt!("the pickle refers to object {at} before there is one"))
    }

    fn word(&mut self) -> Result<usize, FormatError> {
        Ok(u32::from_le_bytes(self.input.array()?) as usize)
    }

    fn long(&mut self) -> Result<usize, FormatError> {
        let size = u64::from_le_bytes(self.input.array()?);
        Ok(usize::try_from(size).unwrap_or(usize::MAX))
    }
}
