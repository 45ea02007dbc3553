//! Whether this server is ready for traffic, and the reason when it is not.

use super::problem::{Code, Failure};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::watch;

/// From the start of a server to its drain: no model yet, the last attempt to load one failed, ready, draining.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    loading: Mutex<Loading>,
    /// Kept apart from `loading`, because every request reads it.
    draining: AtomicBool,
    /// Why the server is not ready, for those who wait for a change.
    told: watch::Sender<Option<&'static str>>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Loading {
    #[default]
    Begun,
    /// The reason is one of a closed set.
    Failed(&'static str),
    Done,
}

impl Readiness {
    /// The model did not load; `reason` is one of a closed set. The next attempt may do better.
    pub(super) fn failed(&self, reason: &'static str) {
        self.set(Loading::Failed(reason));
    }

    /// The model is there.
    pub(super) fn loaded(&self) {
        self.set(Loading::Done);
    }

    /// The server drains: it is not ready from now on, whether there is a model or not.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.tell();
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Why the server is not ready; `None` when it is.
    pub(super) fn reason(&self) -> Option<&'static str> {
        if self.is_draining() {
            return Some("draining");
        }
        match *self.loading.lock().unwrap_or_else(PoisonError::into_inner) {
            Loading::Begun => Some("model_not_loaded"),
            Loading::Failed(reason) => Some(reason),
            Loading::Done => None,
        }
    }

    /// The answer to a request that needs the model, before there is one.
    pub(super) fn no_model() -> Failure {
        Failure::new(
            Code::NotReady,
            "The model is not loaded yet; /health/ready tells when it is.",
        )
    }

    /// The answer to a probe while the server drains.
    pub(super) fn draining() -> Failure {
        Failure::new(Code::NotReady, "The server is about to end.")
    }

    fn set(&self, loading: Loading) {
        *self.loading.lock().unwrap_or_else(PoisonError::into_inner) = loading;
        self.tell();
    }

    /// Of two changes at a time the later one sees both.
    fn tell(&self) {
        self.told.send_modify(|reason| *reason = self.reason());
    }

    /// [`Readiness::reason`] from now on, with its changes.
    pub(super) fn watch(&self) -> watch::Receiver<Option<&'static str>> {
        // There may have been no change yet.
        self.tell();
        self.told.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_between_its_model_and_its_drain() {
        let readiness = Readiness::default();
        assert_eq!(readiness.reason(), Some("model_not_loaded"));
        readiness.failed("unavailable");
        assert_eq!(readiness.reason(), Some("unavailable"));
        readiness.loaded();
        assert_eq!(readiness.reason(), None);
        readiness.drain();
        assert_eq!(readiness.reason(), Some("draining"));
    }

    #[test]
    fn a_model_that_loads_during_the_drain_brings_no_traffic_back() {
        let readiness = Readiness::default();
        readiness.drain();
        readiness.loaded();
        assert_eq!(readiness.reason(), Some("draining"));
    }
}
