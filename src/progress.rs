//! Shows the progress of a long task: a bar on a terminal, elsewhere a line in the log from time to time.

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal, Read},
    sync::Mutex,
    time::{Duration, Instant},
};

/// The time between two lines in the log.
const PAUSE: Duration = Duration::from_secs(2);

/// What a task is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    /// Things that are counted, by their name in the plural: `Count("trees")`.
    Count(&'static str),
}

/// The progress of one task. Threads may share it.
#[derive(Debug)]
pub struct Progress {
    /// `downloading models:/churn/1`
    task: String,
    unit: Unit,
    bar: ProgressBar,
    last_line: Mutex<Instant>,
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
            Unit::Count(things) => format!("{{human_pos}} of {{human_len}} {things}"),
        };
        let style = format!("{verb} {{bar:40}} {count}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style);
        }
        Self {
            task: format!("{verb} {what}"),
            unit,
            bar,
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// Adds to what is done.
    pub fn advance(&self, done: u64) {
        self.bar.inc(done);
        if !self.bar.is_hidden() {
            return;
        }
        // Whoever holds the lock writes the line.
        let Ok(mut last_line) = self.last_line.try_lock() else {
            return;
        };
        if last_line.elapsed() >= PAUSE {
            *last_line = Instant::now();
            tracing::info!("{}", self.line());
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

    /// `training iris: 30 of 100 trees`
    fn line(&self) -> String {
        let number = |n: u64| match self.unit {
            Unit::Bytes => HumanBytes(n).to_string(),
            Unit::Count(_) => HumanCount(n).to_string(),
        };
        let total = self.bar.length().map(|n| format!(" of {}", number(n)));
        let things = match self.unit {
            Unit::Bytes => String::new(),
            Unit::Count(things) => format!(" {things}"),
        };
        format!(
            "{}: {}{}{things}",
            self.task,
            number(self.bar.position()),
            total.unwrap_or_default()
        )
    }
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
        let trees = Progress::new("training", "iris", Unit::Count("trees"), 1000);
        trees.advance(30);
        assert_eq!(trees.line(), "training iris: 30 of 1,000 trees");
        let bytes = Progress::new("downloading", "churn", Unit::Bytes, 0);
        bytes.advance(2048);
        assert_eq!(bytes.line(), "downloading churn: 2.00 KiB");
    }

    #[test]
    fn what_is_read_is_progress() {
        let progress = Progress::new("predicting", "t.csv", Unit::Bytes, 2048);
        let mut reading = progress.reading([0u8; 2048].as_slice());
        reading.read_exact(&mut [0; 1024]).expect("half of it");
        let line = reading.progress.line();
        assert_eq!(line, "predicting t.csv: 1.00 KiB of 2.00 KiB");
    }

    #[test]
    fn what_begins_anew_is_not_counted_twice() {
        let progress = Progress::new("downloading", "churn", Unit::Bytes, 4096);
        progress.advance(1024);
        progress.rewind(1024);
        progress.advance(2048);
        assert_eq!(progress.line(), "downloading churn: 2.00 KiB of 4.00 KiB");
    }
}
