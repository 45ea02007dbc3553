//! A graph on its way to a program: what every name stands for so far, and the board.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    corrupt,
    features::Elem,
    proto::NodeProto,
    scopes::Scopes,
    tensor::{Cell, Dim, Meaning, Tensor, broadcast, cells_of, spread},
    unsupported,
    walk::label,
};
use crate::{
    formats::{
        FormatError,
        program::{Board, Register},
    },
    input::Precision,
    model::{
        Reg, StepOp,
        ops::{self, Operand},
        text::{Cut, Normal},
    },
};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Tensor(Tensor),
    /// Maps of `ZipMap`: the classes and the scores.
    Zipped(Rc<[Cell]>, Tensor),
    /// Tensors that are kept apart, such as the probabilities of several targets.
    Sequence(Rc<[Tensor]>),
    /// A free text on its way to a vectorizer, and whether it is cut into tokens: how many, only the rows tell.
    Text(FreeText),
}

/// A column of free text, and what is done to it.
#[derive(Clone, Debug)]
pub(super) struct FreeText {
    pub(super) column: Reg,
    pub(super) normal: Normal,
    pub(super) cut: Option<Tokens>,
}

/// How a text is cut into tokens.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) cut: Cut,
    pub(super) least: usize,
}

/// The graph so far.
pub(super) struct Drawing {
    pub(super) board: Board,
    pub(super) scopes: Scopes<Value>,
    /// Cells that may still be made.
    room: usize,
    /// The size of the file in bytes.
    pub(super) size: usize,
    /// Registers of constants, by the bits of the number.
    constants: HashMap<u64, Reg>,
    /// The version of the default operators.
    pub(super) opset: i64,
    /// The places of the smallest of some numbers.
    pub(super) smallest: HashSet<Reg>,
    /// Registers with a place among so many.
    pub(super) ranked: HashMap<Reg, usize>,
    /// Registers with the place of a text among some, or the number of these.
    pub(super) places: HashMap<Reg, (Cell, Vec<Rc<str>>)>,
}

impl Drawing {
    /// A board with the columns of the inputs; nothing has a name yet.
    pub(super) fn new(board: Board, size: usize, opset: i64) -> Self {
        Self {
            board,
            scopes: Scopes::new(),
            room: size.saturating_mul(4).max(1 << 22),
            size,
            constants: HashMap::new(),
            opset,
            smallest: HashSet::new(),
            ranked: HashMap::new(),
            places: HashMap::new(),
        }
    }

    /// Gives a name a meaning, once.
    pub(super) fn set_name(&mut self, name: &str, value: Value) -> Result<(), FormatError> {
        if self.scopes.set(name, value) {
            return Ok(());
        }
        Err(corrupt!("two nodes compute `{name}`"))
    }

    /// What a name stands for.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.scopes.value(name)
    }

    /// The node's input `i`; none where it is left out.
    pub(super) fn input(&self, node: &NodeProto, i: usize) -> Result<Option<&Value>, FormatError> {
        let Some(name) = node.input.get(i).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let value = self.value(name).ok_or_else(|| {
            corrupt!(
                "{} reads `{name}`, which nothing before it computes",
                label(node)
            )
        });
        value.map(Some)
    }

    /// The node's input `i` as a tensor; none where it is left out.
    pub(super) fn optional(
        &self,
        node: &NodeProto,
        i: usize,
    ) -> Result<Option<Tensor>, FormatError> {
        match self.input(node, i)? {
            Some(Value::Tensor(tensor)) => Ok(Some(tensor.clone())),
            Some(Value::Zipped(..)) => {
                Err(unsupported!("{} reads what ZipMap has made", label(node)))
            }
            Some(Value::Sequence(_)) => Err(unsupported!(
                "{} reads a whole sequence of tensors; only SequenceAt does",
                label(node)
            )),
            Some(Value::Text(_)) => Err(unsupported!(
                "{} reads what StringNormalizer or Tokenizer has made of a text; only TfIdfVectorizer does",
                label(node)
            )),
            None => Ok(None),
        }
    }

    /// The node's input `i` as a tensor.
    pub(super) fn tensor(&self, node: &NodeProto, i: usize) -> Result<Tensor, FormatError> {
        self.optional(node, i)?
            .ok_or_else(|| corrupt!("{} has too few inputs", label(node)))
    }

    /// All inputs of a node.
    pub(super) fn tensors(&self, node: &NodeProto) -> Result<Vec<Tensor>, FormatError> {
        (0..node.input.len())
            .map(|i| self.tensor(node, i))
            .collect()
    }

    /// Gives the node's output `i` a meaning, once. One that nobody names is dropped.
    pub(super) fn set(
        &mut self,
        node: &NodeProto,
        i: usize,
        value: Tensor,
    ) -> Result<(), FormatError> {
        self.set_value(node, i, Value::Tensor(value))
    }

    pub(super) fn set_value(
        &mut self,
        node: &NodeProto,
        i: usize,
        value: Value,
    ) -> Result<(), FormatError> {
        if let Value::Tensor(tensor) = &value
            && tensor.cells.is_empty()
            && tensor.dims.len() > 1
        {
            return Err(unsupported!("{} makes no numbers at all", label(node)));
        }
        match node.output.get(i).filter(|name| !name.is_empty()) {
            Some(name) => self.set_name(name, value),
            None => Ok(()),
        }
    }

    /// Notes that cells are made: a small file may ask for many.
    pub(super) fn spend(&mut self, cells: usize, node: &NodeProto) -> Result<(), FormatError> {
        let left = self.room.checked_sub(cells);
        self.room = left.ok_or_else(|| {
            unsupported!(
                "the graph up to {} makes more numbers than a file of {} bytes should",
                label(node),
                self.size
            )
        })?;
        Ok(())
    }

    /// The axes that two tensors have together, and for each of their cells the places of both.
    pub(super) fn alike(
        &mut self,
        node: &NodeProto,
        a: &Tensor,
        b: &Tensor,
    ) -> Result<(Vec<Dim>, [Vec<usize>; 2]), FormatError> {
        let dims = broadcast(&a.dims, &b.dims)
            .ok_or_else(|| unsupported!("{} joins tensors whose axes do not fit", label(node)))?;
        self.spend(cells_of(&dims), node)?;
        let places = [a, b].map(|tensor| spread(&tensor.dims, &dims));
        Ok((dims, places))
    }

    /// What an operation reads for a cell that is a number.
    pub(super) fn operand(
        &mut self,
        node: &NodeProto,
        cell: &Cell,
    ) -> Result<Operand, FormatError> {
        match cell {
            Cell::Number(number) => Ok(Operand::Number(*number)),
            _ => Ok(Operand::Register(self.register(node, cell)?)),
        }
    }

    /// The register that has the number of a cell.
    pub(super) fn register(&mut self, node: &NodeProto, cell: &Cell) -> Result<Reg, FormatError> {
        match cell {
            Cell::Register(register) => Ok(*register),
            Cell::Number(number) => self.constant(*number),
            Cell::OneOf(place, of) => self.looked_up(node, *place, of),
            Cell::Text(_) | Cell::Column(_) | Cell::Replaced(..) | Cell::Printed(..) => {
                Err(unsupported!("{} computes with texts", label(node)))
            }
            Cell::Size(_) => Err(unsupported!(
                "{} computes with the number of rows",
                label(node)
            )),
        }
    }

    /// The registers that have the numbers of cells.
    pub(super) fn registers(
        &mut self,
        node: &NodeProto,
        cells: &[Cell],
    ) -> Result<Vec<Reg>, FormatError> {
        cells.iter().map(|cell| self.register(node, cell)).collect()
    }

    /// The registers of a tensor's cells, read as numbers.
    pub(super) fn read(
        &mut self,
        node: &NodeProto,
        tensor: &Tensor,
    ) -> Result<Vec<Reg>, FormatError> {
        let registers = self.registers(node, &tensor.cells)?;
        self.board.numbers(&registers)?;
        Ok(registers)
    }

    /// The registers that an estimator reads: a missing value has no meaning to it.
    pub(super) fn complete(
        &mut self,
        node: &NodeProto,
        tensor: &Tensor,
    ) -> Result<Vec<Reg>, FormatError> {
        let registers = self.read(node, tensor)?;
        self.board.refuse_missing(&registers);
        Ok(registers)
    }

    fn constant(&mut self, number: f64) -> Result<Reg, FormatError> {
        if let Some(register) = self.constants.get(&number.to_bits()) {
            return Ok(*register);
        }
        // Infinite numbers are none that a linear model has.
        let register = if number.is_finite() {
            let linear = ops::Linear {
                reads: Vec::new(),
                weights: Vec::new(),
                intercept: vec![number],
            };
            self.board.draw(linear, [Register::number()])?[0]
        } else {
            let pairs = vec![[Operand::Number(number), Operand::Number(0.0)]];
            let pairs = ops::Combine {
                function: ops::Binary::Add,
                pairs,
                precision: Precision::F64,
            };
            self.board.draw(pairs, [Register::number().partial()])?[0]
        };
        self.constants.insert(number.to_bits(), register);
        Ok(register)
    }

    fn looked_up(&mut self, node: &NodeProto, place: Reg, of: &[Cell]) -> Result<Reg, FormatError> {
        let numbers: Option<Vec<f64>> = of.iter().map(Cell::number).collect();
        let numbers = numbers.ok_or_else(|| unsupported!("{} computes with texts", label(node)))?;
        if numbers
            .iter()
            .zip(0..)
            .all(|(number, place)| number.to_bits() == f64::from(place).to_bits())
        {
            return Ok(place);
        }
        self.spend(numbers.len(), node)?;
        let recode = ops::Recode {
            read: place,
            codes: ops::Codes::Places(numbers),
            unknown: f64::NAN,
            missing: f64::NAN,
        };
        Ok(self.board.draw(recode, [Register::number()])?[0])
    }

    /// Numbers rounded to an element type's precision.
    pub(super) fn round(&mut self, registers: &[Reg], elem: Elem) -> Result<Vec<Reg>, FormatError> {
        if elem == Elem::Float {
            self.board.rounded(registers)
        } else {
            Ok(registers.to_vec())
        }
    }
}

impl Board {
    /// Draws registers rounded to 32 bits. Those of columns stay these.
    pub(super) fn rounded(&mut self, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let rounded = |read: &Reg| {
            let mut register = self.register(*read).clone();
            register.precision = Precision::F32;
            register
        };
        let registers: Vec<_> = reads.iter().map(rounded).collect();
        let round = ops::Each {
            op: StepOp::Mul,
            reads: reads.to_vec(),
            operand: vec![1.0; reads.len()],
            precision: Precision::F32,
        };
        self.draw(round, registers)
    }
}

/// What is known of a number that is computed from others.
pub(super) fn computed(board: &Board, from: &[Operand], elem: Elem) -> Register {
    let known = || {
        from.iter()
            .filter_map(Operand::register)
            .map(|r| board.register(r))
    };
    let first = known().find(|register| register.missing.is_some());
    let mut computed = first
        .or_else(|| known().next())
        .map_or_else(Register::number, Register::computed);
    computed.partial = true;
    computed.precision = if elem == Elem::Float {
        Precision::F32
    } else {
        Precision::F64
    };
    computed
}

/// The meaning of what is moved about: what all parts have in common, numbers that are the same for every row aside.
pub(super) fn common(tensors: &[Tensor]) -> Meaning {
    let mut meanings = tensors
        .iter()
        .filter(|t| !t.is_constant())
        .map(|t| t.meaning);
    let Some(first) = meanings.next() else {
        return Meaning::Plain;
    };
    if meanings.all(|meaning| meaning == first) {
        first
    } else {
        Meaning::Plain
    }
}
