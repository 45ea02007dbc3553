//! The columns of a row: how many a model takes, their names, their types, and what may be left out.

use super::{Batch, Texts, Value, Word, Words};
use std::sync::Arc;

/// What stands for a free text where a row has to be made up.
const PLAIN_TEXT: &str = "some text";

/// The arithmetic that a model reads its numbers in, and so the range they must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    F64,
}

impl Precision {
    /// What messages say of a number beyond it.
    pub(super) fn range(self) -> &'static str {
        match self {
            Self::F32 => "is out of range for a 32-bit float (±3.4e38)",
            Self::F64 => "is out of range for a 64-bit float (±1.8e308)",
        }
    }

    /// The nearest number of this precision.
    pub fn round(self, x: f64) -> f64 {
        match self {
            Self::F32 => f64::from(x as f32),
            Self::F64 => x,
        }
    }
}

/// Column types of the MLflow signature that a model can take.
/// Source: MLflow's `DataType` (`boolean integer long float double string datetime`) and its `AnyType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Boolean,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    Float,
    Double,
    Text,
    /// Text too: no model here computes with a date.
    Datetime,
    /// Text, numbers and booleans: words of several kinds, or a column that the model never reads.
    Any,
}

impl ColumnType {
    /// The type's name in an MLflow signature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Text => "string",
            Self::Datetime => "datetime",
            Self::Any => "any",
        }
    }

    /// Whether cells enter the matrix as the place of their word, rather than as themselves.
    pub fn is_words(self) -> bool {
        matches!(self, Self::Text | Self::Datetime | Self::Any)
    }
}

/// One column of a row.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer for one kind of value"
)]
pub struct Column {
    /// The name clients use in the named form; made up (`x0`, `x1`, …) when [`Schema::named`] is false.
    pub name: String,
    pub kind: ColumnType,
    /// Whether a row given by name must have the column. One that it may leave out is a missing value there.
    pub required: bool,
    /// Whether a missing value (`null`, NaN) has a meaning to the model.
    pub nullable: bool,
    /// Whether an infinite number has a meaning to the model. JSON cannot say one, a text file can.
    pub infinite: bool,
    /// Whether a column of numbers takes `true` and `false` as 1 and 0, as Python does where no signature forbids it.
    pub booleans: bool,
    /// The words that the model compares cells with. Of a column of numbers only those that it takes no others than.
    pub words: Option<Arc<Words>>,
    /// Whether the cells are free text, which stands beside the matrix: a cell is its place there.
    pub free: bool,
    /// Whether a cell enters the matrix as the hash of its text: the model knows hashes of categories, and no list of words.
    pub by_hash: bool,
}

impl Column {
    /// A column that every row has, and whose values are never missing.
    pub fn new(name: impl Into<String>, kind: ColumnType) -> Self {
        Self {
            name: name.into(),
            kind,
            required: true,
            nullable: false,
            infinite: false,
            booleans: false,
            words: None,
            free: false,
            by_hash: false,
        }
    }
}

impl Column {
    /// What a client sends for a number that [`Column::accept`] gave; any value where that was a hash.
    pub fn value<'a>(&'a self, x: f64, texts: &'a Texts) -> Value<'a> {
        let words = self.words.as_deref().filter(|_| !x.is_nan());
        match self.kind {
            _ if x.is_nan() => Value::Missing,
            // Nobody knows any more what it was.
            ColumnType::Boolean if self.by_hash => Value::Boolean(false),
            kind if self.by_hash && kind.is_words() => Value::Text(""),
            _ if self.by_hash => Value::Number(0.0),
            ColumnType::Boolean => Value::Boolean(x != 0.0),
            _ if self.free => Value::Text(texts.get(x)),
            kind if kind.is_words() => match words.and_then(|words| words.get(x as usize)) {
                Some(Word::Text(text)) => Value::Text(text),
                Some(Word::Number(number)) => Value::Number(*number),
                Some(Word::Boolean(flag)) => Value::Boolean(*flag),
                None => Value::Missing,
            },
            _ => Value::Number(x),
        }
    }
}

/// The columns of one row, in the model's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    pub columns: Vec<Column>,
    /// Whether the names come from the model, so that rows can be given as `{"name": value}`.
    pub named: bool,
    /// What the model reads numbers in: a number beyond its range is refused.
    pub precision: Precision,
}

impl Schema {
    /// A schema of `n` unnamed columns of one type.
    pub fn unnamed(n: usize, kind: ColumnType) -> Self {
        let columns = (0..n).map(|i| Column::new(format!("x{i}"), kind));
        Self::new(columns.collect(), false)
    }

    /// A schema of named columns of one type.
    pub fn named(names: impl IntoIterator<Item = String>, kind: ColumnType) -> Self {
        let columns = names.into_iter().map(|name| Column::new(name, kind));
        Self::new(columns.collect(), true)
    }

    /// A schema whose numbers may be any 64-bit float.
    pub fn new(columns: Vec<Column>, named: bool) -> Self {
        Self {
            columns,
            named,
            precision: Precision::F64,
        }
    }

    /// A row that every model takes: zeros, `false`, and the first word of each column that has words.
    pub fn plain_row(&self) -> Batch {
        self.row_of(&self.plain_cells())
    }

    /// A row of these cells, in which every free text is [`PLAIN_TEXT`].
    fn row_of(&self, cells: &[f64]) -> Batch {
        let mut texts = Texts::default();
        if self.columns.iter().any(|column| column.free) {
            texts.add(PLAIN_TEXT);
        }
        Batch::one(cells).with_texts(texts)
    }

    fn plain_cells(&self) -> Vec<f64> {
        let value = |column: &Column| {
            let words = column.words.as_deref();
            let mut places = (0..).zip(0..words.map_or(0, Words::len));
            let first = places.find(|(place, _)| words.is_some_and(|words| words.takes(*place)));
            match (first, words) {
                (Some((place, _)), Some(_)) if column.kind.is_words() => place.into(),
                (Some((place, _)), Some(words)) => match words.get(place as usize) {
                    Some(Word::Number(x)) => *x,
                    Some(Word::Boolean(flag)) => (*flag).into(),
                    _ => 0.0,
                },
                _ => 0.0,
            }
        };
        self.columns.iter().map(value).collect()
    }

    /// The same, and one with ones in the place of its zeros: a step may have no finite number for a zero, a logarithm for instance.
    pub fn plain_rows(&self) -> [Batch; 2] {
        let zeros = self.plain_cells();
        let one = |(column, x): (&Column, &f64)| match column.words {
            None if !column.kind.is_words() => 1.0,
            _ => *x,
        };
        let ones: Vec<f64> = self.columns.iter().zip(&zeros).map(one).collect();
        [zeros, ones].map(|cells| self.row_of(&cells))
    }

    /// Whether rows are one tensor to MLflow: columns of numbers without names.
    pub fn is_tensor(&self) -> bool {
        let number =
            |column: &Column| !column.kind.is_words() && column.kind != ColumnType::Boolean;
        !self.named && self.columns.iter().all(number)
    }

    /// Columns per row.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}
