//! What is known of the columns so far.

use crate::{
    input::{Column, ColumnType, Precision, Schema, Word, Words},
    model::ops::Whole,
};
use std::sync::Arc;

/// One column, as the operations that read it need it.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer to a question of its own"
)]
pub(super) struct Draft {
    pub(super) name: String,
    /// What the package says of it.
    pub(super) told: Option<ColumnType>,
    pub(super) holds: Holds,
    pub(super) words: Words,
    /// Whether a missing value goes anywhere without an error.
    pub(super) nullable: bool,
    /// Whether an infinite number does, too.
    pub(super) infinite: bool,
    /// Whether anything reads it.
    pub(super) read: bool,
    /// Whether a row may leave it out although something reads it.
    pub(super) optional: bool,
}

/// What a column's cells are to the operations that read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing has looked yet.
    Anything,
    Numbers,
    /// Numbers too, but only 0 and 1 were seen, as booleans.
    Booleans,
    Words,
    /// Free text.
    Text,
    /// Categories of which only the hash is known.
    Hashes,
}

impl Draft {
    pub(super) fn new(name: String, told: Option<ColumnType>) -> Self {
        Self {
            name,
            told,
            holds: Holds::Anything,
            words: Words::default(),
            nullable: true,
            infinite: true,
            read: false,
            optional: false,
        }
    }

    /// The precision of the cells where they are numbers.
    pub(super) fn precision(&self) -> Precision {
        match self.told {
            Some(ColumnType::Float) => Precision::F32,
            _ => Precision::F64,
        }
    }

    /// The type of its cells in Python, where they are whole numbers.
    pub(super) fn whole(&self) -> Option<Whole> {
        match self.told? {
            ColumnType::Boolean => Some(Whole::Boolean),
            ColumnType::Integer => Some(Whole::Bits32),
            ColumnType::Long => Some(Whole::Bits64),
            _ => None,
        }
    }

    fn kind(&self) -> ColumnType {
        let number = self.told.filter(|kind| !kind.is_words());
        match self.holds {
            Holds::Anything => self.told.unwrap_or(ColumnType::Any),
            Holds::Numbers => number.unwrap_or(ColumnType::Double),
            Holds::Booleans => number.unwrap_or(ColumnType::Boolean),
            Holds::Text => ColumnType::Text,
            Holds::Words if self.told == Some(ColumnType::Datetime) => ColumnType::Datetime,
            Holds::Words if self.words.are_text() => ColumnType::Text,
            Holds::Words => ColumnType::Any,
            Holds::Hashes => match self.told {
                Some(ColumnType::Double | ColumnType::Float) | None => ColumnType::Any,
                Some(told) => told,
            },
        }
    }

    fn column(self) -> Column {
        let kind = self.kind();
        let mut column = Column::new(self.name, kind);
        column.nullable = self.nullable;
        column.infinite = self.infinite;
        column.required = self.read && !self.optional;
        column.by_hash = self.holds == Holds::Hashes;
        column.booleans = self.told.is_none() && kind == ColumnType::Double;
        let says = !self.words.is_empty() && (kind.is_words() || self.words.is_closed());
        // A column whose words all are refused takes none; one that nothing reads takes any.
        column.free = self.holds == Holds::Text;
        column.words = (says || self.holds == Holds::Words).then(|| Arc::new(self.words));
        column
    }
}

/// The schema of all columns.
pub(super) fn schema(columns: Vec<Draft>, named: bool) -> Schema {
    Schema::new(columns.into_iter().map(Draft::column).collect(), named)
}

/// Whether a word is text.
pub(super) fn is_text(word: &Word) -> bool {
    matches!(word, Word::Text(_))
}
