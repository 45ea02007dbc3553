//! Runs asynchronous work from blocking code.

use super::{error::RegistryError, waiting};
use std::time::Duration;

/// Runs `work` on a runtime of its own: one thread, this one. It may wait for `patience` in all: [`waiting`].
///
/// # Errors
/// What `work` fails with; `Disk` when the system gives no runtime.
pub(super) fn block_on<T>(
    patience: Option<Duration>,
    work: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| RegistryError::Disk(format!("no runtime for downloads: {error}")))?;
    let done = match patience {
        Some(patience) => runtime.block_on(waiting::within(patience, work)),
        None => runtime.block_on(work),
    };
    // The system's search for the address of a host may hang and cannot be ended. It must not hold up what has given up on it.
    runtime.shutdown_background();
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_search_for_an_address_that_hangs_holds_up_nothing() {
        let (end, hangs) = mpsc::channel::<()>();
        let searched = block_on(Some(Duration::from_millis(50)), async {
            let search = tokio::task::spawn_blocking(move || hangs.recv());
            waiting::wait("the address of mlflow", async {
                let _ = search.await;
                Ok(())
            })
            .await
        });
        assert!(matches!(searched, Err(RegistryError::Unavailable(_))));
        // Only now the search ends.
        drop(end);
    }
}
