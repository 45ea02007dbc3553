//! `train` from outside: a quantity, as the real binary fits, shows and predicts it.

use crate::commands::{file, run};

/// A hundred rows whose target is one of two numbers, by either column.
fn two_levels() -> String {
    let level = |i: usize| if i < 50 { (0, "10.5") } else { (500, "-20.25") };
    let row = |i: usize, (far, level)| format!("{},{},{level}\n", i + far, i % 7 + far);
    let rows = (0..100).map(|i| row(i, level(i)));
    std::iter::once("a,b,y\n".to_owned()).chain(rows).collect()
}

#[test]
fn a_quantity_is_trained_shown_and_predicted() {
    let (folder, table) = file("t.csv", two_levels().as_bytes());
    let out = folder.path().join("model");
    let dir = out.to_str().unwrap();
    let line = [
        "train", "--data", &table, "--target", "y", "--out", dir, "--trees", "9",
    ];
    let (code, out, err) = run(&[&line[..], &["--task", "regression"]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("held-out R² 1.000, MAE 0.00, RMSE 0.00 (20 rows)\n"),
        "{out}"
    );
    assert!(
        out.contains("\nresiduals: target minus prediction\n"),
        "{out}"
    );
    assert!(
        out.contains("\nthe rows with the largest residuals\n"),
        "{out}"
    );

    let (_, out, _) = run(&["inspect", dir, "--json"]);
    let card: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&card["kind"], &card["trees"]),
        (&"regressor".into(), &9.into())
    );
    let (_folder, rows) = file("rows.csv", b"b,a\n3,10\n503,590\n");
    let (_, out, err) = run(&["predict", dir, "--input", &rows]);
    assert_eq!(out, "prediction\n10.5\n-20.25\n", "{err}");

    // Two numbers are two classes to who is not told.
    let (code, out, _) = run(&line);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("held-out accuracy 1.000"), "{out}");
}

#[test]
fn train_names_the_cell_that_no_quantity_has() {
    let (folder, table) = file("t.csv", b"a,y\n1,2\n2,two\n");
    let out = folder.path().join("model");
    let line = |task| {
        let dir = out.to_str().unwrap();
        run(&[
            "train", "--data", &table, "--target", "y", "--out", dir, "--task", task,
        ])
    };
    let (code, _, err) = line("regression");
    assert_eq!(code, Some(65));
    assert!(
        err.contains("t.csv: row 2 (line 3), column y: \"two\" is not a number, but the target is a quantity; "),
        "{err}"
    );
    let (code, _, err) = line("clustering");
    assert_eq!(code, Some(64));
    assert!(
        err.contains("it takes classification or regression"),
        "{err}"
    );
    assert!(!out.exists());
}
