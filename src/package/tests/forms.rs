//! Every form in which MLflow writes a signature and an example, and what is none.

use super::{Memory, graph, names, refused};
use crate::{
    formats::FormatError,
    input::{Batch, Column, ColumnType, Schema, Word, Words},
    package::{example, mlmodel},
};

/// Reads a signature from the text of its inputs.
fn signature(inputs: &str) -> Result<Option<Schema>, FormatError> {
    let text = format!("flavors: {{}}\nsignature:\n  inputs: '{inputs}'\n  outputs: null\n");
    mlmodel::read(text.as_bytes()).map(|m| m.signature)
}

#[test]
fn every_form_of_a_signature_is_understood() {
    let tensor = signature(
        r#"[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 64]}}]"#,
    );
    assert_eq!(
        tensor.unwrap(),
        Some(Schema::unnamed(64, ColumnType::Double))
    );
    let named = signature(
        r#"[{"name": "X", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]"#,
    );
    assert_eq!(named.unwrap(), Some(Schema::unnamed(4, ColumnType::Float)));
    let open = signature(
        r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, -1]}}]"#,
    );
    assert_eq!(open.unwrap(), None);
    let unnamed = signature(r#"[{"type": "double"}, {"type": "long"}]"#)
        .unwrap()
        .unwrap();
    assert!(!unnamed.named);
    assert_eq!(unnamed.columns[1].kind, ColumnType::Long);
    let columns = signature(
        r#"[{"name": "a", "type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 1]}}, {"name": "b", "type": "tensor", "tensor-spec": {"dtype": "bool", "shape": [-1]}}]"#,
    );
    let columns = columns.unwrap().unwrap();
    assert_eq!(names(&columns), ["a", "b"]);
    assert_eq!(columns.columns[1].kind, ColumnType::Boolean);
}

#[test]
fn a_signature_that_no_tree_model_takes_names_the_column() {
    for (inputs, text) in [
        (
            r#"[{"type": "array", "name": "a", "items": {"type": "double"}}]"#,
            "`a` is of type array",
        ),
        (
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3, 4]}}]"#,
            "[-1, 3, 4]",
        ),
        (
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 99999999999]}}]"#,
            "99999999999",
        ),
        (
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "object", "shape": [-1, 4]}}]"#,
            "tensor of object",
        ),
        (
            r#"[{"type": "double", "name": "a"}, {"type": "double", "name": "a"}]"#,
            "two columns `a`",
        ),
        (r#"{"type": "double"}"#, "not what MLflow writes"),
    ] {
        let error = signature(inputs).unwrap_err();
        assert!(error.to_string().contains(text), "{inputs}: {error}");
    }
}

#[test]
fn words_and_dates_and_names_that_are_numbers_are_understood() {
    let inputs = r#"[{"type": "string", "name": 0}, {"type": "datetime", "name": 1}, {"type": "any", "name": 2}]"#;
    let schema = signature(inputs).unwrap().unwrap();
    let columns: Vec<_> = schema
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.kind))
        .collect();
    assert_eq!(
        columns,
        [
            ("0", ColumnType::Text),
            ("1", ColumnType::Datetime),
            ("2", ColumnType::Any)
        ]
    );
}

#[test]
fn a_file_that_is_no_mlmodel_is_corrupt() {
    for text in [
        "",
        "- a",
        "a: [",
        "no: flavors",
        "flavors: {onnx: {}}",
        "flavors: {onnx: {data: 3}}",
        "flavors: {}\nsignature: 3",
        "\u{0}",
    ] {
        let error = refused(
            &Memory::default()
                .with("MLmodel", text)
                .with("model.onnx", graph("iris_rf")),
        );
        assert!(
            matches!(error, FormatError::Corrupt(_)) || text == "flavors: {}",
            "{text}: {error}"
        );
    }
    // References within YAML that would unfold into a billion items.
    let bomb: String = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)
    });
    assert!(mlmodel::read(bomb.as_bytes()).is_err());
}

#[test]
fn every_form_of_an_example_gives_the_same_rows() {
    let signature = Schema::named(["a".to_owned(), "b".to_owned()], ColumnType::Double);
    let want = Batch::from_values(vec![1.0, 2.5, 3.0, 4.0], 2).unwrap();
    for text in [
        r#"{"columns": ["a", "b"], "data": [[1, 2.5], [3, 4]]}"#,
        r#"{"columns": ["b", "a"], "data": [[2.5, 1], [4, 3]]}"#,
        r#"{"columns": [0, 1], "data": [[1, 2.5], [3, 4]]}"#,
        r#"{"dataframe_split": {"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2.5], [3, 4]]}}"#,
        r#"{"dataframe_records": [{"a": 1, "b": 2.5}, {"b": 4, "a": 3}]}"#,
        r#"[{"a": 1, "b": 2.5}, {"b": 4, "a": 3}]"#,
        "[[1, 2.5], [3, 4]]",
        r#"{"data": [[1, 2.5], [3, 4]]}"#,
        r#"{"inputs": [[1, 2.5], [3, 4]]}"#,
        r#"{"instances": [[1, 2.5], [3, 4]]}"#,
        r#"{"a": [1, 3], "b": [2.5, 4]}"#,
        r#"{"inputs": {"a": [1, 3], "b": [2.5, 4]}}"#,
        r#"{"a": [[1], [3]], "b": [[2.5], [4]]}"#,
        r#"{"X": [[1, 2.5], [3, 4]]}"#,
    ] {
        assert_eq!(
            example::read(text.as_bytes(), &signature).unwrap(),
            want,
            "{text}"
        );
    }
    let one = Batch::one(&[1.0, 2.5]);
    for text in [
        "[1, 2.5]",
        r#"{"a": 1, "b": 2.5}"#,
        r#"[{"a": 1, "b": 2.5}]"#,
    ] {
        assert_eq!(
            example::read(text.as_bytes(), &signature).unwrap(),
            one,
            "{text}"
        );
    }
    let written = example::write(&want, &signature);
    assert_eq!(
        written,
        r#"{"columns":["a","b"],"data":[[1.0,2.5],[3.0,4.0]]}"#
    );
    assert_eq!(example::read(written.as_bytes(), &signature).unwrap(), want);
}

#[test]
fn an_example_that_does_not_fit_is_an_error() {
    let signature = Schema::named(["a".to_owned(), "b".to_owned()], ColumnType::Double);
    for text in [
        "",
        "3",
        "[[1]]",
        "[[1, 2, 3]]",
        r#"[["x", 1]]"#,
        r#"{"a": [1]}"#,
        r#"{"a": [1, 2], "b": [1]}"#,
        r#"{"columns": ["a", "c"], "data": [[1, 2]]}"#,
        r#"{"columns": ["a"], "data": [[1]]}"#,
        r#"[{"a": 1}]"#,
        r#"{"columns": 3, "data": [[1, 2]]}"#,
        "[[[[1]], 2]]",
    ] {
        assert!(
            example::read(text.as_bytes(), &signature).is_err(),
            "{text}"
        );
    }
}

#[test]
fn the_columns_of_an_example_take_what_they_take_from_a_client() {
    let mut schema = Schema::named(["a".to_owned(), "b".to_owned()], ColumnType::Double);
    schema.columns[0].kind = ColumnType::Boolean;
    schema.columns[1].kind = ColumnType::Integer;
    let read = |text: &str| example::read(text.as_bytes(), &schema);
    assert_eq!(read("[[true, 2]]").unwrap(), Batch::one(&[1.0, 2.0]));
    for (text, says) in [
        (
            "[[true, 2], [1, 2]]",
            "row 1 of the input example, column `a`: expected true or false",
        ),
        (
            "[[true, 2.5]]",
            "row 0 of the input example, column `b`: expected an integer",
        ),
        ("[[true, null]]", "column `b`: null is a missing value"),
        (
            r#"[[true, "2"]]"#,
            "column `b`: expected an integer, got a string",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn an_optional_column_may_be_left_out_of_an_example() {
    let mut schema = Schema::named(["a".to_owned(), "b".to_owned()], ColumnType::Double);
    schema.columns[1].required = false;
    schema.columns[1].nullable = true;
    for text in [
        r#"{"columns": ["a"], "data": [[1]]}"#,
        r#"[{"a": 1}]"#,
        r#"{"inputs": {"a": [1]}}"#,
    ] {
        let rows = example::read(text.as_bytes(), &schema).unwrap();
        let row = rows.rows().next().unwrap();
        assert!(
            (row[0] - 1.0).abs() < f64::EPSILON && row[1].is_nan(),
            "{text}"
        );
    }
    let lacks = example::read(br#"[{"b": 1}]"#, &schema).unwrap_err();
    assert!(
        lacks.to_string().contains("lacks the column `a`"),
        "{lacks}"
    );
}

#[test]
fn an_example_is_written_as_a_client_sends_it_and_read_as_the_same_rows() {
    let kinds = [
        ("city", ColumnType::Text),
        ("member", ColumnType::Boolean),
        ("age", ColumnType::Long),
        ("score", ColumnType::Double),
        ("note", ColumnType::Any),
    ];
    let columns = kinds.map(|(name, kind)| Column::new(name, kind));
    let mut schema = Schema::new(columns.into(), true);
    let mut words = Words::default();
    words.add(Word::Text("Łódź".into()));
    schema.columns[0].words = Some(words.into());
    // Nothing reads it.
    (schema.columns[4].nullable, schema.columns[4].required) = (true, false);
    let [zeros, ones] = schema.plain_rows();
    let written = example::write(&ones, &schema);
    let (zeros, ones) = (zeros.rows().next().unwrap(), ones.rows().next().unwrap());
    assert_eq!(ones, [0.0, 1.0, 1.0, 1.0, 0.0]);
    assert_eq!(
        written,
        r#"{"columns":["city","member","age","score","note"],"data":[["Łódź",true,1,1.0,null]]}"#
    );
    let read = example::read(written.as_bytes(), &schema).unwrap();
    assert_eq!(read.rows().next().unwrap()[..4], ones[..4]);
    let tensor = Schema::unnamed(2, ColumnType::Double);
    let written = example::write(&Batch::one(&zeros[..2]), &tensor);
    assert_eq!(written, "[[0.0,0.0]]");
    assert_eq!(example::read(written.as_bytes(), &tensor).unwrap().len(), 1);
}
