//! CSV bytes to numbers and target texts. Trusts nothing in the file.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ByteRecord, ReaderBuilder, Trim};
use ndarray::Array2;

use super::TrainError;
use super::error::Cell;

/// The trainer counts rows in `f32`, exact up to here.
const MOST_ROWS: usize = 1 << 24;
/// An error message quotes a cell up to this many characters.
const QUOTED: usize = 40;

/// A table whose targets are still texts.
#[derive(Clone, Debug)]
pub(super) struct RawTable {
    pub(super) name: String,
    pub(super) target: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Array2<f32>,
    /// Index into `distinct`, one per row.
    pub(super) targets: Vec<usize>,
    /// The target's different texts.
    pub(super) distinct: Vec<String>,
}

/// Reads the text of a CSV file; `name` is for messages.
pub(super) fn read(input: &[u8], name: &str, target: Option<&str>) -> Result<RawTable, TrainError> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::All)
        .from_reader(input);
    // Bytes in memory, rows of any length: csv has nothing to fail on.
    let lost = |error: csv::Error| TrainError::Internal(error.to_string());
    let header = header(reader.byte_headers().map_err(lost)?, name)?;
    let at = target_position(&header, name, target)?;

    let mut cells: Vec<f32> = Vec::new();
    let mut targets = Vec::new();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(lost)? {
        let row = Row {
            file: name,
            number: targets.len() as u64 + 1,
            input,
            start: record.position().map_or(0, csv::Position::byte),
            header: &header,
        };
        if targets.len() == MOST_ROWS {
            let (file, limit) = (name.to_owned(), MOST_ROWS);
            return Err(TrainError::TooManyRows { file, limit });
        }
        if record.len() != header.len() {
            return Err(row.ragged(record.len()));
        }
        for (j, bytes) in record.iter().enumerate() {
            let text = row.text(j, bytes)?;
            if j == at {
                let id = match ids.get(text) {
                    Some(&id) => id,
                    None => ids.len(),
                };
                if id == ids.len() {
                    ids.insert(row.class(j, text)?.to_owned(), id);
                }
                targets.push(id);
            } else {
                cells.push(row.number(j, text)?);
            }
        }
    }
    if targets.is_empty() {
        let file = name.to_owned();
        return Err(TrainError::NoRows { file });
    }

    let mut columns = header;
    let target = columns.remove(at);
    let shape = (targets.len(), columns.len());
    let rows = Array2::from_shape_vec(shape, cells)
        .map_err(|error| TrainError::Internal(error.to_string()))?;
    let mut distinct = vec![String::new(); ids.len()];
    for (text, id) in ids {
        distinct[id] = text;
    }
    Ok(RawTable {
        name: name.to_owned(),
        target,
        columns,
        rows,
        targets,
        distinct,
    })
}

/// The column names: there, in UTF-8 and different from each other.
fn header(record: &ByteRecord, name: &str) -> Result<Vec<String>, TrainError> {
    let file = || name.to_owned();
    if record.is_empty() {
        return Err(TrainError::Empty { file: file() });
    }
    let mut seen = BTreeSet::new();
    let mut header = Vec::with_capacity(record.len());
    for (j, bytes) in record.iter().enumerate() {
        let text = std::str::from_utf8(bytes).map_err(|_| TrainError::NotUtf8 {
            file: file(),
            line: 1,
            column: (j + 1).to_string(),
        })?;
        if text.is_empty() {
            let (file, position) = (file(), j + 1);
            return Err(TrainError::UnnamedColumn { file, position });
        }
        if !seen.insert(text) {
            let (file, column) = (file(), text.to_owned());
            return Err(TrainError::DuplicateColumn { file, column });
        }
        header.push(text.to_owned());
    }
    if let [only] = header.as_slice() {
        let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
        if let Some(&(_, separator)) = separators.iter().find(|(c, _)| only.contains(*c)) {
            return Err(TrainError::Separator {
                file: file(),
                header: only.clone(),
                separator,
            });
        }
    }
    Ok(header)
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

/// A data row, for messages.
struct Row<'a> {
    file: &'a str,
    number: u64,
    /// The whole file, and where the search for this row began in it.
    input: &'a [u8],
    start: u64,
    header: &'a [String],
}

impl Row<'_> {
    /// The line of the file this row starts on. csv's own count includes neither blank lines skipped nor the LF of the CRLF before.
    fn line(&self) -> u64 {
        let (before, rest) = self.input.split_at(self.start as usize);
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
        let above = before.iter().chain(blank);
        above.filter(|&&byte| byte == b'\n').count() as u64 + 1
    }

    fn cell(&self, j: usize) -> Cell {
        Cell {
            file: self.file.to_owned(),
            row: self.number,
            line: self.line(),
            column: self.header[j].clone(),
        }
    }

    fn ragged(&self, found: usize) -> TrainError {
        TrainError::Ragged {
            file: self.file.to_owned(),
            row: self.number,
            line: self.line(),
            expected: self.header.len(),
            found,
        }
    }

    fn text<'t>(&self, j: usize, bytes: &'t [u8]) -> Result<&'t str, TrainError> {
        if bytes.is_empty() {
            return Err(TrainError::EmptyCell(self.cell(j)));
        }
        std::str::from_utf8(bytes).map_err(|_| TrainError::NotUtf8 {
            file: self.file.to_owned(),
            line: self.line(),
            column: self.header[j].clone(),
        })
    }

    /// Through `f64`, as the server reads JSON numbers: a served row lands on the very number that was trained on.
    fn number(&self, j: usize, text: &str) -> Result<f32, TrainError> {
        let (cell, value) = (|| self.cell(j), || text.chars().take(QUOTED).collect());
        let Ok(number) = text.parse::<f64>() else {
            let (cell, value) = (cell(), value());
            return Err(TrainError::NotNumeric { cell, value });
        };
        // Digits that overflow to infinity are a number out of range, the word is not a number.
        let digits = text.contains(|c: char| c.is_ascii_digit());
        if !number.is_finite() && !digits {
            let (cell, value) = (cell(), value());
            return Err(TrainError::NotFinite { cell, value });
        }
        let number = number as f32;
        if !number.is_finite() {
            let (cell, value) = (cell(), value());
            return Err(TrainError::OutOfRange { cell, value });
        }
        Ok(number)
    }

    /// A target is any text but NaN, which is how exporters write a missing one.
    fn class<'t>(&self, j: usize, text: &'t str) -> Result<&'t str, TrainError> {
        if text.eq_ignore_ascii_case("nan") {
            let (cell, value) = (self.cell(j), text.to_owned());
            return Err(TrainError::NotFinite { cell, value });
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: impl AsRef<[u8]>, expected: &str) {
        let error = read(csv.as_ref(), "t.csv", Some("y")).expect_err(expected);
        assert_eq!(error.to_string(), expected);
        let flag = matches!(error, TrainError::MissingTarget { .. });
        assert_eq!(error.exit_code(), if flag { 64 } else { 65 });
    }

    #[test]
    fn quotes_spaces_crlf_blank_lines_and_a_byte_order_mark_are_read() {
        let csv = "\u{feff}\"a, 1\",y, b\r\n 1.5 ,\"x,\"\"q\"\"\",-2e3\r\n\r\n\"3\",z,.5\r\n";
        let raw = read(csv.as_bytes(), "t.csv", Some("y")).expect("a table");
        assert_eq!(raw.columns, ["a, 1", "b"]);
        assert_eq!(raw.rows, ndarray::array![[1.5, -2000.0], [3.0, 0.5]]);
        assert_eq!(raw.distinct, ["x,\"q\"", "z"]);
        assert_eq!(raw.targets, [0, 1]);
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
        let error = read(b"a,b\n1,2\n", "t.csv", None).expect_err("no target");
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
            let _ = read(&bytes, "t.csv", Some("y"));
            let _ = read(&with_header, "t.csv", Some("y"));
        }
    }
}
