//! Which values columns take.

use super::*;
use crate::input::{Word, Words};

fn accept(kind: ColumnType, value: Value<'_>) -> Result<f64, String> {
    let column = Column::new("x", kind);
    let accepted = column.accept(value, Precision::F64, &mut Texts::default());
    accepted.map_err(|refusal| refusal.to_string())
}

fn cell(kind: ColumnType, text: &str) -> Result<f64, String> {
    let column = Column::new("x", kind);
    let accepted = column.accept_text(text, Precision::F32, &mut Texts::default());
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
        column.accept(Value::Missing, Precision::F64, &mut Texts::default()),
        Err(Refusal::Missing)
    );
    column.nullable = true;
    for text in ["", "  ", "NA", "NaN", "null"] {
        let x = column
            .accept_text(text, Precision::F64, &mut Texts::default())
            .unwrap();
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
                let accepted = column.accept(Value::Number(x), precision, &mut Texts::default());
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
        Column::new("x", Double).accept_text("1e999", Precision::F64, &mut Texts::default()),
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
    let refused = column.accept_text("-inf", Precision::F32, &mut Texts::default());
    assert_eq!(refused, Err(Refusal::NotFinite));
    column.infinite = true;
    for text in ["inf", "Inf", "+INF", " infinity "] {
        let x = column.accept_text(text, Precision::F32, &mut Texts::default());
        assert_eq!(x, Ok(f64::INFINITY), "{text:?}");
    }
    let x = column.accept_text("-Infinity", Precision::F64, &mut Texts::default());
    assert_eq!(x, Ok(f64::NEG_INFINITY));
    // A number of too many digits is a mistake, and in JSON it is the only way to an infinite one.
    assert!(
        column
            .accept_text("1e999", Precision::F64, &mut Texts::default())
            .is_err()
    );
    let json = column.accept(
        Value::Number(f64::INFINITY),
        Precision::F64,
        &mut Texts::default(),
    );
    assert_eq!(json, Err(Refusal::NotFinite));
    column.kind = Long;
    assert!(
        column
            .accept_text("inf", Precision::F64, &mut Texts::default())
            .is_err()
    );
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
    let accept = |value| {
        column
            .accept(value, Precision::F64, &mut Texts::default())
            .unwrap()
    };
    let places = ["yearly", "Yearly"].map(|word| accept(Value::Text(word)));
    assert_eq!(places.map(|place| place as u32), [1, 3]);
    assert!(accept(Value::Missing).is_nan());
    let refused = column.accept(Value::Number(1.0), Precision::F64, &mut Texts::default());
    let refused = refused.unwrap_err().to_string();
    assert_eq!(refused, "expected a string, got a number");
}

#[test]
fn an_unknown_word_is_refused_with_the_known_ones_where_the_model_would_fail() {
    let refused = contract(true).accept(
        Value::Text(&"ä".repeat(50)),
        Precision::F64,
        &mut Texts::default(),
    );
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
    let accept = |cell| {
        column
            .accept_text(cell, Precision::F64, &mut Texts::default())
            .unwrap()
    };
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
    assert_eq!(
        column.accept(Value::Number(2.0), Precision::F64, &mut Texts::default()),
        Ok(2.0)
    );
    let refused = column.accept(Value::Number(3.0), Precision::F64, &mut Texts::default());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "3 is not a value that the model knows; it knows 1, 2"
    );
    assert!(!column.takes_plainly(2.0, Precision::F64));
}
