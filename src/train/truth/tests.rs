use super::*;
use crate::train::reader;

fn read(csv: &str, task: Option<Task>) -> Result<Target, TrainError> {
    reader::read(csv.as_bytes(), "t.csv", Some("y"), task).map(|table| table.truth)
}

fn found(csv: &str) -> Target {
    read(csv, None).expect("a target")
}

fn refused(csv: &str, task: Option<Task>) -> String {
    let error = read(csv, task).expect_err("no target");
    let text = error.to_string();
    assert_eq!(crate::Error::from(error).exit_code(), 65, "{text}");
    text
}

fn numbered(rows: usize, target: impl Fn(usize) -> String) -> String {
    let rows = (0..rows).map(|i| format!("{i},{}\n", target(i)));
    std::iter::once("a,y\n".to_owned()).chain(rows).collect()
}

/// Thirty fractions, 21 of them different, and a last row with `last`.
fn fractions_and(last: &str) -> String {
    numbered(30, |i| format!("{}.5", i % 21)) + &format!("30,{last}\n")
}

const REGRESSION: Option<Task> = Some(Task::Regression);
const CLASSIFICATION: Option<Task> = Some(Task::Classification);

#[test]
fn integer_targets_are_sorted_as_numbers() {
    let expected = Target::Classes {
        labels: Labels::Integers(vec![-1, 9, 10]),
        classes: vec![2, 1, 2, 0],
    };
    assert_eq!(found("a,y\n1,10\n2,9\n3,010\n4,-1\n"), expected);
}

#[test]
fn one_target_that_is_no_integer_makes_all_of_them_strings() {
    let expected = Target::Classes {
        labels: Labels::Strings(["10", "9", "x"].map(str::to_owned).to_vec()),
        classes: vec![0, 1, 2, 1],
    };
    assert_eq!(found("a,y\n1,10\n2,9\n3,x\n4,9\n"), expected);
}

#[test]
fn a_few_fractions_are_classes_and_many_are_a_quantity() {
    assert_eq!(found("a,y\n1,0.5\n2,1.5\n").task(), Task::Classification);
    let twenty = numbered(30, |i| format!("{}.5", i % 20));
    assert_eq!(found(&twenty).task(), Task::Classification);
    let Target::Numbers(numbers) = found(&fractions_and("-2e3")) else {
        panic!("22 values with fractions");
    };
    assert_eq!(numbers[20..23], [20.5, 0.5, 1.5]);
    assert_eq!(numbers[30..], [-2000.0]);
}

#[test]
fn the_task_that_is_asked_for_overrides_what_is_found_out() {
    let Ok(Target::Numbers(numbers)) = read("a,y\n1,3\n2,7\n3,3\n", REGRESSION) else {
        panic!("asked for numbers");
    };
    assert_eq!(numbers, [3.0, 7.0, 3.0]);
    let Ok(Target::Classes { labels, .. }) = read(&fractions_and("1.5"), CLASSIFICATION) else {
        panic!("asked for classes");
    };
    assert_eq!(labels.len(), 21);
}

#[test]
fn one_value_cannot_be_learnt() {
    assert_eq!(
        refused("a,y\n1,b\n2,b\n", None),
        "t.csv: every row has the target y = \"b\"; a classifier needs at least two classes"
    );
    assert_eq!(
        refused("a,y\n1,2.50\n2,2.5\n", REGRESSION),
        "t.csv: every row has the target y = 2.5; there is nothing to learn, choose another column"
    );
}

#[test]
fn a_value_per_row_is_an_identifier_or_a_quantity() {
    assert_eq!(
        refused(&numbered(1001, |i| i.to_string()), None),
        "t.csv: the target y has more distinct values than the 1000 classes supported; \
         choose a class column, or add --task regression if it is a quantity"
    );
    assert_eq!(
        refused(&numbered(1001, |i| format!("customer {i}")), None),
        "t.csv: the target y has more distinct values than the 1000 classes supported; choose a class column"
    );
    assert_eq!(found(&numbered(1000, |i| i.to_string())).len(), 1000);
    let many = numbered(3000, |i| format!("{i}.25"));
    let Target::Numbers(numbers) = found(&many) else {
        panic!("many fractions");
    };
    assert_eq!((numbers.len(), numbers[2999]), (3000, 2999.25));
}

#[test]
fn a_word_among_numbers_is_named_by_row_line_and_column() {
    let expected = "t.csv: row 31 (line 32), column y: \"unknown\" is not a number, but the target is a quantity; \
                    correct it or drop the row, or add --task classification if it is the name of a class";
    for task in [None, REGRESSION] {
        assert_eq!(refused(&fractions_and("unknown"), task), expected);
    }
    assert!(read(&fractions_and("unknown"), CLASSIFICATION).is_ok());
    assert_eq!(
        refused("a,y\n1,2\n2,true\n", REGRESSION),
        "t.csv: row 2 (line 3), column y: \"true\" is not a number, but the target is a quantity; \
         correct it or drop the row, or add --task classification if it is the name of a class"
    );
}

#[test]
fn more_words_than_numbers_are_classes() {
    let words = (0..30).map(|i| format!("{i},word {i}\n"));
    let csv = fractions_and("1.5") + &words.collect::<String>();
    assert_eq!(found(&csv).task(), Task::Classification);
}

#[test]
fn a_missing_or_infinite_number_is_named_by_row_line_and_column() {
    for word in ["inf", "-Infinity", "NA", "null"] {
        for task in [None, REGRESSION] {
            assert_eq!(
                refused(&fractions_and(word), task),
                format!(
                    "t.csv: row 31 (line 32), column y: {word:?} is not a finite number; fill it in or drop the row"
                )
            );
        }
    }
}

#[test]
fn a_number_too_large_for_sums_is_named_by_row_line_and_column() {
    for huge in ["1.1e30", "-1e31", "1e999"] {
        assert_eq!(
            refused(&fractions_and(huge), None),
            format!(
                "t.csv: row 31 (line 32), column y: {huge:?} is beyond ±1e30, the largest target; rescale the column"
            )
        );
    }
    assert!(read(&fractions_and("-1e30"), None).is_ok());
}

#[test]
fn numbers_that_the_answers_would_not_tell_apart_are_refused() {
    assert_eq!(
        refused("a,y\n1,1e9\n2,1000000001\n3,1000000002\n", REGRESSION),
        "t.csv: the values of the target y, 1000000000 to 1000000002, are too close together for the 32-bit floats of the answers; \
         subtract an offset or rescale the column"
    );
    assert!(refused("a,y\n1,1e-300\n2,2e-300\n", REGRESSION).contains("rescale the column"));
    // The same spread around zero, and a spread that is large beside what rounding takes.
    assert!(read("a,y\n1,0\n2,1\n3,2\n", REGRESSION).is_ok());
    assert!(read("a,y\n1,1e9\n2,1000100001\n3,1000200002\n", REGRESSION).is_ok());
}
