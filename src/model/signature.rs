//! The model's signature: how many features, their names and types.

/// Column types of the MLflow signature that a tree model can take.
/// Source: MLflow's `DataType` (`boolean integer long float double`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Boolean,
    Integer,
    Long,
    Float,
    Double,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name clients use in the named form; made up (`x0`, `x1`, …) when [`Signature::named`] is false.
    pub name: String,
    pub kind: ColumnType,
}

/// The features of one row, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub columns: Vec<Column>,
    /// Whether the names come from the model, so that rows can be given as `{"name": value}`.
    pub named: bool,
}

impl Signature {
    /// A signature of `n` unnamed columns of one type.
    pub fn unnamed(n: usize, kind: ColumnType) -> Self {
        let columns = (0..n)
            .map(|i| Column {
                name: format!("x{i}"),
                kind,
            })
            .collect();
        Self {
            columns,
            named: false,
        }
    }

    /// A signature of named columns of one type.
    pub fn named(names: impl IntoIterator<Item = String>, kind: ColumnType) -> Self {
        let columns = names
            .into_iter()
            .map(|name| Column { name, kind })
            .collect();
        Self {
            columns,
            named: true,
        }
    }

    pub fn len(&self) -> usize {
        self.columns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}
