//! Instances: records where Python would call something.

use super::{
    super::{
        id::Id,
        record::{Arena, Node, Object},
        trees,
    },
    corrupt,
    machine::Machine,
};
use crate::formats::FormatError;

impl Machine<'_, '_> {
    /// What REDUCE or NEWOBJ would have made.
    pub(super) fn make(&mut self, class: Id, args: Id) -> Result<Id, FormatError> {
        let Node::Tuple(items) = self.arena.node(args) else {
            return Err(corrupt!(
                "the pickle calls with {} instead of arguments",
                self.arena.kind(args)
            ));
        };
        let first = items.first().copied();
        let Some((module, name)) = self.arena.global(class) else {
            // A class or function that another call would have made: from code, or by an attribute.
            return match self.arena.node(class) {
                Node::Object(_) => self.object(class, args),
                _ => Err(corrupt!("the pickle calls {}", self.arena.kind(class))),
            };
        };
        match (module, name, first) {
            ("_codecs", "encode", Some(text)) => return self.encode(text),
            // The same for mutable bytes.
            ("builtins" | "__builtin__", "bytearray", Some(text))
                if self.arena.text(text).is_some() =>
            {
                return self.encode(text);
            }
            ("builtins" | "__builtin__", "bytes" | "bytearray", None) => {
                return self.arena.add(Node::Bytes(&[]));
            }
            // Of bytes: the same bytes, but mutable.
            ("builtins" | "__builtin__", "bytearray", Some(bytes))
                if self.arena.bytes(bytes).is_some() =>
            {
                return Ok(bytes);
            }
            ("builtins" | "__builtin__", "set" | "frozenset", Some(items)) => return Ok(items),
            // The class is the first argument.
            ("copyreg" | "copy_reg", "_reconstructor", Some(class))
                if self.arena.global(class).is_some() =>
            {
                return self.object(class, Arena::EMPTY);
            }
            _ => {}
        }
        self.object(class, args)
    }

    fn object(&mut self, class: Id, args: Id) -> Result<Id, FormatError> {
        self.arena.add(Node::Object(Object {
            class,
            args,
            state: Arena::NONE,
            items: Arena::NONE,
        }))
    }

    /// Protocol 2 has no bytes: it writes them as text of the characters 0 to 255. Each text is decoded once.
    fn encode(&mut self, text: Id) -> Result<Id, FormatError> {
        if let Some(id) = self.decoded.get(&text) {
            return Ok(*id);
        }
        let chars = self.arena.text(text).map(str::chars);
        let bytes = chars.and_then(|chars| {
            chars
                .map(|c| u8::try_from(c).ok())
                .collect::<Option<Vec<u8>>>()
        });
        let bytes =
            bytes.ok_or_else(|| corrupt!("the pickle has bytes that are not in Latin-1"))?;
        let id = self.arena.add(Node::OwnedBytes(bytes))?;
        self.decoded.insert(text, id);
        Ok(id)
    }

    /// BUILD: gives the instance on top of the stack its state.
    pub(super) fn build(&mut self) -> Result<(), FormatError> {
        let state = self.pop()?;
        let target = self.top()?;
        match self.arena.node_mut(target) {
            Some(Node::Object(object)) if object.state == Arena::NONE => object.state = state,
            Some(Node::Object(_)) => {
                return Err(corrupt!("the pickle gives an object its state twice"));
            }
            _ => {
                return Err(corrupt!(
                    "the pickle gives a state to {}",
                    self.arena.kind(target)
                ));
            }
        }
        trees::keep(self.arena, target, state, |bytes| self.input.reuse(bytes))?;
        if self.arrays_follow
            && self.arena.class(target) == Some(("joblib.numpy_pickle", "NumpyArrayWrapper"))
        {
            let array = self.array_behind(state)?;
            self.pop()?;
            self.stack.push(array);
        }
        Ok(())
    }

    /// APPEND, APPENDS and ADDITEMS.
    pub(super) fn append(&mut self, items: &[Id]) -> Result<(), FormatError> {
        let target = self.top()?;
        let list = self.members(target, || Node::List(Vec::new()))?;
        match self.arena.node_mut(list) {
            Some(Node::List(list)) => list.extend_from_slice(items),
            _ => {
                return Err(corrupt!(
                    "the pickle appends to {}",
                    self.arena.kind(target)
                ));
            }
        }
        Ok(())
    }

    /// SETITEM and SETITEMS: keys and values in turn.
    pub(super) fn set(&mut self, items: &[Id]) -> Result<(), FormatError> {
        let target = self.top()?;
        let dict = self.members(target, || Node::Dict(Vec::new()))?;
        let (pairs, rest) = items.as_chunks::<2>();
        match self.arena.node_mut(dict) {
            Some(Node::Dict(dict)) if rest.is_empty() => {
                dict.extend(pairs.iter().map(|[key, value]| (*key, *value)));
            }
            _ => {
                return Err(corrupt!(
                    "the pickle sets items of {}",
                    self.arena.kind(target)
                ));
            }
        }
        Ok(())
    }

    /// Where the items of `target` are kept: in itself, or beside an instance of a subclass of list or dict.
    fn members(&mut self, target: Id, new: impl Fn() -> Node<'static>) -> Result<Id, FormatError> {
        let Some(object) = self.arena.object(target) else {
            return Ok(target);
        };
        if object.items != Arena::NONE {
            return Ok(object.items);
        }
        let items = self.arena.add(new())?;
        if let Some(Node::Object(object)) = self.arena.node_mut(target) {
            object.items = items;
        }
        Ok(items)
    }
}
