//! Columns whose cells enter the matrix as the hash of their text.
//!
//! Source: `get_id_object_bytes_string_representation` in CatBoost's `_catboost.pyx` and `CalcCatFeatureHash`: a category is a text, an
//! integer by its digits, or a boolean, which is the integer 0 or 1. Fractions and missing values are none.

use super::{
    Column, ColumnType, Precision,
    city::city_hash,
    refusal::{Refusal, Value},
};

/// Above this an integer of JSON is no longer told from its neighbours.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Column {
    /// The hash of a category, as a number below 2³².
    pub(super) fn accept_hashed(
        &self,
        value: Value<'_>,
        precision: Precision,
    ) -> Result<f64, Refusal> {
        let booleans = matches!(self.kind, ColumnType::Boolean | ColumnType::Any);
        match value {
            Value::Text(text) if self.kind.is_words() => Ok(hash(text)),
            Value::Text(_) => Err(self.wrong_type("a string")),
            Value::Boolean(flag) if booleans => Ok(hash(if flag { "1" } else { "0" })),
            Value::Boolean(_) => Err(self.wrong_type("a boolean")),
            Value::Number(_) if matches!(self.kind, ColumnType::Text | ColumnType::Datetime) => {
                Err(self.wrong_type("a number"))
            }
            Value::Number(x) => {
                if self.kind != ColumnType::Any {
                    self.accept_number(x, precision)?;
                }
                if x.fract() != 0.0 {
                    return Err(self.wrong_type("a number with a fraction"));
                }
                if x.abs() > MOST_WHOLE {
                    return Err(Refusal::OutOfRange {
                        range: "has more digits than this server keeps; send it as a string",
                    });
                }
                Ok(hash(&(x as i64).to_string()))
            }
            Value::Missing => Err(Refusal::Missing),
        }
    }
}

fn hash(text: &str) -> f64 {
    f64::from(city_hash(text.as_bytes()) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Texts;

    fn column(kind: ColumnType) -> Column {
        let mut column = Column::new("plan", kind);
        column.by_hash = true;
        column
    }

    fn accept(kind: ColumnType, value: Value<'_>) -> Result<f64, String> {
        let accepted = column(kind).accept(value, Precision::F64, &mut Texts::default());
        accepted.map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn an_integer_is_its_digits_and_a_boolean_an_integer() {
        use ColumnType::{Any, Boolean, Long, Text};
        let text = |text| accept(Any, Value::Text(text));
        for kind in [Any, Long] {
            assert_eq!(accept(kind, Value::Number(-12.0)), text("-12"));
            assert_eq!(accept(kind, Value::Number(-0.0)), text("0"));
        }
        for kind in [Any, Boolean] {
            assert_eq!(accept(kind, Value::Boolean(true)), text("1"));
        }
        // What CatBoost's own file of a one-hot split says of `True`.
        assert_eq!(text("1"), Ok(1_121_341_681.0));
        assert_eq!(accept(Text, Value::Text("x")), text("x"));
        assert_eq!(
            column(Any)
                .accept_text("12", Precision::F64, &mut Texts::default())
                .ok(),
            text("12").ok()
        );
    }

    #[test]
    fn what_is_no_category_is_refused() {
        use ColumnType::{Any, Boolean, Long, Text};
        let refused = accept(Any, Value::Number(1.5)).unwrap_err();
        assert!(
            refused.ends_with("got a number with a fraction"),
            "{refused}"
        );
        assert!(
            accept(Any, Value::Number(1e17))
                .unwrap_err()
                .contains("as a string")
        );
        assert!(accept(Any, Value::Missing).unwrap_err().contains("null"));
        for (kind, value) in [
            (Text, Value::Number(1.0)),
            (Text, Value::Boolean(true)),
            (Long, Value::Text("1")),
            (Boolean, Value::Number(1.0)),
        ] {
            assert!(accept(kind, value).is_err(), "{kind:?} {value:?}");
        }
    }
}
