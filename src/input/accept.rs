//! Which values a column takes: one set of rules for JSON, CSV, examples and training data.

use super::{
    Column, ColumnType, Precision,
    refusal::{Refusal, Value, unknown},
};

/// What a text file holds in the place of a missing value: the words that pandas reads as one.
const MISSING: [&str; 17] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a",
];

/// The smallest number above every 64-bit integer, 2⁶³.
const BEYOND_LONG: f64 = 9_223_372_036_854_775_808.0;

impl Column {
    /// The number that `value` is to the model; NaN where it is missing.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept(&self, value: Value<'_>, precision: Precision) -> Result<f64, Refusal> {
        match value {
            Value::Missing if self.nullable => Ok(f64::NAN),
            Value::Missing => Err(Refusal::Missing),
            _ if self.by_hash => self.accept_hashed(value, precision),
            _ if self.kind.is_words() => self.accept_word(value),
            Value::Number(x) => self.accept_number(x, precision),
            Value::Boolean(x) if self.kind == ColumnType::Boolean => self.known(value, x.into()),
            Value::Boolean(x) if self.booleans => self.accept_number(x.into(), precision),
            Value::Boolean(_) => Err(self.wrong_type("a boolean")),
            Value::Text(_) => Err(self.wrong_type("a string")),
        }
    }

    /// The place of a word; the number of words for one that the model does not know.
    fn accept_word(&self, value: Value<'_>) -> Result<f64, Refusal> {
        if self.kind != ColumnType::Any && !matches!(value, Value::Text(_)) {
            return Err(self.wrong_type(match value {
                Value::Boolean(_) => "a boolean",
                _ => "a number",
            }));
        }
        let Some(words) = self.words.as_deref() else {
            // Nothing of the model reads the column.
            return Ok(0.0);
        };
        let place = match value {
            Value::Text(text) => words.text(text),
            Value::Number(x) => words.number(x),
            Value::Boolean(flag) => words.number(flag.into()),
            Value::Missing => None,
        };
        match place {
            Some(place) if words.takes(place) => Ok(place.into()),
            _ if words.is_closed() => Err(unknown(value, words)),
            _ => Ok(words.len() as f64),
        }
    }

    /// `x`, which is `value`, if the model takes it.
    fn known(&self, value: Value<'_>, x: f64) -> Result<f64, Refusal> {
        match self.words.as_deref() {
            Some(words) if words.number(x).is_none_or(|place| !words.takes(place)) => {
                Err(unknown(value, words))
            }
            _ => Ok(x),
        }
    }

    /// Whether `x` is a number that a column of fractions takes as it is: the common case, told with two comparisons.
    ///
    /// `false` says nothing: [`Column::accept`] has the rules.
    #[inline]
    pub fn takes_plainly(&self, x: f64, precision: Precision) -> bool {
        let fractions = matches!(self.kind, ColumnType::Float | ColumnType::Double);
        fractions
            && self.words.is_none()
            && match (precision, self.kind) {
                (Precision::F32, _) => (x as f32).is_finite(),
                (_, ColumnType::Float) => {
                    f64::from(x as f32).to_bits() == x.to_bits() && x.is_finite()
                }
                _ => x.is_finite(),
            }
    }

    pub(super) fn accept_number(&self, x: f64, precision: Precision) -> Result<f64, Refusal> {
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
        let float = self.kind == ColumnType::Float;
        if (precision == Precision::F32 || float) && (x as f32).is_infinite() {
            return Err(Refusal::OutOfRange {
                range: Precision::F32.range(),
            });
        }
        // MLflow hands such a column over as floats.
        let x = if float { f64::from(x as f32) } else { x };
        self.known(Value::Number(x), x)
    }

    /// The same for a cell of a text file, where everything is text: a number's digits are the number, `true` and `false` (and 1 and
    /// 0 in a boolean column) are booleans, and an empty cell, `NA`, `NaN` and `null` are missing values, in any case of letters.
    ///
    /// In a column of words a cell is taken as it stands, spaces and all, and missing where pandas would read a missing value, unless
    /// the model knows that very word.
    ///
    /// The words `inf` and `infinity` with or without a sign are numbers to pandas, and here where the model takes them.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept_text(&self, cell: &str, precision: Precision) -> Result<f64, Refusal> {
        if self.kind.is_words() {
            return self.accept(self.read_word(cell), precision);
        }
        let cell = cell.trim();
        let value = self.read_text(cell);
        // Digits that overflow to infinity are a number out of range, the word is not.
        let digits = cell.contains(|c: char| c.is_ascii_digit());
        match value {
            Value::Number(x) if x.is_infinite() && !digits && self.takes_infinite() => Ok(x),
            _ => self
                .accept(value, precision)
                .map_err(|refusal| match refusal {
                    Refusal::NotFinite if digits => Refusal::OutOfRange {
                        range: precision.range(),
                    },
                    refusal => refusal,
                }),
        }
    }

    /// Whether an infinite number goes into the column: a type of integers has none, nor has a list of known numbers.
    fn takes_infinite(&self) -> bool {
        let fractions = matches!(self.kind, ColumnType::Float | ColumnType::Double);
        self.infinite && fractions && self.words.is_none()
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

    fn read_word<'a>(&self, cell: &'a str) -> Value<'a> {
        let words = self.words.as_deref();
        let known = words.is_some_and(|words| words.text(cell).is_some());
        if !known && (MISSING.contains(&cell) || cell == "nan" || cell == "null") {
            return Value::Missing;
        }
        if known || self.kind != ColumnType::Any {
            return Value::Text(cell);
        }
        match cell.trim() {
            "true" | "True" | "TRUE" => Value::Boolean(true),
            "false" | "False" | "FALSE" => Value::Boolean(false),
            digits => digits.parse().map_or(Value::Text(cell), Value::Number),
        }
    }

    /// A refusal of what messages call `got`: an array, an object, and what [`Column::accept`] finds.
    pub fn wrong_type(&self, got: &'static str) -> Refusal {
        let expected = match self.kind {
            ColumnType::Boolean => "true or false",
            ColumnType::Integer | ColumnType::Long => "an integer",
            ColumnType::Float | ColumnType::Double => "a number",
            ColumnType::Text | ColumnType::Datetime => "a string",
            ColumnType::Any => "a string, a number or a boolean",
        };
        Refusal::Type { expected, got }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Word, Words};

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

    #[test]
    fn an_infinite_number_of_a_text_file_goes_to_the_models_that_take_it() {
        use ColumnType::{Double, Long};
        let mut column = Column::new("x", Double);
        let refused = column.accept_text("-inf", Precision::F32);
        assert_eq!(refused, Err(Refusal::NotFinite));
        column.infinite = true;
        for text in ["inf", "Inf", "+INF", " infinity "] {
            let x = column.accept_text(text, Precision::F32);
            assert_eq!(x, Ok(f64::INFINITY), "{text:?}");
        }
        let x = column.accept_text("-Infinity", Precision::F64);
        assert_eq!(x, Ok(f64::NEG_INFINITY));
        // A number of too many digits is a mistake, and in JSON it is the only way to an infinite one.
        assert!(column.accept_text("1e999", Precision::F64).is_err());
        let json = column.accept(Value::Number(f64::INFINITY), Precision::F64);
        assert_eq!(json, Err(Refusal::NotFinite));
        column.kind = Long;
        assert!(column.accept_text("inf", Precision::F64).is_err());
    }

    fn contract(closed: bool) -> Column {
        let mut words = Words::default();
        let places = ["monthly", "yearly", ""].map(|word| words.add(Word::Text(word.into())));
        if closed {
            words.refuse_others(&places);
        }
        let mut column = Column::new("contract", ColumnType::Text);
        column.words = Some(std::sync::Arc::new(words));
        column.nullable = true;
        column
    }

    #[test]
    fn a_word_is_its_place_and_an_unknown_one_the_place_behind_the_last() {
        let column = contract(false);
        let accept = |value| column.accept(value, Precision::F64).unwrap();
        let places = ["yearly", "Yearly"].map(|word| accept(Value::Text(word)));
        assert_eq!(places.map(|place| place as u32), [1, 3]);
        assert!(accept(Value::Missing).is_nan());
        let refused = column.accept(Value::Number(1.0), Precision::F64);
        let refused = refused.unwrap_err().to_string();
        assert_eq!(refused, "expected a string, got a number");
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones_where_the_model_would_fail() {
        let refused = contract(true).accept(Value::Text(&"ä".repeat(50)), Precision::F64);
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!(
                "\"{}…\" is not a value that the model knows; it knows \"monthly\", \"yearly\", \"\"",
                "ä".repeat(40)
            )
        );
    }

    #[test]
    fn a_cell_that_pandas_reads_as_missing_is_missing_unless_the_model_knows_it() {
        let column = contract(false);
        let accept = |cell| column.accept_text(cell, Precision::F64).unwrap();
        assert_eq!(["", " yearly"].map(|cell| accept(cell) as u32), [2, 3]);
        assert!(accept("NA").is_nan() && accept("null").is_nan());
    }

    #[test]
    fn a_number_of_a_closed_column_is_one_that_the_model_knows() {
        let mut words = Words::default();
        let places = [1.0, 2.0].map(|x| words.add(Word::Number(x)));
        words.refuse_others(&places);
        let mut column = Column::new("month", ColumnType::Double);
        column.words = Some(std::sync::Arc::new(words));
        assert_eq!(column.accept(Value::Number(2.0), Precision::F64), Ok(2.0));
        let refused = column.accept(Value::Number(3.0), Precision::F64);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "3 is not a value that the model knows; it knows 1, 2"
        );
        assert!(!column.takes_plainly(2.0, Precision::F64));
    }
}
