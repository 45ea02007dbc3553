//! The time that an attempt to get a package may wait.
//!
//! An attempt has a budget of seconds. Waiting spends it, whatever is waited for: a connection, credentials, an answer, a listing, bytes.
//! Bytes of the model refill it, up to the whole, so that a large download may take long, but neither a pause in it nor a trickle of bytes.
//! A wait of more than a second has a line in the log, and further ones while it goes on.
//!
//! The budget belongs to the task that [`within`] runs, so that the places need not hand it on. Work outside of it may take any time.

use super::error::RegistryError;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// So many bytes of the model refill the budget by a second.
const BYTES_PER_SECOND: u64 = 16 << 10;
/// The first wait that has a line in the log.
const LONG: Duration = Duration::from_secs(1);
/// The longest that one answer may take, as a part of the budget, so that others can be asked again.
const PART: u32 = 3;
/// No answer has less time than this, if the budget has it.
const LEAST: Duration = Duration::from_secs(6);
/// The longest that a wait may take outside of a budget, where nothing is uploaded.
const UNBUDGETED: Duration = Duration::from_secs(30);

tokio::task_local! {
    static BUDGET: Budget;
}

#[derive(Clone)]
struct Budget(Arc<Mutex<Left>>);

#[derive(Clone, Copy)]
struct Left {
    whole: Duration,
    deadline: Instant,
}

impl Budget {
    fn new(whole: Duration) -> Self {
        let deadline = Instant::now() + whole;
        Self(Arc::new(Mutex::new(Left { whole, deadline })))
    }

    fn left(&self) -> Left {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Left)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Runs `work` with a budget of `whole`.
pub(super) async fn within<T>(whole: Duration, work: impl Future<Output = T>) -> T {
    BUDGET.scope(Budget::new(whole), work).await
}

/// Gives the attempt a new budget of `whole`, because what it waits for from now on is worth it.
pub(super) fn begin_anew(whole: Duration) {
    // Without a budget there is nothing to change.
    let _ = BUDGET.try_with(|budget| {
        budget.change(|left| {
            left.whole = whole;
            left.deadline = Instant::now() + whole;
        });
    });
}

/// Takes from the budget what is above `most`, because there is something to go on with.
pub(super) fn at_most(most: Duration) {
    let _ = BUDGET.try_with(|budget| {
        budget.change(|left| left.deadline = left.deadline.min(Instant::now() + most));
    });
}

/// Counts bytes of the model that came.
pub(super) fn came(bytes: u64) {
    let _ = BUDGET.try_with(|budget| {
        budget.change(|left| {
            let more = Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND as f64);
            left.deadline = (left.deadline + more).min(Instant::now() + left.whole);
        });
    });
}

/// What is left of the budget, where there is one.
pub(super) fn left() -> Option<Duration> {
    let left = BUDGET.try_with(Budget::left).ok()?;
    Some(left.deadline.saturating_duration_since(Instant::now()))
}

/// Waits for one answer to a question, which is small and must come soon.
///
/// # Errors
/// As [`wait`].
pub(super) async fn answer<T, E: From<RegistryError>>(
    of: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let whole = BUDGET.try_with(|budget| budget.left().whole);
    let longest = whole.map_or(UNBUDGETED, |whole| (whole / PART).max(LEAST));
    wait_until(of, Some(Instant::now() + longest), work).await
}

/// Waits for something that may take as long as there is budget. `of` is what is waited for, without secrets.
///
/// # Errors
/// Those of `work`, and `Unavailable` when the time is over.
pub(super) async fn wait<T, E: From<RegistryError>>(
    of: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let unbudgeted = BUDGET.try_with(|_| ()).is_err();
    let limit = unbudgeted.then(|| Instant::now() + UNBUDGETED);
    wait_until(of, limit, work).await
}

/// The same, but outside of a budget it may take any time.
///
/// # Errors
/// As [`wait`].
pub(super) async fn as_long_as_it_takes<T, E: From<RegistryError>>(
    of: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    wait_until(of, None, work).await
}

async fn wait_until<T, E: From<RegistryError>>(
    of: &str,
    limit: Option<Instant>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let start = Instant::now();
    let mut work = std::pin::pin!(work);
    let mut told = LONG;
    loop {
        let next = start + told;
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep_until(end(limit).map_or(next, |end| end.min(next))) => {}
        }
        // Asked again: what others downloaded meanwhile has refilled the budget.
        let (end, now) = (end(limit), Instant::now());
        let waited = rounded(now.duration_since(start));
        if end.is_some_and(|end| end <= now) {
            let text = format!("{of} has not answered within {waited} s");
            return Err(RegistryError::Unavailable(text).into());
        }
        if next <= now {
            let left = end.map(|end| rounded(end.duration_since(now)));
            let gives_up = left.map_or(String::new(), |left| format!("; gives up in {left} s"));
            tracing::info!("waiting for {of} since {waited} s{gives_up}");
            told *= 2;
        }
    }
}

/// When a wait is over, by its own limit and by the budget.
fn end(limit: Option<Instant>) -> Option<Instant> {
    let deadline = BUDGET.try_with(|budget| budget.left().deadline).ok();
    [limit, deadline].into_iter().flatten().min()
}

/// Whole seconds, or tenths of the first ones.
fn rounded(time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds < 10.0 {
        (seconds * 10.0).round() / 10.0
    } else {
        seconds.round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn forever() -> Result<(), RegistryError> {
        std::future::pending().await
    }

    /// How long `work` takes in a budget of 30 s until it fails.
    async fn until_it_fails(work: impl Future<Output = Result<(), RegistryError>>) -> Duration {
        let start = Instant::now();
        let error = within(Duration::from_secs(30), work).await;
        assert!(matches!(error, Err(RegistryError::Unavailable(_))));
        start.elapsed()
    }

    fn about(time: Duration, seconds: u64) -> bool {
        time.abs_diff(Duration::from_secs(seconds)) < Duration::from_millis(50)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_take_a_part_of_the_budget_and_all_waits_together_the_whole() {
        let one = until_it_fails(answer("a server", forever())).await;
        assert!(about(one, 10), "{one:?}");
        let all = until_it_fails(async {
            loop {
                let waited = answer("a server", forever()).await;
                if left() == Some(Duration::ZERO) {
                    return waited;
                }
            }
        });
        let all = all.await;
        assert!(about(all, 30), "{all:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_download_may_take_long_but_not_pause_for_long() {
        let piece = || async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            Ok::<_, RegistryError>(())
        };
        let time = until_it_fails(async {
            for _ in 0..100 {
                wait("a file", piece()).await?;
                came(1 << 20);
            }
            wait("a file", forever()).await
        });
        let time = time.await;
        assert!(about(time, 100 * 20 + 30), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_of_bytes_is_no_progress() {
        let time = until_it_fails(async {
            loop {
                let drop = async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok::<_, RegistryError>(())
                };
                wait("a file", drop).await?;
                came(100);
            }
        });
        let time = time.await;
        assert!(time < Duration::from_secs(32), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_ends_does_not_fail_because_another_one_refilled_the_budget() {
        let slow = async {
            tokio::time::sleep(Duration::from_secs(40)).await;
            Ok::<_, RegistryError>(())
        };
        let other = async {
            tokio::time::sleep(Duration::from_secs(29)).await;
            came(1 << 30);
        };
        within(Duration::from_secs(30), async {
            tokio::join!(wait("a file", slow), other).0
        })
        .await
        .expect("in time");
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_budget_waits_for_an_answer_only() {
        let start = Instant::now();
        answer("a server", forever()).await.expect_err("too long");
        assert!(about(start.elapsed(), 30));
    }
}
