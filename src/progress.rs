//! Shows the progress of a long task: a bar on a terminal, elsewhere a line in the log from time to time.

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal, Read},
    sync::Mutex,
    time::{Duration, Instant},
};

/// The time until the first line in the log, and what has to pass before an estimate is worth anything.
const FIRST: Duration = Duration::from_secs(1);
/// The time between two lines in the log.
const PAUSE: Duration = Duration::from_secs(2);

/// What a task is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    /// Parts of that many things, shown as a percentage: `Percent(100, "trees")`.
    Percent(usize, &'static str),
}

/// The progress of one task. Threads may share it.
#[derive(Debug)]
pub struct Progress {
    /// `downloading models:/churn/1`
    task: String,
    unit: Unit,
    bar: ProgressBar,
    next_line: Mutex<Instant>,
}

impl Progress {
    /// The progress of doing (`verb`: `downloading`) something to `what`. `total` is 0 where it is not known.
    pub fn new(verb: &'static str, what: &str, unit: Unit, total: u64) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total).filter(|total| *total > 0), target);
        let count = match unit {
            Unit::Bytes => "{bytes} of {total_bytes}".to_owned(),
            Unit::Percent(of, things) => format!("{{percent}}% of {of} {things}"),
        };
        let style = format!("{verb} {{bar:40}} {count}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style);
        }
        Self {
            task: format!("{verb} {what}"),
            unit,
            bar,
            next_line: Mutex::new(Instant::now() + FIRST),
        }
    }

    /// Adds to what is done.
    pub fn advance(&self, done: u64) {
        self.bar.inc(done);
        if !self.bar.is_hidden() {
            return;
        }
        // Whoever holds the lock writes the line.
        let Ok(mut next_line) = self.next_line.try_lock() else {
            return;
        };
        let now = Instant::now();
        if now >= *next_line {
            *next_line = now + PAUSE;
            tracing::info!("{}", self.line(self.bar.elapsed()));
        }
    }

    /// Takes away from what is done, for a download that starts again.
    pub fn rewind(&self, done: u64) {
        let position = self.bar.position();
        self.bar.set_position(position.saturating_sub(done));
    }

    /// A reader that tells how much of it has been read, and clears the bar when it is dropped.
    pub fn reading<R: Read>(self, inner: R) -> Reading<R> {
        Reading {
            inner,
            progress: self,
        }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// `training iris: 30% of 100 trees, 12 seconds left`
    fn line(&self, elapsed: Duration) -> String {
        let (done, total) = (self.bar.position(), self.bar.length());
        let how_far = match self.unit {
            Unit::Bytes => match total {
                Some(total) => format!("{} of {}", HumanBytes(done), HumanBytes(total)),
                None => HumanBytes(done).to_string(),
            },
            Unit::Percent(of, things) => {
                let percent = done * 100 / total.unwrap_or(done).max(1);
                format!("{percent}% of {of} {things}")
            }
        };
        let left = total.and_then(|total| left(elapsed, done, total));
        let left = left.map(|left| format!(", {} left", HumanDuration(left)));
        format!("{}: {how_far}{}", self.task, left.unwrap_or_default())
    }
}

/// How long the rest takes if it goes on as until now.
fn left(elapsed: Duration, done: u64, total: u64) -> Option<Duration> {
    let rest = total.saturating_sub(done) as f64 / done as f64;
    // A first part that took no time would promise everything.
    let known = done > 0 && elapsed >= FIRST;
    known.then(|| elapsed.mul_f64(rest))
}

/// The reader that [`Progress::reading`] makes.
#[derive(Debug)]
pub struct Reading<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

impl<R> Drop for Reading<R> {
    fn drop(&mut self) {
        self.progress.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_task_and_how_far_it_is() {
        let trees = Progress::new("training", "iris", Unit::Percent(10, "trees"), 1000);
        trees.advance(305);
        let line = trees.line(Duration::ZERO);
        assert_eq!(line, "training iris: 30% of 10 trees");
        let bytes = Progress::new("downloading", "churn", Unit::Bytes, 0);
        bytes.advance(2048);
        assert_eq!(bytes.line(Duration::ZERO), "downloading churn: 2.00 KiB");
    }

    #[test]
    fn a_line_says_how_long_it_will_take() {
        let parts = Progress::new("training", "t.csv", Unit::Percent(1, "tree"), 1000);
        let second = Duration::from_secs(1);
        assert_eq!(parts.line(second), "training t.csv: 0% of 1 tree");
        parts.advance(250);
        let line = parts.line(4 * second);
        assert_eq!(line, "training t.csv: 25% of 1 tree, 12 seconds left");
        let line = parts.line(second / 2);
        assert_eq!(line, "training t.csv: 25% of 1 tree");
        let unknown = Progress::new("downloading", "churn", Unit::Bytes, 0);
        unknown.advance(2048);
        assert_eq!(unknown.line(second), "downloading churn: 2.00 KiB");
    }

    #[test]
    fn what_is_read_is_progress() {
        let progress = Progress::new("predicting", "t.csv", Unit::Bytes, 2048);
        let mut reading = progress.reading([0u8; 2048].as_slice());
        reading.read_exact(&mut [0; 1024]).expect("half of it");
        let line = reading.progress.line(Duration::ZERO);
        assert_eq!(line, "predicting t.csv: 1.00 KiB of 2.00 KiB");
    }

    #[test]
    fn what_begins_anew_is_not_counted_twice() {
        let progress = Progress::new("downloading", "churn", Unit::Bytes, 4096);
        progress.advance(1024);
        progress.rewind(1024);
        progress.advance(2048);
        assert_eq!(
            progress.line(Duration::ZERO),
            "downloading churn: 2.00 KiB of 4.00 KiB"
        );
    }
}
