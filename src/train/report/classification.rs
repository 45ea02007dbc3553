//! The measures of a classifier on the held-out rows.

use std::fmt::{self, Write as _};

use super::aligned::write_aligned;

/// A label longer than this is cut.
const LABEL: usize = 24;
/// If a label is longer than this, the columns of the confusion matrix are headed by numbers.
const HEADING: usize = 8;

/// The confusion matrix and the measures that follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    classes: Vec<String>,
    /// `confusion[truth][predicted]`
    confusion: Vec<Vec<usize>>,
}

/// The measures of one class, or their mean. A measure without a row to measure on is 0, as in scikit-learn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Precision: the share of this class among the rows that were predicted as it.
    pub precision: f64,
    /// Recall: the share of this class's rows that were predicted as it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Held-out rows of this class.
    pub support: usize,
}

impl Classification {
    /// Counts `(truth, predicted)` pairs of class indices.
    pub fn new(classes: Vec<String>, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut confusion = vec![vec![0; classes.len()]; classes.len()];
        for (truth, predicted) in pairs {
            confusion[truth][predicted] += 1;
        }
        Self { classes, confusion }
    }

    /// Held-out rows.
    pub fn rows(&self) -> usize {
        self.confusion.iter().flatten().sum()
    }

    /// The measures that a package keeps.
    pub fn metrics(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("test_accuracy", self.accuracy()),
            ("test_macro_f1", self.macro_average().f1),
        ]
    }

    /// The share of the rows that were predicted right.
    pub fn accuracy(&self) -> f64 {
        ratio(self.right(), self.rows())
    }

    fn right(&self) -> usize {
        (0..self.classes.len()).map(|c| self.confusion[c][c]).sum()
    }

    /// Measures of one class.
    pub fn scores(&self, class: usize) -> Scores {
        let right = self.confusion[class][class];
        let predicted = self.confusion.iter().map(|row| row[class]).sum();
        let support = self.confusion[class].iter().sum();
        Scores {
            precision: ratio(right, predicted),
            recall: ratio(right, support),
            f1: ratio(2 * right, predicted + support),
            support,
        }
    }

    /// The unweighted mean over the classes that occur or were predicted, as in scikit-learn.
    pub fn macro_average(&self) -> Scores {
        let seen = |&class: &usize| {
            self.confusion[class].iter().any(|&n| n > 0)
                || self.confusion.iter().any(|row| row[class] > 0)
        };
        let scores: Vec<Scores> = (0..self.classes.len())
            .filter(seen)
            .map(|class| self.scores(class))
            .collect();
        let mean = |measure: fn(&Scores) -> f64| {
            scores.iter().map(measure).sum::<f64>() / scores.len().max(1) as f64
        };
        Scores {
            precision: mean(|s| s.precision),
            recall: mean(|s| s.recall),
            f1: mean(|s| s.f1),
            support: self.rows(),
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "held-out accuracy {:.3} ({} of {} rows)\n",
            self.accuracy(),
            self.right(),
            self.rows()
        )?;
        let labels: Vec<String> = self.classes.iter().map(|name| shorten(name)).collect();
        self.write_scores(f, &labels)?;
        f.write_char('\n')?;
        self.write_confusion(f, &labels)
    }
}

impl Classification {
    fn write_scores(&self, f: &mut fmt::Formatter<'_>, labels: &[String]) -> fmt::Result {
        let mut lines = vec![
            ["class", "precision", "recall", "f1", "rows"]
                .map(str::to_owned)
                .to_vec(),
        ];
        let line = |name: &str, s: Scores| {
            let measures = [s.precision, s.recall, s.f1].map(|m| format!("{m:.3}"));
            let mut line = vec![name.to_owned()];
            line.extend(measures);
            line.push(s.support.to_string());
            line
        };
        for (class, label) in labels.iter().enumerate() {
            lines.push(line(label, self.scores(class)));
        }
        lines.push(line("macro average", self.macro_average()));
        write_aligned(f, &lines)
    }

    fn write_confusion(&self, f: &mut fmt::Formatter<'_>, labels: &[String]) -> fmt::Result {
        writeln!(
            f,
            "confusion matrix: a line per true class, a column per predicted one"
        )?;
        let fits = labels.iter().all(|label| label.chars().count() <= HEADING);
        let number = |i: usize| format!("[{}]", i + 1);
        let mut heading = vec![String::new()];
        heading.extend((0..labels.len()).map(|i| if fits { labels[i].clone() } else { number(i) }));
        let mut lines = vec![heading];
        for (i, (label, counts)) in labels.iter().zip(&self.confusion).enumerate() {
            let name = if fits {
                label.clone()
            } else {
                format!("{label} {}", number(i))
            };
            let mut line = vec![name];
            line.extend(counts.iter().map(ToString::to_string));
            lines.push(line);
        }
        write_aligned(f, &lines)
    }
}

/// A label on one line, cut to [`LABEL`] characters.
fn shorten(label: &str) -> String {
    let label = label.replace(char::is_control, " ");
    if label.chars().count() <= LABEL {
        return label;
    }
    let mut cut: String = label.chars().take(LABEL - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(names: &[&str], confusion: &[&[usize]]) -> Classification {
        Classification {
            classes: names.iter().map(|&name| name.to_owned()).collect(),
            confusion: confusion.iter().map(|row| row.to_vec()).collect(),
        }
    }

    #[test]
    fn a_report_is_a_table_aligned_right() {
        let report = report(&["0", "1", "2"], &[&[10, 0, 0], &[0, 8, 2], &[0, 0, 0]]);
        assert_eq!(
            report.to_string(),
            "\
held-out accuracy 0.900 (18 of 20 rows)

          class  precision  recall     f1  rows
              0      1.000   1.000  1.000    10
              1      1.000   0.800  0.889    10
              2      0.000   0.000  0.000     0
  macro average      0.667   0.600  0.630    20

confusion matrix: a line per true class, a column per predicted one
      0  1  2
  0  10  0  0
  1   0  8  2
  2   0  0  0
"
        );
    }

    #[test]
    fn long_names_are_cut_and_columns_numbered() {
        let long = "a very long class name, über 24";
        let report = report(&[long, "b"], &[&[1, 0], &[3, 4]]);
        let text = report.to_string();
        let (_, matrix) = text.split_once("predicted one\n").expect("a matrix");
        assert_eq!(
            matrix,
            "                                [1]  [2]
  a very long class name,… [1]    1    0
                         b [2]    3    4
"
        );
    }

    #[test]
    fn fifty_classes_keep_their_columns() {
        let names: Vec<String> = (0..50).map(|i| format!("class {i}")).collect();
        let pairs = (0..50).flat_map(|i| vec![(i, i); i]);
        let text = Classification::new(names, pairs).to_string();
        let (_, matrix) = text.split_once("predicted one\n").expect("a matrix");
        let widths: Vec<usize> = matrix.lines().map(str::len).collect();
        assert_eq!(widths.len(), 51);
        assert!(widths.iter().all(|&w| w == widths[0]), "{matrix}");
    }

    #[test]
    fn no_rows_divide_by_nothing() {
        let report = report(&["a", "b"], &[&[0, 0], &[0, 0]]);
        assert!(report.accuracy().abs() < f64::EPSILON);
        assert!(report.macro_average().f1.abs() < f64::EPSILON);
    }
}
