//! Tables of plain text.

use std::fmt::{self, Write as _};

/// Makes every column as wide as its widest cell, aligned right.
pub(super) fn write_aligned(f: &mut fmt::Formatter<'_>, lines: &[Vec<String>]) -> fmt::Result {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|j| {
            lines
                .iter()
                .map(|line| line[j].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in lines {
        for (cell, &width) in line.iter().zip(&widths) {
            write!(f, "  {cell:>width$}")?;
        }
        f.write_char('\n')?;
    }
    Ok(())
}
