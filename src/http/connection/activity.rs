//! What a connection is doing and since when, so that slow clients are told from idle ones.
//!
//! hyper's own header timeout would also cut connections that merely wait for their next request, and a load balancer that reuses
//! such a connection at that moment would lose one. It also costs every request a timer; this costs a few relaxed stores, because time
//! is counted in ticks of one timer per connection.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicU32, Ordering::Relaxed},
};

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const REQUEST: u8 = 2;

/// Shared between a connection's socket, its requests and its timer, all of which run in one task.
#[derive(Debug, Default)]
pub(in crate::http) struct Activity {
    state: AtomicU8,
    since: AtomicU32,
    now: AtomicU32,
}

/// What should become of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Verdict {
    Keep,
    /// It was idle for too long: close it after the answer in progress.
    Idle,
    /// A request's headers have begun and do not end: close it at once.
    Slow,
}

impl Activity {
    fn enter(&self, state: u8) {
        self.state.store(state, Relaxed);
        self.since.store(self.now.load(Relaxed), Relaxed);
    }

    /// Bytes have come: of the next request, if none is being answered.
    pub(in crate::http) fn read(&self) {
        if self.state.load(Relaxed) == IDLE {
            self.enter(HEAD);
        }
    }

    /// The connection closes, for which a client has as long as for headers.
    pub(in crate::http) fn closing(&self) {
        self.enter(HEAD);
    }

    /// A request's headers are complete. The request ends when the guard is dropped.
    pub(in crate::http) fn request(self: &Arc<Self>) -> Busy {
        self.enter(REQUEST);
        Busy(self.clone())
    }

    /// Another tick has passed. `slow` and `idle` are counted in ticks.
    pub(in crate::http) fn tick(&self, slow: u32, idle: u32) -> Verdict {
        let now = self.now.fetch_add(1, Relaxed).wrapping_add(1);
        let age = now.wrapping_sub(self.since.load(Relaxed));
        match self.state.load(Relaxed) {
            HEAD if age > slow => Verdict::Slow,
            IDLE if age > idle => Verdict::Idle,
            _ => Verdict::Keep,
        }
    }
}

/// A request that is being answered.
pub(in crate::http) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.enter(IDLE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_do_not_end_are_slow_and_a_connection_without_requests_is_idle() {
        let activity = Arc::new(Activity::default());
        activity.enter(HEAD);
        assert_eq!(activity.tick(1, 2), Verdict::Keep);
        assert_eq!(activity.tick(1, 2), Verdict::Slow);
        let busy = activity.request();
        assert!((0..9).all(|_| activity.tick(1, 2) == Verdict::Keep));
        drop(busy);
        assert_eq!(
            [(); 3].map(|()| activity.tick(1, 2)),
            [Verdict::Keep, Verdict::Keep, Verdict::Idle]
        );
    }
}
