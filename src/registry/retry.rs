//! Which requests are sent again, and when.
//!
//! This is our own loop and no crate's, because a server's `Retry-After` takes the place of the doubled wait and is jittered like it, and
//! because requests that are not idempotent have a rule of their own.

use super::{error::RegistryError, waiting};
use std::time::Duration;

const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// One attempt that failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: RegistryError,
    /// Whether the request may have had an effect.
    pub(super) may_have_acted: bool,
    /// How long the server asks us to wait.
    pub(super) retry_after: Option<Duration>,
    /// The `error_code` of MLflow's answer, such as `RESOURCE_ALREADY_EXISTS`.
    pub(super) code: Option<String>,
    /// The status of the answer, if there was a whole one that is no success.
    pub(super) status: Option<u16>,
    /// Whether it took so long that nobody would wait for it again.
    pub(super) was_long: bool,
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        Self {
            error,
            was_long: false,
            may_have_acted: true,
            retry_after: None,
            code: None,
            status: None,
        }
    }
}

impl From<Failed> for RegistryError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// Whether the same request may be sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idempotent {
    /// Reading, and writing the same content again.
    Yes,
    /// Creating something: sent again only when the first request cannot have had an effect.
    No,
}

/// Makes up to four attempts while the failure may pass and there is time. The waits between them double and are jittered.
///
/// # Errors
/// The last failure.
pub(super) async fn retry<T>(
    idempotent: Idempotent,
    mut attempt: impl AsyncFnMut() -> Result<T, Failed>,
) -> Result<T, Failed> {
    let mut wait = FIRST_WAIT;
    for _ in 1..ATTEMPTS {
        let failed = match attempt().await {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        let passes = matches!(failed.error, RegistryError::Unavailable(_));
        if !passes || failed.was_long || (idempotent == Idempotent::No && failed.may_have_acted) {
            return Err(failed);
        }
        let pause = failed
            .retry_after
            .unwrap_or(wait)
            .min(LONGEST_WAIT)
            .mul_f64(0.75 + rand::random::<f64>() / 2.0);
        if waiting::left().is_some_and(|left| left <= pause) {
            return Err(failed);
        }
        tracing::debug!(error = %failed.error, retry_in_seconds = pause.as_secs_f64(), "the request is sent again");
        let over = async {
            tokio::time::sleep(pause).await;
            Ok::<_, Failed>(())
        };
        waiting::wait(&format!("the next try ({})", failed.error), over).await?;
        wait *= 2;
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn busy(may_have_acted: bool, retry_after: Option<u64>) -> Failed {
        Failed {
            may_have_acted,
            retry_after: retry_after.map(Duration::from_secs),
            ..RegistryError::Unavailable("busy".into()).into()
        }
    }

    /// The attempts that were made, and the time they took.
    async fn attempts(idempotent: Idempotent, failed: impl Fn() -> Failed) -> (u32, Duration) {
        let (mut count, start) = (0, Instant::now());
        let failing = async || {
            count += 1;
            Err::<(), _>(failed())
        };
        retry(idempotent, failing)
            .await
            .expect_err("it never works");
        (count, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_four_times_with_doubled_waits() {
        let (count, time) = attempts(Idempotent::Yes, || busy(true, None)).await;
        assert_eq!(count, 4);
        let waits = FIRST_WAIT * (1 + 2 + 4);
        assert!(
            time >= waits.mul_f64(0.75) && time <= waits.mul_f64(1.26),
            "{time:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_is_tried_once() {
        let gone = || RegistryError::NotFound("gone".into()).into();
        assert_eq!(attempts(Idempotent::Yes, gone).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_waited_for_long_enough_is_tried_once() {
        let hung = || Failed {
            was_long: true,
            ..busy(false, None)
        };
        assert_eq!(attempts(Idempotent::Yes, hung).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_says_how_long_to_wait_within_reason() {
        let (_, time) = attempts(Idempotent::Yes, || busy(true, Some(2))).await;
        assert!(time >= Duration::from_secs(6).mul_f64(0.75), "{time:?}");
        let (_, time) = attempts(Idempotent::Yes, || busy(true, Some(3600))).await;
        assert!(time <= (LONGEST_WAIT * 3).mul_f64(1.26), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_tried_when_the_time_is_over() {
        let few = attempts(Idempotent::Yes, || busy(true, Some(8)));
        let (count, time) = waiting::within(Duration::from_secs(15), few).await;
        assert!(
            count < 4 && time < Duration::from_secs(15),
            "{count} {time:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_creates_is_sent_again_only_if_nothing_was_created() {
        assert_eq!(attempts(Idempotent::No, || busy(true, None)).await.0, 1);
        assert_eq!(attempts(Idempotent::No, || busy(false, None)).await.0, 4);
    }
}
