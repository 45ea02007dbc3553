//! Finds columns whose values 32-bit floats do not tell apart.

use std::collections::HashMap;

/// `f32` has every integer up to this one.
const GAPLESS: f64 = 16_777_216.0;
/// Fractions with more digits are results of computations; nobody means their last digits.
const MEANT: usize = 12;
/// The most different values that are remembered of a column.
const MOST: usize = 4096;

/// Looks at the cells of every column of a table.
#[derive(Debug)]
pub(super) struct Watches(Vec<Watch>);

impl Watches {
    pub(super) fn of(columns: usize) -> Self {
        Self((0..columns).map(|_| Watch::default()).collect())
    }

    /// The float that a cell becomes, of which `text` says that it is `value`.
    pub(super) fn look(&mut self, column: usize, text: &str, value: f64) -> f32 {
        self.0[column].look(text, value);
        value as f32
    }

    /// Logs what there is to tell about the file.
    pub(super) fn warn(&self, file: &str, columns: &[String]) {
        let warnings = self.0.iter().zip(columns);
        for warning in warnings.filter_map(|(watch, column)| watch.warning(file, column)) {
            tracing::warn!("{warning}");
        }
    }
}

#[derive(Debug, Default)]
struct Watch {
    /// The first value of each `f32` that is not exactly it, or may not be.
    seen: HashMap<u32, f64>,
    found: Option<(f64, f64)>,
}

impl Watch {
    fn look(&mut self, text: &str, value: f64) {
        let small = value.abs() < GAPLESS;
        let exact = f64::from(value as f32).to_bits() == value.to_bits();
        if (small && exact) || self.found.is_some() || self.seen.len() == MOST {
            return;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if value.fract() != 0.0 && digits > MEANT {
            return;
        }
        let first = *self.seen.entry((value as f32).to_bits()).or_insert(value);
        if first.to_bits() != value.to_bits() {
            self.found = Some((first.min(value), first.max(value)));
        }
    }

    /// What to tell about a column of a file, if there is something.
    fn warning(&self, file: &str, column: &str) -> Option<String> {
        self.found.map(|(low, high)| {
            format!(
                "{file}: column {column} has different values that are one 32-bit float, such as {low} and {high}; \
                 drop the column if it only names the row, else count it from a nearer start"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(texts: &[&str]) -> Option<String> {
        let mut watch = Watch::default();
        for text in texts {
            watch.look(text, text.parse().expect("a number"));
        }
        watch.warning("t.csv", "id")
    }

    #[test]
    fn integers_beyond_the_gapless_ones_are_named() {
        assert_eq!(
            warning(&["16777215", "16777216", "16777218", "16777217"]).as_deref(),
            Some(
                "t.csv: column id has different values that are one 32-bit float, such as 16777216 and 16777217; \
                 drop the column if it only names the row, else count it from a nearer start"
            )
        );
        for twins in [
            ["-16777217", "-16777216"],
            ["1700000000", "1700000001"],
            ["1000000.01", "1000000.02"],
        ] {
            assert!(warning(&twins).is_some(), "{twins:?}");
        }
    }

    #[test]
    fn what_floats_tell_apart_is_no_reason_to_warn() {
        for apart in [
            ["0.1", "0.2"],
            ["0.1", "0.10"],
            ["16777214", "16777215"],
            ["1700000000", "1700000512"],
            ["0.12345678901234", "0.12345678901235"],
        ] {
            assert_eq!(warning(&apart), None, "{apart:?}");
        }
    }
}
