//! The commands that answer and end: the real binary, its output and its exit code.

use flate2::read::GzDecoder;
use std::{
    fs,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command.args(arguments);
    command
}

/// Exit code, standard output and standard error.
pub fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut command(arguments))
}

fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn data(path: &str) -> String {
    format!("{}/tests/data/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// A file with these bytes that goes away with what is returned.
pub fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// A compressed file of the test data, unpacked under a name.
fn unpacked(packed: &str, name: &str) -> (tempfile::TempDir, String) {
    let mut bytes = Vec::new();
    let packed = fs::File::open(data(packed)).unwrap();
    std::io::copy(&mut GzDecoder::new(packed), &mut bytes).unwrap();
    file(name, &bytes)
}

#[test]
fn predict_finds_columns_by_name_and_answers_in_order() {
    let columns = "petal_width,petal_length,note,sepal_width,sepal_length\n";
    let rows = format!("{columns}0.2,1.4,a flower,3.5,5.1\n2.5,6.0,another,3.3,6.3\n");
    let (_folder, rows) = file("rows.csv", rows.as_bytes());
    let (code, out, err) = run(&["predict", "builtin:iris", "--input", &rows]);
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert!(
        lines[0].starts_with("prediction,confidence,probability_"),
        "{out}"
    );
    assert!(
        lines[1].starts_with("0,") && lines[2].starts_with("2,"),
        "{out}"
    );
}

#[test]
fn predict_has_a_column_for_every_target() {
    let row = "0.1,".repeat(10);
    let (_folder, rows) = file(
        "rows.csv",
        format!("a,b,c,d,e,f,g,h,i,j\n{}\n", row.trim_end_matches(',')).as_bytes(),
    );
    let model = data("onnx/diabetes_two_targets.onnx");
    let (code, out, err) = run(&["predict", &model, "--input", &rows]);
    assert_eq!(code, Some(0), "{err}");
    let widths: Vec<usize> = out.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths, [2, 2], "{out}");
    assert!(out.starts_with("prediction_0,prediction_1\n"), "{out}");
}

#[test]
fn predict_names_the_row_and_the_column_of_a_bad_cell() {
    let rows = "sepal_length,sepal_width,petal_length,petal_width\n1,2,3,4\n1,2,x,4\n";
    let (_folder, rows) = file("rows.csv", rows.as_bytes());
    let (code, _, err) = run(&["predict", "builtin:iris", "--input", &rows]);
    assert_eq!(code, Some(65));
    assert!(
        err.contains("rows.csv: row 2 (line 3), column petal_length: \"x\" is not a number; "),
        "{err}"
    );
}

#[test]
fn inspect_shows_what_a_file_of_each_flavor_is_made_of() {
    let files = [
        ("boosters/xgb_multi.json.gz", "xgb.json"),
        ("boosters/lgb_categories.txt.gz", "lgb.txt"),
        ("boosters/onnx_lgb_binary.onnx.gz", "lgb.onnx"),
    ];
    let mut cards = Vec::new();
    for (packed, name) in files {
        let (_folder, path) = unpacked(packed, name);
        let (code, out, err) = run(&["inspect", &path, "--json"]);
        assert_eq!(code, Some(0), "{err}");
        let mut card: serde_json::Value = serde_json::from_str(&out).unwrap();
        let place = Path::new(card["uri"].as_str().unwrap()).file_name();
        card["uri"] = place.unwrap().to_str().unwrap().into();
        cards.push(card);
    }
    insta::assert_json_snapshot!(cards);
}

#[test]
fn a_part_that_is_not_served_is_named_with_what_would_work() {
    let (_folder, path) = unpacked("sklearn/refused/kernel_pca.gz", "kernel_pca.pkl");
    let (code, _, err) = run(&["inspect", &path]);
    assert_eq!(code, Some(65));
    assert!(
        err.contains("the step `kernelpca` is a sklearn.decomposition._kernel_pca.KernelPCA")
            && err.contains("`pipeline[-1]`"),
        "{err}"
    );
}

const HEADER: &str = "sepal_length,sepal_width,petal_length,petal_width";

/// What `predict` says about a table, and its exit code.
fn predicted(table: &[u8]) -> (Option<i32>, String) {
    let (_folder, rows) = file("t.csv", table);
    let (code, _, err) = run(&["predict", "builtin:iris", "--input", &rows]);
    let place = Path::new(&rows).parent().unwrap().to_str().unwrap();
    (code, err.replace(&format!("{place}/"), ""))
}

#[test]
fn a_table_without_rows_has_a_header_for_an_answer() {
    let (_folder, rows) = file("t.csv", format!("{HEADER}\n").as_bytes());
    let (code, out, _) = run(&["predict", "builtin:iris", "--input", &rows]);
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{out}");
    assert!(out.starts_with("prediction,confidence,"), "{out}");
}

#[test]
fn predict_names_what_is_wrong_with_a_table() {
    let table = |rows: &str| format!("{HEADER}\n{rows}").into_bytes();
    for (table, message) in [
        (
            Vec::new(),
            "t.csv is empty; it needs a header line and at least one row",
        ),
        (
            table("1,2,3,4\n\n1,2,3\n"),
            "t.csv: row 2 (line 4) has 3 fields where the header has 4; quote fields that contain commas",
        ),
        (
            b"a;b\n1;2\n".to_vec(),
            "t.csv has one column only, \"a;b\", which looks separated by semicolons; save it with commas",
        ),
        (
            format!("{HEADER},petal_width\n1,2,3,4,5\n").into_bytes(),
            "t.csv: two columns are named petal_width; rename one of them",
        ),
        (
            [HEADER.as_bytes(), b"\n1,2,3,\xe9\n"].concat(),
            "t.csv: line 2 is not UTF-8 in column petal_width; save the file as UTF-8",
        ),
        (
            b"sepal_length,note\n1,2\n".to_vec(),
            "t.csv has no columns sepal_width, petal_length, petal_width, which the model needs; it has sepal_length, note",
        ),
        (
            table("1,2,,4\n"),
            "t.csv: row 1 (line 2), column petal_length: the cell is empty, and the model cannot handle missing values; \
             fill it in or drop the row",
        ),
        (
            table("1,2,3,1e39\n"),
            "t.csv: row 1 (line 2), column petal_width: \"1e39\" is out of range for a 32-bit float (±3.4e38); \
             correct the cell or drop the row",
        ),
    ] {
        assert_eq!(
            predicted(&table),
            (Some(65), format!("ml-serving: {message}\n"))
        );
    }
}

#[test]
fn a_byte_order_mark_and_notes_in_another_encoding_do_no_harm() {
    let table = [
        b"\xef\xbb\xbf",
        HEADER.as_bytes(),
        b",note\r\n1,2,3,4,caf\xe9\r\n",
    ]
    .concat();
    assert_eq!(predicted(&table), (Some(0), String::new()));
}

#[test]
fn a_result_replaces_what_was_there_when_it_is_whole_and_not_before() {
    let (folder, rows) = file("t.csv", format!("{HEADER}\n1,2,3,4\n").as_bytes());
    let output = folder.path().join("out.csv");
    let target = output.to_str().unwrap();
    let (code, _, err) = run(&[
        "predict",
        "builtin:iris",
        "--input",
        &rows,
        "--output",
        target,
    ]);
    assert_eq!(code, Some(0), "{err}");
    let whole = fs::read_to_string(&output).unwrap();
    assert_eq!(whole.lines().count(), 2, "{whole}");

    let many = "1,2,3,4\n".repeat(5000);
    fs::write(&rows, format!("{HEADER}\n{many}1,2,3,x\n")).unwrap();
    let (code, _, err) = run(&[
        "predict",
        "builtin:iris",
        "--input",
        &rows,
        "--output",
        target,
    ]);
    assert!(
        code == Some(65) && err.contains("row 5001 (line 5002)"),
        "{err}"
    );
    assert_eq!(fs::read_to_string(&output).unwrap(), whole);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn an_output_that_cannot_be_written_exits_70_in_every_command() {
    let (_folder, rows) = file("t.csv", format!("{HEADER}\n1,2,3,4\n").as_bytes());
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let missing = "/proc/none/out";
    let predict = ["predict", "builtin:iris", "--input", &rows];
    for arguments in [
        &predict[..],
        &["inspect", "builtin:iris"],
        &["inspect", "builtin:iris", "--json"],
        &["openapi"],
    ] {
        let (code, _, err) = outcome(command(arguments).stdout(full()));
        assert!(
            code == Some(70) && err.contains("the output cannot be written"),
            "{err}"
        );
    }
    let to_file = [&predict[..], &["--output", missing]].concat();
    for arguments in [
        &to_file[..],
        &["train", "--data", "iris", "--trees", "1", "--out", missing],
        &["fetch", "builtin:iris", missing],
    ] {
        let (code, _, err) = run(arguments);
        assert!(code == Some(70) && err.contains(missing), "{code:?} {err}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let rows = "1,2,3,4\n".repeat(20_000);
    let (_folder, rows) = file("t.csv", format!("{HEADER}\n{rows}").as_bytes());
    let mut predict = command(&["predict", "builtin:iris", "--input", &rows])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(predict.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ended = predict.wait_with_output().unwrap();
    assert!(line.starts_with("prediction,"), "{line}");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[test]
fn data_that_is_not_there_exits_65_in_every_command() {
    let (folder, _) = file("t.csv", b"");
    let out = folder.path().join("model");
    for arguments in [
        &["train", "--data", "no.csv", "--out", out.to_str().unwrap()][..],
        &["predict", "builtin:iris", "--input", "no.csv"],
        &["inspect", "no.onnx"],
    ] {
        let (code, _, err) = run(arguments);
        assert!(code == Some(65) && err.contains("no."), "{code:?} {err}");
    }
}

#[test]
fn escape_characters_of_an_input_never_reach_the_terminal() {
    let rows = format!("{HEADER}\n1,2,3,\u{1b}[31mred\n");
    let header = "sepal_length\u{1b}[2J,sepal_width,petal_length\n1,2,3\n";
    let (_rows, rows) = file("t.csv", rows.as_bytes());
    let (_header, header) = file("h.csv", header.as_bytes());
    for arguments in [
        ["predict", "builtin:iris", "--input", &rows],
        ["predict", "builtin:iris", "--input", &header],
        ["predict", "builtin:iris", "--input", "no\u{1b}[2J.csv"],
        ["inspect", "cloud\u{1b}[2J://model", "", ""],
        // The first line of the log names the model.
        [
            "serve",
            "--port=0",
            "--host=127.0.0.1",
            "--model=no\u{1b}[2J.onnx",
        ],
        ["inspect", "no\u{1b}[2J.onnx", "", ""],
    ] {
        let arguments: Vec<_> = arguments.into_iter().filter(|x| !x.is_empty()).collect();
        let (code, _, err) = run(&arguments);
        assert!(code != Some(0) && err.contains("\\u{1b}["), "{err}");
        assert!(!err.contains('\u{1b}'), "{err}");
    }
}

#[test]
fn a_failure_is_a_json_line_where_the_log_is_json() {
    for (arguments, text) in [
        (&["inspect", "no.onnx"][..], "no.onnx"),
        (&["--port", "many"], "it takes a number from 0 to 65535"),
        (&["--config", "no.yaml"], "no.yaml"),
        (&["check", "svc"], "is not an http:// URL"),
    ] {
        let (code, out, err) = outcome(command(arguments).env("MLSERVING__LOG__FORMAT", "json"));
        let lines: Vec<serde_json::Value> = err
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect();
        let last = lines.last().unwrap();
        assert!(last["message"].as_str().unwrap().contains(text), "{err}");
        assert_eq!(last["exit_code"].as_i64().map(|code| code as i32), code);
        assert!(out.is_empty());
    }
}

#[test]
fn an_example_that_cannot_be_used_is_a_warning_in_every_command() {
    let (folder, _) = file("input_example.json", b"no example");
    let model = fs::read(format!(
        "{}/models/iris/model.onnx",
        env!("CARGO_MANIFEST_DIR")
    ));
    fs::write(folder.path().join("model.onnx"), model.unwrap()).unwrap();
    let package = folder.path().to_str().unwrap();
    for arguments in [&["inspect", package, "--json"], &["openapi", package, ""]] {
        let arguments: Vec<_> = arguments
            .iter()
            .filter(|x| !x.is_empty())
            .copied()
            .collect();
        let (code, out, err) = run(&arguments);
        assert_eq!(code, Some(0), "{err}");
        assert!(
            err.contains("WARN") && err.contains("input example"),
            "{err}"
        );
        assert!(
            serde_json::from_str::<serde_json::Value>(&out).is_ok(),
            "{out}"
        );
    }
}

#[test]
fn a_wrong_flag_is_told_in_words() {
    for (flag, value, takes) in [
        (
            "--trees",
            "many",
            "it takes a whole number, for example 100",
        ),
        ("--trees", "-5", "it takes a whole number, for example 100"),
        (
            "--test-split",
            "half",
            "it takes a share of the rows, for example 0.2",
        ),
        ("--seed", "1.5", "it takes a whole number, for example 42"),
    ] {
        let (code, _, err) = run(&["train", "--data", "iris", "--out", "x", flag, value]);
        assert!(
            code == Some(64) && err.contains(takes) && err.contains(value),
            "{err}"
        );
    }
}
