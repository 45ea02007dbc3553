//! What a connection is doing and since when, so that slow clients are told from idle ones.
//!
//! hyper's own header timeout would also cut connections that merely wait for their next request, and a load balancer that reuses
//! such a connection at that moment would lose one. It also costs every request a timer; this costs a few stores, because time
//! is counted in ticks of one timer for all connections: [`super::connections`].

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicU8, AtomicU32,
            Ordering::{AcqRel, Acquire, Relaxed, Release},
        },
    },
    task::Waker,
};

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const REQUEST: u8 = 2;

/// Shared between a connection's socket and its requests, which run in one task, and the timer.
#[derive(Debug, Default)]
pub(super) struct Activity {
    state: AtomicU8,
    since: AtomicU32,
    now: AtomicU32,
    /// An [`Order`] that has not been taken yet.
    order: AtomicU8,
    /// The task that orders wake. It stays, because there may be several of them.
    task: Mutex<Option<Waker>>,
}

/// What a connection is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Order {
    /// To go on.
    None,
    /// To close after the answer in progress.
    Close,
    /// To close at once.
    Cut,
}

impl Activity {
    /// The time is stored before the state, and read after it: a tick that sees the new state does not see the old time with it, by
    /// which a request that has just begun would be slow.
    fn enter(&self, state: u8) {
        self.since.store(self.now.load(Relaxed), Relaxed);
        self.state.store(state, Release);
    }

    /// Bytes have come: of the next request, if none is being answered.
    pub(super) fn read(&self) {
        if self.state.load(Relaxed) == IDLE {
            self.enter(HEAD);
        }
    }

    /// The connection closes, for which a client has as long as for headers.
    pub(super) fn closing(&self) {
        self.enter(HEAD);
    }

    /// A request's headers are complete.
    pub(super) fn begin(&self) {
        self.enter(REQUEST);
    }

    /// The request is answered, or given up.
    pub(super) fn end(&self) {
        self.enter(IDLE);
    }

    /// Another tick has passed. A connection whose headers have begun and do not end is `slow` after so many of them and is cut; one
    /// without a request is `idle` and closes.
    pub(super) fn tick(&self, slow: u32, idle: u32) {
        let now = self.now.fetch_add(1, Relaxed).wrapping_add(1);
        let state = self.state.load(Acquire);
        let age = now.wrapping_sub(self.since.load(Relaxed));
        match state {
            HEAD if age > slow => self.order(Order::Cut),
            IDLE if age > idle => self.order(Order::Close),
            _ => {}
        }
    }

    /// Tells the connection to do something, and wakes it.
    pub(super) fn order(&self, order: Order) {
        self.order.fetch_max(order as u8, Release);
        if let Some(task) = &*self.task() {
            task.wake_by_ref();
        }
    }

    /// What the connection was told since it last asked. It is asked at every turn, so that nothing costs next to nothing.
    pub(super) fn orders(&self) -> Order {
        if self.order.load(Acquire) == Order::None as u8 {
            return Order::None;
        }
        match self.order.swap(Order::None as u8, AcqRel) {
            taken if taken == Order::Cut as u8 => Order::Cut,
            _ => Order::Close,
        }
    }

    /// Orders wake this task from now on.
    pub(super) fn runs_in(&self, task: &Waker) {
        *self.task() = Some(task.clone());
    }

    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, Barrier, atomic::AtomicUsize},
        task::Wake,
        thread,
    };

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn a_connection_that_was_told_to_close_is_woken_again_to_be_cut() {
        let (activity, woken) = (Activity::default(), Arc::new(Woken::default()));
        activity.runs_in(&woken.clone().into());
        activity.order(Order::Close);
        assert_eq!(activity.orders(), Order::Close);
        activity.order(Order::Cut);
        assert_eq!(woken.0.load(Relaxed), 2);
    }

    #[test]
    fn headers_that_do_not_end_are_slow_and_a_connection_without_requests_is_idle() {
        let activity = Activity::default();
        let tick = || {
            activity.tick(1, 2);
            activity.orders()
        };
        activity.read();
        assert_eq!([tick(), tick()], [Order::None, Order::Cut]);
        activity.begin();
        assert!((0..9).all(|_| tick() == Order::None));
        activity.end();
        assert_eq!(
            [tick(), tick(), tick()],
            [Order::None, Order::None, Order::Close]
        );
    }

    #[test]
    fn a_tick_at_the_moment_that_headers_begin_does_not_cut_the_connection() {
        const ROUNDS: usize = 20_000;
        let (activity, barrier) = (Activity::default(), Barrier::new(2));
        let cut = thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    activity.begin();
                    barrier.wait();
                    // The other thread lets the request grow old.
                    barrier.wait();
                    activity.closing();
                    barrier.wait();
                }
            });
            let cut = (0..ROUNDS).filter(|_| {
                barrier.wait();
                (0..4).for_each(|_| activity.tick(2, 100));
                barrier.wait();
                activity.tick(2, 100);
                barrier.wait();
                activity.orders() != Order::None
            });
            cut.count()
        });
        assert_eq!(cut, 0);
    }

    #[test]
    fn an_order_is_taken_once_and_the_stricter_one_wins() {
        let activity = Activity::default();
        activity.order(Order::Cut);
        activity.order(Order::Close);
        assert_eq!(
            [activity.orders(), activity.orders()],
            [Order::Cut, Order::None]
        );
    }
}
