//! Which values a column takes: one set of rules for JSON, CSV, examples and training data.

use super::{Column, ColumnType, Precision};
use std::fmt;

/// A value as a client sent it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`, or what a CSV file writes for it.
    Missing,
    Boolean(bool),
    Number(f64),
    Text(&'a str),
}

/// Why a column does not take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The value is of another type than the column; both as messages name them.
    Type {
        expected: &'static str,
        got: &'static str,
    },
    /// The value is missing, and the model cannot handle that.
    Missing,
    /// Infinity or NaN written as a number.
    NotFinite,
    /// The number is beyond the type named.
    OutOfRange { range: &'static str },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type { expected, got } => write!(f, "expected {expected}, got {got}"),
            Self::Missing => f.write_str("null is a missing value, which this model cannot handle"),
            Self::NotFinite => f.write_str("the number is not finite"),
            Self::OutOfRange { range } => write!(f, "the number {range}"),
        }
    }
}

/// The smallest number above every 64-bit integer, 2⁶³.
const BEYOND_LONG: f64 = 9_223_372_036_854_775_808.0;

impl Column {
    /// The number that `value` is to the model; NaN where it is missing.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept(&self, value: Value<'_>, precision: Precision) -> Result<f64, Refusal> {
        match value {
            Value::Number(x) => self.accept_number(x, precision),
            Value::Boolean(x) if self.kind == ColumnType::Boolean => Ok(f64::from(x)),
            Value::Boolean(_) => Err(self.wrong_type("a boolean")),
            Value::Text(_) => Err(self.wrong_type("a string")),
            Value::Missing if self.nullable => Ok(f64::NAN),
            Value::Missing => Err(Refusal::Missing),
        }
    }

    /// Whether `x` is a number that a column of fractions takes as it is: the common case, told with two comparisons.
    ///
    /// `false` says nothing: [`Column::accept`] has the rules.
    #[inline]
    pub fn takes_plainly(&self, x: f64, precision: Precision) -> bool {
        let fractions = matches!(self.kind, ColumnType::Float | ColumnType::Double);
        fractions
            && match precision {
                Precision::F32 => (x as f32).is_finite(),
                Precision::F64 => x.is_finite(),
            }
    }

    fn accept_number(&self, x: f64, precision: Precision) -> Result<f64, Refusal> {
        match self.kind {
            ColumnType::Boolean => return Err(self.wrong_type("a number")),
            ColumnType::Integer | ColumnType::Long if x.is_finite() && x.fract() != 0.0 => {
                return Err(self.wrong_type("a number with a fraction"));
            }
            ColumnType::Integer if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&x) => {
                return Err(Refusal::OutOfRange {
                    range: "does not fit a 32-bit integer",
                });
            }
            ColumnType::Long if !(-BEYOND_LONG..BEYOND_LONG).contains(&x) => {
                return Err(Refusal::OutOfRange {
                    range: "does not fit a 64-bit integer",
                });
            }
            _ => {}
        }
        if !x.is_finite() {
            return Err(Refusal::NotFinite);
        }
        if precision == Precision::F32 && (x as f32).is_infinite() {
            return Err(Refusal::OutOfRange {
                range: precision.range(),
            });
        }
        Ok(x)
    }

    /// The same for a cell of a text file, where everything is text: a number's digits are the number, `true` and `false` (and 1 and
    /// 0 in a boolean column) are booleans, and an empty cell, `NA`, `NaN` and `null` are missing values, in any case of letters.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept_text(&self, cell: &str, precision: Precision) -> Result<f64, Refusal> {
        let cell = cell.trim();
        self.accept(self.read_text(cell), precision)
            .map_err(|refusal| match refusal {
                // Digits that overflow to infinity are a number, the word is not.
                Refusal::NotFinite if cell.contains(|c: char| c.is_ascii_digit()) => {
                    let range = precision.range();
                    Refusal::OutOfRange { range }
                }
                refusal => refusal,
            })
    }

    fn read_text<'a>(&self, cell: &'a str) -> Value<'a> {
        let is = |word: &str| cell.eq_ignore_ascii_case(word);
        if ["", "na", "nan", "null"].into_iter().any(is) {
            return Value::Missing;
        }
        let boolean = self.kind == ColumnType::Boolean;
        if is("true") || (boolean && cell == "1") {
            return Value::Boolean(true);
        }
        if is("false") || (boolean && cell == "0") {
            return Value::Boolean(false);
        }
        cell.parse().map_or(Value::Text(cell), Value::Number)
    }

    /// A refusal of what messages call `got`: an array, an object, and what [`Column::accept`] finds.
    pub fn wrong_type(&self, got: &'static str) -> Refusal {
        let expected = match self.kind {
            ColumnType::Boolean => "true or false",
            ColumnType::Integer | ColumnType::Long => "an integer",
            ColumnType::Float | ColumnType::Double => "a number",
        };
        Refusal::Type { expected, got }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(kind: ColumnType, value: Value<'_>) -> Result<f64, String> {
        let column = Column::new("x", kind);
        let accepted = column.accept(value, Precision::F64);
        accepted.map_err(|refusal| refusal.to_string())
    }

    fn cell(kind: ColumnType, text: &str) -> Result<f64, String> {
        let column = Column::new("x", kind);
        let accepted = column.accept_text(text, Precision::F32);
        accepted.map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn an_integer_column_takes_whole_numbers_within_its_bits() {
        use ColumnType::{Integer, Long};
        assert_eq!(accept(Integer, Value::Number(-7.0)), Ok(-7.0));
        for kind in [Integer, Long] {
            let refused = accept(kind, Value::Number(1.5)).unwrap_err();
            assert_eq!(refused, "expected an integer, got a number with a fraction");
        }
        let refused = accept(Integer, Value::Number(3e9)).unwrap_err();
        assert_eq!(refused, "the number does not fit a 32-bit integer");
        assert_eq!(accept(Long, Value::Number(3e9)), Ok(3e9));
        assert_eq!(
            accept(Long, Value::Number(i64::MIN as f64)),
            Ok(i64::MIN as f64)
        );
        for beyond in [1e30, -1e30, i64::MAX as f64] {
            let refused = accept(Long, Value::Number(beyond)).unwrap_err();
            assert_eq!(refused, "the number does not fit a 64-bit integer");
        }
    }

    #[test]
    fn a_boolean_column_takes_booleans_and_no_other_column_does() {
        use ColumnType::{Boolean, Double};
        assert_eq!(accept(Boolean, Value::Boolean(true)), Ok(1.0));
        assert_eq!(
            accept(Boolean, Value::Number(1.0)).unwrap_err(),
            "expected true or false, got a number"
        );
        assert_eq!(
            accept(Double, Value::Boolean(true)).unwrap_err(),
            "expected a number, got a boolean"
        );
    }

    #[test]
    fn a_missing_value_is_nan_where_the_model_has_a_use_for_it() {
        let mut column = Column::new("x", ColumnType::Double);
        assert_eq!(
            column.accept(Value::Missing, Precision::F64),
            Err(Refusal::Missing)
        );
        column.nullable = true;
        for text in ["", "  ", "NA", "NaN", "null"] {
            let x = column.accept_text(text, Precision::F64).unwrap();
            assert!(x.is_nan(), "{text:?}");
        }
    }

    #[test]
    fn a_number_must_be_finite_and_within_the_models_precision() {
        use ColumnType::Double;
        assert_eq!(
            accept(Double, Value::Number(f64::INFINITY)).unwrap_err(),
            "the number is not finite"
        );
        assert_eq!(accept(Double, Value::Number(1e39)), Ok(1e39));
        assert_eq!(
            cell(Double, "1e39").unwrap_err(),
            "the number is out of range for a 32-bit float (±3.4e38)"
        );
    }

    #[test]
    fn what_is_taken_plainly_is_accepted() {
        use ColumnType::{Boolean, Double, Float, Integer, Long};
        for kind in [Boolean, Integer, Long, Float, Double] {
            let column = Column::new("x", kind);
            for precision in [Precision::F32, Precision::F64] {
                for x in [0.0, -1.5, 3e9, 3.5e38, 1e300, f64::INFINITY, f64::NAN] {
                    let accepted = column.accept(Value::Number(x), precision);
                    if column.takes_plainly(x, precision) {
                        assert_eq!(accepted, Ok(x), "{kind:?}");
                    } else if [Float, Double].contains(&kind) {
                        accepted.expect_err("a column of fractions takes all others plainly");
                    }
                }
            }
        }
    }

    #[test]
    fn a_cell_of_text_follows_the_rules_of_its_column() {
        use ColumnType::{Boolean, Double, Integer};
        assert_eq!(cell(Double, " 1.5 "), Ok(1.5));
        assert_eq!(cell(Boolean, "True"), Ok(1.0));
        assert_eq!(cell(Boolean, "0"), Ok(0.0));
        assert!(cell(Boolean, "2").is_err());
        assert_eq!(cell(Double, "inf").unwrap_err(), "the number is not finite");
        assert_eq!(
            Column::new("x", Double).accept_text("1e999", Precision::F64),
            Err(Refusal::OutOfRange {
                range: "is out of range for a 64-bit float (±1.8e308)"
            })
        );
        assert!(cell(Integer, "1.5").is_err());
        assert_eq!(
            cell(Double, "two").unwrap_err(),
            "expected a number, got a string"
        );
    }
}
