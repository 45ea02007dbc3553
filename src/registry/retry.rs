//! Which requests are sent again, and when.
//!
//! This is our own loop and no crate's, because a server's `Retry-After` takes the place of the doubled wait and is jittered like it, and
//! because requests that are not idempotent have a rule of their own.

use super::error::RegistryError;
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
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        Self {
            error,
            may_have_acted: true,
            retry_after: None,
            code: None,
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

/// Makes up to four attempts while the failure may pass. The waits between them double and are jittered.
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
        if !passes || (idempotent == Idempotent::No && failed.may_have_acted) {
            return Err(failed);
        }
        let pause = failed
            .retry_after
            .unwrap_or(wait)
            .min(LONGEST_WAIT)
            .mul_f64(0.75 + rand::random::<f64>() / 2.0);
        tracing::debug!(error = %failed.error, retry_in_seconds = pause.as_secs_f64(), "the request is sent again");
        tokio::time::sleep(pause).await;
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
    async fn the_server_says_how_long_to_wait_within_reason() {
        let (_, time) = attempts(Idempotent::Yes, || busy(true, Some(2))).await;
        assert!(time >= Duration::from_secs(6).mul_f64(0.75), "{time:?}");
        let (_, time) = attempts(Idempotent::Yes, || busy(true, Some(3600))).await;
        assert!(time <= (LONGEST_WAIT * 3).mul_f64(1.26), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_creates_is_sent_again_only_if_nothing_was_created() {
        assert_eq!(attempts(Idempotent::No, || busy(true, None)).await.0, 1);
        assert_eq!(attempts(Idempotent::No, || busy(false, None)).await.0, 4);
    }
}
