//! Tensors of a graph as a program sees them: the cells that belong to one row.

use std::rc::Rc;

use super::features::Elem;
use crate::model::Reg;

/// How long an axis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dim {
    Fixed(usize),
    /// So many entries for each row of the batch, row by row.
    Rows(usize),
}

impl Dim {
    /// How many entries of the axis belong to one row.
    pub(super) fn per_row(self) -> usize {
        match self {
            Self::Fixed(n) | Self::Rows(n) => n,
        }
    }

    /// Whether it has one entry, whatever the batch.
    pub(super) fn is_one(self) -> bool {
        self == Self::Fixed(1)
    }
}

/// An entry of a tensor, for one row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// The same number for every row. Truth is 1 and 0.
    Number(f64),
    /// The same text for every row.
    Text(Rc<str>),
    /// The number in a register.
    Register(Reg),
    /// One of several numbers or texts, by the place in a register.
    OneOf(Reg, Rc<[Cell]>),
    /// The text of a column.
    Column(Reg),
    /// The same, but some texts stand for others: what stands in the place of a missing one.
    Replaced(Reg, Rc<[(Rc<str>, Rc<str>)]>),
    /// The number in a register, written as text.
    Printed(Reg, Elem),
    /// So many times the number of rows.
    Size(usize),
}

impl Cell {
    /// The number, where it is the same for every row.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Text(_))
    }
}

/// What is known of the numbers of a tensor beside themselves: it tells probabilities from other scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain,
    /// Shares of one.
    Shares,
    /// A sum: what is divided by it are shares.
    Total,
    /// The logarithms of these.
    LogShares,
    LogTotal,
}

/// A tensor: its axes, at most one of which has the rows of the batch, and the cells of one row in the order of the axes.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) elem: Elem,
    pub(super) dims: Vec<Dim>,
    pub(super) cells: Rc<[Cell]>,
    pub(super) meaning: Meaning,
}

impl Tensor {
    pub(super) fn new(elem: Elem, dims: Vec<Dim>, cells: impl Into<Rc<[Cell]>>) -> Self {
        Self {
            elem,
            dims,
            cells: cells.into(),
            meaning: Meaning::Plain,
        }
    }

    /// Other cells of the same kind: of its elements, and with what they mean.
    pub(super) fn alike(&self, dims: Vec<Dim>, cells: impl Into<Rc<[Cell]>>) -> Self {
        Self {
            meaning: self.meaning,
            ..Self::new(self.elem, dims, cells)
        }
    }

    /// Registers by rows and columns.
    pub(super) fn of_registers(elem: Elem, registers: &[Reg]) -> Self {
        let cells: Vec<_> = registers.iter().map(|r| Cell::Register(*r)).collect();
        Self::new(elem, vec![Dim::Rows(1), Dim::Fixed(registers.len())], cells)
    }

    /// The axis that has the rows of the batch.
    pub(super) fn rows(&self) -> Option<usize> {
        self.dims.iter().position(|dim| matches!(dim, Dim::Rows(_)))
    }

    /// Whether it is the same for every row, and for every number of rows.
    pub(super) fn is_constant(&self) -> bool {
        self.rows().is_none() && self.cells.iter().all(Cell::is_constant)
    }

    /// The numbers of a constant.
    pub(super) fn numbers(&self) -> Option<Vec<f64>> {
        let constant = self.is_constant();
        constant.then(|| self.cells.iter().map(Cell::number).collect())?
    }

    /// Which axis is meant: negative ones count from the end.
    pub(super) fn axis(&self, axis: i64) -> Option<usize> {
        place(axis, self.dims.len())
    }

    /// How many cells lie before, along and behind an axis.
    pub(super) fn around(&self, axis: usize) -> (usize, usize, usize) {
        let product = |dims: &[Dim]| dims.iter().map(|dim| dim.per_row()).product();
        let along = self.dims[axis].per_row();
        (
            product(&self.dims[..axis]),
            along,
            product(&self.dims[axis + 1..]),
        )
    }

    /// Other axes over the same cells.
    pub(super) fn with_dims(&self, dims: Vec<Dim>) -> Self {
        Self {
            dims,
            ..self.clone()
        }
    }

    /// The cells at some places of an axis.
    pub(super) fn at(&self, axis: usize, places: &[usize]) -> Vec<Cell> {
        let (before, along, behind) = self.around(axis);
        let mut cells = Vec::with_capacity(before * places.len() * behind);
        for b in 0..before {
            for place in places {
                let first = (b * along + place) * behind;
                cells.extend_from_slice(&self.cells[first..first + behind]);
            }
        }
        cells
    }

    /// The cells in groups along an axis: those of the first place of the other axes, then those of the second, and so on.
    pub(super) fn groups(&self, axis: usize) -> Vec<Vec<Cell>> {
        let (before, along, behind) = self.around(axis);
        let places = (0..before).flat_map(|b| (0..behind).map(move |c| (b, c)));
        let group = |(b, c): (usize, usize)| {
            let at = move |a: usize| (b * along + a) * behind + c;
            (0..along).map(|a| self.cells[at(a)].clone()).collect()
        };
        places.map(group).collect()
    }
}

/// The place that an index means among `length`: negative ones count from the end.
pub(super) fn place(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 {
        index.checked_add_unsigned(length as u64)?
    } else {
        index
    };
    usize::try_from(at).ok().filter(|at| *at < length)
}

/// The axes that two tensors have together.
pub(super) fn broadcast(a: &[Dim], b: &[Dim]) -> Option<Vec<Dim>> {
    let rank = a.len().max(b.len());
    let dim = |(a, b): (Dim, Dim)| match (a, b) {
        (a, b) if a == b || b.is_one() => Some(a),
        (a, b) if a.is_one() => Some(b),
        _ => None,
    };
    let dims: Vec<Dim> = padded(a, rank)
        .zip(padded(b, rank))
        .map(dim)
        .collect::<Option<_>>()?;
    let rows = dims.iter().filter(|dim| matches!(dim, Dim::Rows(_)));
    (rows.count() < 2).then_some(dims)
}

/// The axes with axes of one entry before them, `rank` in all.
fn padded(dims: &[Dim], rank: usize) -> impl Iterator<Item = Dim> {
    std::iter::repeat_n(Dim::Fixed(1), rank - dims.len().min(rank)).chain(dims.iter().copied())
}

/// For each cell of the axes `to` the cell of a tensor with the axes `from` that stands there.
pub(super) fn spread(from: &[Dim], to: &[Dim]) -> Vec<usize> {
    let mut places = vec![0];
    for (from, to) in padded(from, to.len()).zip(to) {
        let n = from.per_row();
        // An axis of one entry stands for all.
        let step = |at: usize| (0..to.per_row()).map(move |i| if n == 1 { at } else { at * n + i });
        places = places.into_iter().flat_map(step).collect();
    }
    places
}

/// How many cells of one row axes have.
pub(super) fn cells_of(dims: &[Dim]) -> usize {
    dims.iter()
        .fold(1, |n, dim| n.saturating_mul(dim.per_row()))
}
