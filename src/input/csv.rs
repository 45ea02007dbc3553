//! The rows of a CSV file, and the place of each of its cells as the file's author would look for it.
//!
//! CSV means a header line, commas, `"` for quoting, UTF-8 with or without a byte order mark, LF or CRLF; blank lines are skipped.
//! Fields are handed out as they stand in the file: who wants no spaces around them, trims them.

use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use std::{
    collections::HashMap,
    fmt,
    io::{self, Chain, Cursor, Read},
};

/// A message lists so many columns of a file.
const LISTED: usize = 20;

/// The place of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub file: String,
    /// Data row, counted from 1 below the header.
    pub row: u64,
    /// Line of the file, counted from 1.
    pub line: u64,
    pub column: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            row,
            line,
            column,
        } = self;
        write!(f, "{file}: row {row} (line {line}), column ")?;
        // Spaces at an end are not seen without quotes.
        if column.trim() == column {
            f.write_str(column)
        } else {
            write!(f, "{column:?}")
        }
    }
}

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    #[error("{file} cannot be read: {cause}")]
    Io { file: String, cause: io::Error },
    #[error("{file} is empty; it needs a header line and at least one row")]
    Empty { file: String },
    #[error("{file} has a header but no rows; add rows below it")]
    NoRows { file: String },
    #[error(
        "{file} has one column only, {header:?}, which looks separated by {separator}; save it with commas"
    )]
    Separator {
        file: String,
        header: String,
        separator: &'static str,
    },
    #[error("{file}: two columns are named {column}; rename one of them")]
    DuplicateColumn { file: String, column: String },
    #[error("{file}: line {line} is not UTF-8 in column {column}; save the file as UTF-8")]
    NotUtf8 {
        file: String,
        line: u64,
        column: String,
    },
    #[error(
        "{file}: row {row} (line {line}) has {found} fields where the header has {expected}; quote fields that contain commas"
    )]
    Ragged {
        file: String,
        row: u64,
        line: u64,
        expected: usize,
        found: usize,
    },
    /// Its columns are not the model's.
    #[error("{0}")]
    Columns(String),
}

/// A CSV file that is read row by row; only the current row is held in memory.
pub struct CsvRows<R> {
    file: String,
    reader: Reader<Tail<Unmarked<R>>>,
    header: Vec<String>,
    record: ByteRecord,
    /// Rows read.
    row: u64,
}

impl<R: Read> CsvRows<R> {
    /// Reads the header; `file` is the name in messages.
    ///
    /// # Errors
    /// [`CsvError`] when there is no header in UTF-8, or the file is not separated by commas.
    pub fn open(input: R, file: &str) -> Result<Self, CsvError> {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Tail::new(unmarked(input, file)?));
        let mut rows = Self {
            file: file.to_owned(),
            reader,
            header: Vec::new(),
            record: ByteRecord::new(),
            row: 0,
        };
        if !rows.read()? {
            return Err(CsvError::Empty { file: rows.file });
        }
        rows.header = rows.names()?;
        Ok(rows)
    }

    /// The names of the columns as they stand in the file.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The names of the columns for a message: not all of very many.
    pub fn listed(&self) -> String {
        let names = self.header.iter().map(|name| name.trim());
        let listed = names.take(LISTED).collect::<Vec<_>>().join(", ");
        match self.header.len().saturating_sub(LISTED) {
            0 => listed,
            more => format!("{listed} and {more} more"),
        }
    }

    /// Goes on to the next row; `false` at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or the row has more or fewer fields than the header.
    pub fn advance(&mut self) -> Result<bool, CsvError> {
        if !self.read()? {
            return Ok(false);
        }
        self.row += 1;
        if self.record.len() == self.header.len() {
            return Ok(true);
        }
        Err(CsvError::Ragged {
            file: self.file.clone(),
            row: self.row,
            line: self.line(),
            expected: self.header.len(),
            found: self.record.len(),
        })
    }

    /// The text in a column of the current row.
    ///
    /// # Errors
    /// [`CsvError::NotUtf8`].
    pub fn text(&self, column: usize) -> Result<&str, CsvError> {
        let bytes = self.record.get(column).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| CsvError::NotUtf8 {
            file: self.file.clone(),
            line: self.line(),
            column: match self.header.get(column) {
                Some(name) => name.trim().to_owned(),
                None => (column + 1).to_string(),
            },
        })
    }

    /// The place of a cell of the current row.
    pub fn cell(&self, column: usize) -> Cell {
        Cell {
            file: self.file.clone(),
            row: self.row,
            line: self.line(),
            column: self.header[column].clone(),
        }
    }

    /// Where each of `names` is among the columns.
    ///
    /// # Errors
    /// [`CsvError::DuplicateColumn`].
    pub fn index<'n>(
        &self,
        names: impl Iterator<Item = (usize, &'n str)>,
    ) -> Result<HashMap<&'n str, usize>, CsvError> {
        let mut index = HashMap::with_capacity(names.size_hint().0);
        for (at, name) in names {
            if index.insert(name, at).is_some() {
                let (file, column) = (self.file.clone(), name.trim().to_owned());
                return Err(CsvError::DuplicateColumn { file, column });
            }
        }
        Ok(index)
    }

    fn read(&mut self) -> Result<bool, CsvError> {
        let read = self.reader.read_byte_record(&mut self.record);
        // Bytes, and rows of any length: nothing but the reading itself can fail.
        read.map_err(|error| CsvError::Io {
            file: self.file.clone(),
            cause: match error.into_kind() {
                csv::ErrorKind::Io(cause) => cause,
                other => io::Error::other(format!("{other:?}")),
            },
        })
    }

    /// The current row as the names of the columns.
    fn names(&self) -> Result<Vec<String>, CsvError> {
        let texts = (0..self.record.len()).map(|j| self.text(j).map(str::to_owned));
        let names = texts.collect::<Result<Vec<_>, _>>()?;
        let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
        if let [only] = names.as_slice()
            && let Some(&(_, separator)) = separators.iter().find(|(c, _)| only.contains(*c))
        {
            return Err(CsvError::Separator {
                file: self.file.clone(),
                header: only.trim().to_owned(),
                separator,
            });
        }
        Ok(names)
    }

    /// The line that the current row starts on.
    ///
    /// `csv` knows how many lines end before the place where its reading has stopped. A row is that many lines further down than where
    /// it starts: the line breaks within its fields, and its own one, which `csv` leaves to the next row where it is a CRLF.
    fn line(&self) -> u64 {
        let end: &Position = self.reader.position();
        let breaks = self.record.as_slice().iter().filter(|&&b| b == b'\n');
        let own = u64::from(self.reader.get_ref().ends_line(end.byte()));
        end.line().saturating_sub(breaks.count() as u64 + own)
    }
}

/// A reader whose first bytes have been looked at.
type Unmarked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Leaves out a byte order mark, which `csv` finds only if the first bytes come together.
fn unmarked<R: Read>(mut input: R, file: &str) -> Result<Unmarked<R>, CsvError> {
    let mut first = Vec::new();
    let mark = "\u{feff}".as_bytes();
    let read = (&mut input).take(mark.len() as u64).read_to_end(&mut first);
    read.map_err(|cause| CsvError::Io {
        file: file.to_owned(),
        cause,
    })?;
    if first == mark {
        first.clear();
    }
    Ok(Cursor::new(first).chain(input))
}

/// A reader that remembers what it has handed out last.
struct Tail<R> {
    inner: R,
    last: Vec<u8>,
    /// The place in the file after `last`.
    end: u64,
}

impl<R> Tail<R> {
    fn new(inner: R) -> Self {
        let (last, end) = (Vec::new(), 0);
        Self { inner, last, end }
    }

    /// Whether the byte before this place, which is among the last ones handed out, ends a line.
    fn ends_line(&self, place: u64) -> bool {
        let back = self.end.checked_sub(place).map(|back| back as usize + 1);
        let at = back.and_then(|back| self.last.len().checked_sub(back));
        at.is_some_and(|at| self.last[at] == b'\n')
    }
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        if n > 0 {
            self.last.clear();
            self.last.extend_from_slice(&buf[..n]);
            self.end += n as u64;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out so few bytes at a time that rows and line breaks are cut everywhere.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(buf.len());
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    /// The line of each row, read so many bytes at a time.
    fn lines(csv: &str, drop: usize) -> Vec<u64> {
        let mut rows = CsvRows::open(Drops(csv.as_bytes(), drop), "t.csv").expect("a header");
        let mut lines = Vec::new();
        while rows.advance().expect("a row") {
            lines.push(rows.cell(0).line);
        }
        lines
    }

    #[test]
    fn a_row_is_on_the_line_where_an_editor_shows_it() {
        let table = "\u{feff}a,b\n1,2\n\n\n3,\"x\ny\nz\"\n5,6";
        let windows = table.replace('\n', "\r\n");
        for drop in [1, 2, 3, 7, 100] {
            assert_eq!(lines(table, drop), [2, 5, 8], "{drop}");
            assert_eq!(lines(&windows, drop), [2, 5, 8], "{drop}");
            assert_eq!(lines(&format!("{table}\n\n"), drop), [2, 5, 8], "{drop}");
        }
        assert_eq!(lines("\n\na\n1\n", 5), [4]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is on fire"))
            }
        }
        let error = CsvRows::open(Broken, "t.csv").err().expect("unreadable");
        assert_eq!(
            error.to_string(),
            "t.csv cannot be read: the disk is on fire"
        );
    }

    #[test]
    fn a_message_does_not_list_every_column_of_a_wide_file() {
        let names: Vec<_> = (0..1000).map(|i| format!("c{i}")).collect();
        let header = names.join(",");
        let rows = CsvRows::open(header.as_bytes(), "t.csv").expect("a header");
        assert!(
            rows.listed().ends_with("c18, c19 and 980 more"),
            "{}",
            rows.listed()
        );
    }
}
