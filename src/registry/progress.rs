//! How far a download is: a bar on a terminal, elsewhere a line in the log now and then.

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Between two lines in the log.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Progress {
    what: String,
    bar: ProgressBar,
    said: Mutex<Instant>,
}

impl Progress {
    /// `total` is 0 where it is not known.
    pub(super) fn new(what: &str, total: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(total).filter(|total| *total > 0),
            if terminal {
                ProgressDrawTarget::stderr()
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        if let Ok(style) = ProgressStyle::with_template(
            "downloading {bar:40} {bytes} of {total_bytes}, {eta} left",
        ) {
            bar.set_style(style);
        }
        Self {
            what: what.to_owned(),
            bar,
            said: Mutex::new(Instant::now()),
        }
    }

    pub(super) fn forth(&self, bytes: u64) {
        self.bar.inc(bytes);
        let Ok(mut said) = self.said.lock() else {
            return;
        };
        if self.bar.is_hidden() && said.elapsed() >= PAUSE {
            *said = Instant::now();
            let total = self
                .bar
                .length()
                .map(|total| format!(" of {}", HumanBytes(total)))
                .unwrap_or_default();
            tracing::info!(
                "downloading {}: {}{total}",
                self.what,
                HumanBytes(self.bar.position())
            );
        }
    }

    /// A file begins anew.
    pub(super) fn back(&self, bytes: u64) {
        self.bar
            .set_position(self.bar.position().saturating_sub(bytes));
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
