//! Runs asynchronous work from blocking code.

use super::error::RegistryError;

/// Runs `work` on a runtime of its own: one thread, this one.
///
/// # Errors
/// What `work` fails with; `Disk` when the system gives no runtime.
pub(super) fn block_on<T>(
    work: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|error| RegistryError::Disk(format!("no runtime for downloads: {error}")))?
        .block_on(work)
}
