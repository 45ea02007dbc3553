//! `schema.json`: skops's nodes into the records that a pickle of the same model would have become.

use std::collections::HashMap;

use super::{
    super::{
        array::{Array, Data},
        dtype::Dtype,
        id::Id,
        record::{Arena, Node, Object},
    },
    Archive, FormatError, corrupt, json, npy,
};

/// Reads the model of an archive.
pub(in super::super) fn read<'a>(
    archive: &'a Archive<'_>,
    arena: &mut Arena<'a>,
) -> Result<Id, FormatError> {
    let root = json::read(archive.member("schema.json")?, arena)?;
    let mut schema = Schema {
        archive,
        arena,
        seen: HashMap::new(),
    };
    schema.record(root)
}

struct Schema<'a, 'f, 'r> {
    archive: &'a Archive<'f>,
    arena: &'r mut Arena<'a>,
    /// Records by skops's number, for nodes that refer back.
    seen: HashMap<i64, Id>,
}

impl Schema<'_, '_, '_> {
    /// The record of a node of the schema. Recurses no deeper than the JSON nests, which `serde_json` bounds.
    fn record(&mut self, node: Id) -> Result<Id, FormatError> {
        let field = |name: &str| self.arena.get(node, name);
        let text = |name: &str| field(name).and_then(|id| self.arena.text(id));
        let loader =
            text("__loader__").ok_or_else(|| corrupt!("a node of schema.json has no loader"))?;
        let content = field("content").filter(|id| !self.arena.is_none(*id));
        let number = match field("__id__").map(|id| self.arena.node(id)) {
            Some(Node::Int(number)) => Some(*number),
            _ => None,
        };
        let id = match (loader, content) {
            ("JsonNode", Some(content)) => self.json(content)?,
            ("DictNode", Some(content)) => self.dict(content)?,
            ("DefaultDictNode" | "_DictWithDeprecatedKeysNode", Some(content)) => {
                match self.arena.get(content, "main") {
                    Some(main) => self.record(main)?,
                    None => Arena::NONE,
                }
            }
            ("ListNode" | "SetNode", Some(content)) => {
                let items = self.list(content)?;
                self.arena.add(Node::List(items))?
            }
            ("TupleNode", Some(content)) => {
                let items = self.list(content)?;
                self.arena.tuple(&items)?
            }
            ("NdArrayNode", _) => self.array(node, content)?,
            ("SparseMatrixNode", _) => self.sparse(node)?,
            ("BytesNode" | "BytearrayNode", _) => {
                let archive = self.archive;
                let file = text("file").unwrap_or_default();
                self.arena.add(Node::Bytes(archive.member(file)?))?
            }
            ("TypeNode" | "FunctionNode", _) => self.global(node)?,
            ("CachedNode", _) => {
                let found = number.and_then(|number| self.seen.get(&number)).copied();
                found.ok_or_else(|| corrupt!("schema.json refers to a node that is not there"))?
            }
            ("ObjectNode" | "TreeNode" | "ReduceNode" | "LossNode", Some(content)) => {
                let class = self.global(node)?;
                let state = self.record(content)?;
                self.object(class, state)?
            }
            ("PartialNode", Some(content)) => self.partial(node, content)?,
            // Random states, slices, kinds of nodes to come, and what else no prediction depends on.
            _ => match self.global(node) {
                Ok(class) => self.object(class, Arena::NONE)?,
                Err(_) => self.arena.add(Node::Opaque)?,
            },
        };
        if let Some(number) = number {
            self.seen.insert(number, id);
        }
        Ok(id)
    }

    /// A value that is JSON in a text. Python's JSON has three numbers more.
    fn json(&mut self, content: Id) -> Result<Id, FormatError> {
        let text = self.arena.text(content).unwrap_or_default().to_owned();
        match text.as_str() {
            "NaN" => self.arena.add(Node::Float(f64::NAN)),
            "Infinity" => self.arena.add(Node::Float(f64::INFINITY)),
            "-Infinity" => self.arena.add(Node::Float(f64::NEG_INFINITY)),
            text => json::read_inner(text, self.arena),
        }
    }

    fn object(&mut self, class: Id, state: Id) -> Result<Id, FormatError> {
        self.arena.add(Node::Object(Object {
            class,
            args: Arena::EMPTY,
            state,
            items: Arena::NONE,
        }))
    }

    /// A `functools.partial`, as its `__reduce__` gives it to a pickle.
    fn partial(&mut self, node: Id, content: Id) -> Result<Id, FormatError> {
        let class = self.global(node)?;
        let mut state = Vec::with_capacity(4);
        for name in ["func", "args", "kwds", "namespace"] {
            let Some(inside) = self.arena.get(content, name) else {
                return Err(corrupt!("a partial in schema.json has no `{name}`"));
            };
            state.push(self.record(inside)?);
        }
        let state = self.arena.tuple(&state)?;
        self.object(class, state)
    }

    fn global(&mut self, node: Id) -> Result<Id, FormatError> {
        let name = |key: &str| {
            let id = self.arena.get(node, key)?;
            self.arena.text(id).map(|_| id)
        };
        match (name("__module__"), name("__class__")) {
            (Some(module), Some(name)) => self.arena.add(Node::Global { module, name }),
            _ => Err(corrupt!("a node of schema.json does not name its class")),
        }
    }

    fn dict(&mut self, content: Id) -> Result<Id, FormatError> {
        let pairs = match self.arena.node(content) {
            Node::Dict(pairs) => pairs.clone(),
            _ => return Err(corrupt!("a dict in schema.json has no content")),
        };
        let mut dict = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            dict.push((key, self.record(value)?));
        }
        self.arena.add(Node::Dict(dict))
    }

    fn list(&mut self, content: Id) -> Result<Vec<Id>, FormatError> {
        let nodes = self.arena.items(content).unwrap_or_default().to_vec();
        nodes.into_iter().map(|node| self.record(node)).collect()
    }

    /// A sparse matrix, as a pickle has it. Its arrays lie in a file of their own.
    fn sparse(&mut self, node: Id) -> Result<Id, FormatError> {
        let archive = self.archive;
        let class = self.global(node)?;
        let file = self.arena.get(node, "file");
        let file = file.and_then(|id| self.arena.text(id)).unwrap_or_default();
        let file = file.to_owned();
        let mut state = Vec::new();
        for (key, name) in [
            ("_shape", "shape"),
            ("data", "data"),
            ("indices", "indices"),
            ("indptr", "indptr"),
            ("offsets", "offsets"),
        ] {
            let member = format!("{file}/{name}.npy");
            if archive.has(&member) {
                let array = npy::read(archive.member(&member)?)?;
                let array = self.arena.add(Node::Array(Box::new(array)))?;
                state.push((self.arena.add(Node::Text(key))?, array));
            }
        }
        let state = self.arena.add(Node::Dict(state))?;
        self.object(class, state)
    }

    fn array(&mut self, node: Id, content: Option<Id>) -> Result<Id, FormatError> {
        let archive = self.archive;
        if let Some(file) = self
            .arena
            .get(node, "file")
            .and_then(|id| self.arena.text(id))
        {
            let array = npy::read(archive.member(file)?)?;
            return self.arena.add(Node::Array(Box::new(array)));
        }
        // An array of objects, as nested lists of nodes.
        let mut items = match content {
            Some(content) => self.list(content)?,
            None => Vec::new(),
        };
        let mut shape = vec![items.len()];
        // Two dimensions are all that a model has: stages by classes.
        let rows: Option<Vec<&[Id]>> = items
            .iter()
            .map(|id| match self.arena.node(*id) {
                Node::List(row) => Some(row.as_slice()),
                _ => None,
            })
            .collect();
        if let Some(rows) = rows.filter(|rows| !rows.is_empty()) {
            shape.push(rows[0].len());
            items = rows.concat();
        }
        let array = Array::new(Dtype::plain("O")?, shape, false, Data::Owned(items.into()))?;
        self.arena.add(Node::Array(Box::new(array)))
    }
}
