//! Which values a column takes: one set of rules for JSON, CSV, examples and training data.

use super::{
    Batch, Column, ColumnType, Precision, Texts,
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
    /// The number that `value` is to the model; NaN where it is missing. A free text goes to `texts`.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept(
        &self,
        value: Value<'_>,
        precision: Precision,
        texts: &mut Texts,
    ) -> Result<f64, Refusal> {
        match value {
            Value::Missing if self.nullable => Ok(f64::NAN),
            Value::Missing => Err(Refusal::Missing),
            Value::Text(text) if self.free => Ok(texts.add(text)),
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
    pub fn accept_text(
        &self,
        cell: &str,
        precision: Precision,
        texts: &mut Texts,
    ) -> Result<f64, Refusal> {
        if self.kind.is_words() {
            return self.accept(self.read_word(cell), precision, texts);
        }
        let cell = cell.trim();
        let value = self.read_text(cell);
        // Digits that overflow to infinity are a number out of range, the word is not.
        let digits = cell.contains(|c: char| c.is_ascii_digit());
        match value {
            Value::Number(x) if x.is_infinite() && !digits && self.takes_infinite() => Ok(x),
            _ => self
                .accept(value, precision, texts)
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

impl Batch {
    /// Writes what a value is to `column`, the one at place `at`, into the row that is not whole yet.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept(
        &mut self,
        at: usize,
        column: &Column,
        value: Value<'_>,
        precision: Precision,
    ) -> Result<(), Refusal> {
        let x = column.accept(value, precision, self.texts_mut())?;
        self.set(at, x);
        Ok(())
    }

    /// The same for a cell of a text file.
    ///
    /// # Errors
    /// [`Refusal`] when the column does not take the value.
    pub fn accept_text(
        &mut self,
        at: usize,
        column: &Column,
        cell: &str,
        precision: Precision,
    ) -> Result<(), Refusal> {
        let x = column.accept_text(cell, precision, self.texts_mut())?;
        self.set(at, x);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
