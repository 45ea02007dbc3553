//! Reads the cells of a CSV file into numbers and target texts. Every cell is checked.

use std::io::Read;

use ndarray::Array2;

use super::precision::Watches;
use super::table::Table;
use super::truth::{QUOTED, TargetCells};
use super::{Task, TrainError};
use crate::input::{Cell, Column, ColumnType, CsvError, CsvRows, Precision, Refusal, Texts};

/// The weights of a leaf are sums of draws in `f32`, which is exact up to this number.
const MOST_ROWS: usize = 1 << 24;

/// Reads a CSV file; `name` is for messages. Without a `task` it is found out.
pub(super) fn read(
    input: impl Read,
    name: &str,
    target: Option<&str>,
    task: Option<Task>,
) -> Result<Table, TrainError> {
    let mut csv = CsvRows::open(input, name)?;
    let header = header(&csv, name)?;
    let at = target_position(&header, name, target)?;
    let feature = Column::new("", ColumnType::Double);

    let mut cells: Vec<f32> = Vec::new();
    let mut watches = Watches::of(header.len());
    let mut targets = TargetCells::new(task);
    while csv.advance()? {
        if targets.len() == MOST_ROWS {
            let (file, limit) = (name.to_owned(), MOST_ROWS);
            return Err(TrainError::TooManyRows { file, limit });
        }
        for (j, column) in header.iter().enumerate() {
            let cell = || Cell {
                column: column.clone(),
                ..csv.cell(j)
            };
            let text = csv.text(j)?.trim();
            if text.is_empty() {
                return Err(TrainError::EmptyCell(cell()));
            }
            if j == at {
                targets.push(text, cell)?;
            } else {
                let value = number(&feature, text, cell)?;
                cells.push(watches.look(j, text, value));
            }
        }
    }
    if targets.len() == 0 {
        let file = name.to_owned();
        return Err(CsvError::NoRows { file }.into());
    }

    watches.warn(name, &header);
    let mut columns = header;
    let target = columns.remove(at);
    let shape = (targets.len(), columns.len());
    let rows = Array2::from_shape_vec(shape, cells)
        .map_err(|error| TrainError::Internal(error.to_string()))?;
    let truth = targets.decide(name, &target)?;
    Ok(Table {
        name: name.to_owned(),
        target,
        columns,
        rows,
        truth,
    })
}

/// The names of the columns without spaces around them. Refuses empty and repeated names.
fn header<R: Read>(csv: &CsvRows<R>, name: &str) -> Result<Vec<String>, TrainError> {
    let names = || csv.header().iter().map(|name| name.trim());
    if let Some(at) = names().position(str::is_empty) {
        let (file, position) = (name.to_owned(), at + 1);
        return Err(TrainError::UnnamedColumn { file, position });
    }
    csv.index(names().enumerate())?;
    Ok(names().map(str::to_owned).collect())
}

fn target_position(
    header: &[String],
    name: &str,
    target: Option<&str>,
) -> Result<usize, TrainError> {
    let file = name.to_owned();
    let available = header.join(", ");
    let Some(target) = target else {
        return Err(TrainError::NoTarget { file, available });
    };
    let Some(at) = header.iter().position(|column| column == target) else {
        let target = target.to_owned();
        return Err(TrainError::MissingTarget {
            file,
            target,
            available,
        });
    };
    if header.len() == 1 {
        let target = target.to_owned();
        return Err(TrainError::NoFeatures { file, target });
    }
    Ok(at)
}

/// Reads a feature by the rules of the server, so that a served cell becomes the same number as in the training.
fn number(feature: &Column, text: &str, cell: impl FnOnce() -> Cell) -> Result<f64, TrainError> {
    let accepted = feature.accept_text(text, Precision::F32, &mut Texts::default());
    accepted.map_err(|refusal| {
        let (cell, value) = (cell(), text.chars().take(QUOTED).collect());
        match refusal {
            Refusal::Type { .. } | Refusal::Unknown { .. } => {
                TrainError::NotNumeric { cell, value }
            }
            Refusal::Missing | Refusal::NotFinite => TrainError::NotFinite { cell, value },
            Refusal::OutOfRange { .. } => TrainError::OutOfRange { cell, value },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Labels;
    use crate::train::Target;

    fn check(csv: impl AsRef<[u8]>, expected: &str) {
        let error = read(csv.as_ref(), "t.csv", Some("y"), None).expect_err(expected);
        assert_eq!(error.to_string(), expected);
        let flag = matches!(error, TrainError::MissingTarget { .. });
        let code = crate::Error::from(error).exit_code();
        assert_eq!(code, if flag { 64 } else { 65 });
    }

    #[test]
    fn quotes_spaces_crlf_blank_lines_and_a_byte_order_mark_are_read() {
        let csv = "\u{feff}\"a, 1\",y, b\r\n 1.5 ,\"x,\"\"q\"\"\",-2e3\r\n\r\n\"3\",z,.5\r\n";
        let table = read(csv.as_bytes(), "t.csv", Some("y"), None).expect("a table");
        assert_eq!(table.columns, ["a, 1", "b"]);
        assert_eq!(table.rows, ndarray::array![[1.5, -2000.0], [3.0, 0.5]]);
        let labels = ["x,\"q\"", "z"].map(str::to_owned).to_vec();
        let classes = vec![0, 1];
        let labels = Labels::Strings(labels);
        assert_eq!(table.truth, Target::Classes { labels, classes });
    }

    #[test]
    fn a_header_that_cannot_be_used_is_refused() {
        check(
            "",
            "t.csv is empty; it needs a header line and at least two rows",
        );
        check(
            "\n\n",
            "t.csv is empty; it needs a header line and at least two rows",
        );
        check("a,y\n", "t.csv has a header but no rows; add rows below it");
        check(
            "a,b\n1,2\n",
            "t.csv has no column y; set --target to one of: a, b",
        );
        check(
            "y\n1\n",
            "t.csv has no feature column, only the target y; add numeric columns",
        );
        check(
            "a,y,a\n1,2,3\n",
            "t.csv: two columns are named a; rename one of them",
        );
        check(
            ",a,y\n0,1,2\n",
            "t.csv: column 1 has no name; name it, or leave an index out when exporting (pandas: index=False)",
        );
        check(
            "a;y\n1;2\n",
            "t.csv has one column only, \"a;y\", which looks separated by semicolons; save it with commas",
        );
        check(
            b"\xff\xfea\0,\0y\0\n\0",
            "t.csv: line 1 is not UTF-8 in column 1; save the file as UTF-8",
        );
    }

    #[test]
    fn a_target_must_be_named() {
        let error = read(b"a,b\n1,2\n".as_slice(), "t.csv", None, None).expect_err("no target");
        assert_eq!(
            error.to_string(),
            "t.csv: no target column is named; add --target with one of: a, b"
        );
    }

    #[test]
    fn a_bad_cell_is_named_by_row_line_and_column() {
        check(
            "a,b,y\n1,2,k\n\n1,two,k\n",
            "t.csv: row 2 (line 4), column b: \"two\" is not a number; features are numeric, so encode it or drop the column",
        );
        check(
            "a,b,y\n1, ,k\n",
            "t.csv: row 1 (line 2), column b: the cell is empty; fill it in or drop the row",
        );
        check(
            "a,b,y\n1,2,\n",
            "t.csv: row 1 (line 2), column y: the cell is empty; fill it in or drop the row",
        );
        for word in ["NaN", "inf", "-Infinity"] {
            check(
                format!("a,b,y\n1,{word},k\n"),
                &format!(
                    "t.csv: row 1 (line 2), column b: {word:?} is not a finite number; fill it in or drop the row"
                ),
            );
        }
        check(
            "a,b,y\n1,2,nan\n",
            "t.csv: row 1 (line 2), column y: \"nan\" is not a finite number; fill it in or drop the row",
        );
        for huge in ["3.5e38", "-1e999"] {
            check(
                format!("a,b,y\n1,{huge},k\n"),
                &format!(
                    "t.csv: row 1 (line 2), column b: {huge:?} is beyond ±3.4e38, the range of 32-bit floats; rescale the column"
                ),
            );
        }
        check(
            "a,b,y\r\n\"1\",2,\"k\r\nk\"\r\n\r\n\"1\",,k\r\n",
            "t.csv: row 2 (line 5), column b: the cell is empty; fill it in or drop the row",
        );
        check(
            b"a,b,y\n1,2,k\n1,2,caf\xe9\n",
            "t.csv: line 3 is not UTF-8 in column y; save the file as UTF-8",
        );
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        check(
            "a,b,y\n1,2,k\n1,5,2,k\n",
            "t.csv: row 2 (line 3) has 4 fields where the header has 3; quote fields that contain commas",
        );
        check(
            "a,b,y\n1,2\n",
            "t.csv: row 1 (line 2) has 2 fields where the header has 3; quote fields that contain commas",
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(
            proptest::sample::select(b"ay,;\"\n\r1.e-\xff \xef\xbb\xbf".to_vec()), 0..60,
        )) {
            let with_header = [b"a,y\n".as_slice(), &bytes].concat();
            for task in [None, Some(Task::Regression), Some(Task::Classification)] {
                let _ = read(bytes.as_slice(), "t.csv", Some("y"), task);
                let _ = read(with_header.as_slice(), "t.csv", Some("y"), task);
            }
        }
    }
}
