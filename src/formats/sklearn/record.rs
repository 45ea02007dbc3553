//! What pickles and skops archives become: records in one arena, numbered. Data only; nothing here runs anything.
//!
//! Nodes refer to each other by number, so shared objects are stored once, cycles do no harm, and dropping the arena does
//! not recurse however deep a file nests.

use super::super::{FormatError, corrupt};
use super::{array::Array, id::Id, tree::Tree};

/// A value of a file.
#[derive(Debug)]
pub(super) enum Node<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    OwnedText(Box<str>),
    Bytes(&'a [u8]),
    OwnedBytes(Vec<u8>),
    Tuple(Box<[Id]>),
    /// A list or a set.
    List(Vec<Id>),
    /// In the order of the file; of equal keys the last one counts.
    Dict(Vec<(Id, Id)>),
    /// A class or a function, by name only.
    Global {
        module: Id,
        name: Id,
    },
    Object(Object),
    /// An array whose bytes lie apart from its record: skops's.
    Array(Box<Array<'a>>),
    /// The same, of nodes: joblib's.
    Buffer(Box<Buffer>),
    /// What a tree's arrays held.
    Tree(Box<Tree>),
    /// An integer beyond 64 bits, or something else that no model depends on.
    Opaque,
}

/// The record of what would have been an instance: of which class, from which arguments, with which state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object {
    /// A [`Node::Global`], or the object that would have been a class.
    pub(super) class: Id,
    pub(super) args: Id,
    /// What `__setstate__` would get, or [`Arena::NONE`].
    pub(super) state: Id,
    /// Items of a subclass of list or dict, or [`Arena::NONE`].
    pub(super) items: Id,
}

/// The record of what would have been an array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buffer {
    pub(super) dtype: Id,
    pub(super) shape: Id,
    pub(super) fortran: bool,
    /// Bytes, or a list of objects.
    pub(super) elements: Id,
}

/// All nodes of a file.
#[derive(Debug)]
pub(super) struct Arena<'a> {
    nodes: Vec<Node<'a>>,
    limit: usize,
}

/// Integers up to here share one node each.
const SMALL: i64 = 256;

impl<'a> Arena<'a> {
    /// The node of None.
    pub(super) const NONE: Id = Id(0);
    /// The node of the empty tuple.
    pub(super) const EMPTY: Id = Id(3);

    /// An arena for a file of which `size` bytes are known. Every node stands for at least two bytes of a file that a program has
    /// written, so a file that asks for more has been made to fill the memory.
    pub(super) fn new(size: usize) -> Self {
        let mut nodes = vec![
            Node::None,
            Node::Bool(false),
            Node::Bool(true),
            Node::Tuple([].into()),
        ];
        nodes.extend((0..SMALL).map(Node::Int));
        let mut arena = Self { nodes, limit: 0 };
        arena.grow(size);
        arena
    }

    /// Makes room for the nodes of `size` bytes, if there is less.
    pub(super) fn grow(&mut self, size: usize) {
        let limit = 4 + SMALL as usize + 1024 + size / 2;
        self.limit = self.limit.max(limit.min(u32::MAX as usize));
    }

    /// The node of a bool.
    pub(super) fn bool(value: bool) -> Id {
        Id(1 + u32::from(value))
    }

    /// The node of an integer, shared where it is small.
    pub(super) fn int(&mut self, value: i64) -> Result<Id, FormatError> {
        if (0..SMALL).contains(&value) {
            return Ok(Id(4 + value as u32));
        }
        self.add(Node::Int(value))
    }

    /// The node of a tuple.
    pub(super) fn tuple(&mut self, items: &[Id]) -> Result<Id, FormatError> {
        if items.is_empty() {
            return Ok(Self::EMPTY);
        }
        self.add(Node::Tuple(items.into()))
    }

    /// A new node; `Corrupt` when a file of this size cannot hold as many.
    pub(super) fn add(&mut self, node: Node<'a>) -> Result<Id, FormatError> {
        if self.nodes.len() >= self.limit {
            return Err(corrupt!(
                "the file describes more objects than a file of its size can hold"
            ));
        }
        self.nodes.push(node);
        Ok(Id(self.nodes.len() as u32 - 1))
    }

    /// The value of a node.
    pub(super) fn node(&self, id: Id) -> &Node<'a> {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::None)
    }

    #[cfg(test)]
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node<'a>> {
        self.nodes.iter()
    }

    /// The value of a node, to be completed.
    pub(super) fn node_mut(&mut self, id: Id) -> Option<&mut Node<'a>> {
        self.nodes.get_mut(id.0 as usize)
    }

    /// A text, whoever owns it.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            Node::OwnedText(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes, whoever owns them.
    pub(super) fn bytes(&self, id: Id) -> Option<&[u8]> {
        match self.node(id) {
            Node::Bytes(bytes) => Some(bytes),
            Node::OwnedBytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether a value is None.
    pub(super) fn is_none(&self, id: Id) -> bool {
        matches!(self.node(id), Node::None)
    }

    /// The members of a list, a tuple or a one-dimensional array of objects.
    pub(super) fn items(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Tuple(items) => Some(items),
            Node::List(items) => Some(items),
            Node::Object(object) if object.items != Self::NONE => self.items(object.items),
            _ => None,
        }
    }

    /// Keys and values of a dict, in the order of the file.
    pub(super) fn pairs(&self, id: Id) -> Option<&[(Id, Id)]> {
        match self.node(id) {
            Node::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The value of a dict under a key.
    pub(super) fn get(&self, id: Id, key: &str) -> Option<Id> {
        let pairs = match self.node(id) {
            Node::Dict(pairs) => pairs,
            Node::Object(object) if object.items != Self::NONE => {
                return self.get(object.items, key);
            }
            _ => return None,
        };
        let found = pairs.iter().rev().find(|(k, _)| self.text(*k) == Some(key));
        found.map(|(_, value)| *value)
    }

    /// Module and name of a class or function.
    pub(super) fn global(&self, id: Id) -> Option<(&str, &str)> {
        match self.node(id) {
            Node::Global { module, name } => Some((self.text(*module)?, self.text(*name)?)),
            _ => None,
        }
    }

    /// The record of an instance.
    pub(super) fn object(&self, id: Id) -> Option<Object> {
        match self.node(id) {
            Node::Object(object) => Some(*object),
            _ => None,
        }
    }

    /// Module and name of the class of an object.
    pub(super) fn class(&self, id: Id) -> Option<(&str, &str)> {
        self.global(self.object(id)?.class)
    }

    /// What a value is, for messages.
    pub(super) fn kind(&self, id: Id) -> String {
        match self.node(id) {
            Node::None => "None".into(),
            Node::Bool(_) => "a bool".into(),
            Node::Int(_) => "an int".into(),
            Node::Float(_) => "a float".into(),
            Node::Text(_) | Node::OwnedText(_) => "a str".into(),
            Node::Bytes(_) | Node::OwnedBytes(_) => "bytes".into(),
            Node::Tuple(_) => "a tuple".into(),
            Node::List(_) => "a list".into(),
            Node::Dict(_) => "a dict".into(),
            Node::Array(_) | Node::Buffer(_) => "an array".into(),
            Node::Opaque | Node::Tree(_) => "a value of an unknown kind".into(),
            Node::Global { .. } | Node::Object(_) => {
                described(self, id).unwrap_or_else(|| "an object".into())
            }
        }
    }
}

/// What a class, a function or an instance is called, and where it comes from if that is no library.
fn described(arena: &Arena<'_>, id: Id) -> Option<String> {
    if let Some((module, name)) = arena.global(id).or_else(|| arena.class(id)) {
        let script = match module {
            "__main__" => ", of the script that wrote it",
            _ if stores_code(module) => ", code inside the file",
            _ => "",
        };
        return Some(format!("{}.{}{script}", short(module), short(name)));
    }
    // An instance of a class that a call has made.
    let made = arena.object(arena.object(id)?.class)?;
    let (module, _) = arena.global(made.class)?;
    let mut names = arena.items(made.args).unwrap_or_default().iter();
    let name = names.find_map(|name| arena.text(*name)).unwrap_or("?");
    let name = short(name);
    Some(match module.split('.').next() {
        Some(library) if stores_code(module) => {
            format!("`{name}`, a class stored as code by {library}")
        }
        _ => format!(
            "an instance of what {} returns",
            described(arena, made.class)?
        ),
    })
}

fn stores_code(module: &str) -> bool {
    matches!(module.split('.').next(), Some("cloudpickle" | "dill"))
}

fn short(text: &str) -> String {
    let text: String = text.chars().take(80).collect();
    text.escape_debug().to_string()
}
