//! All connections of a listener: one timer looks after them, and one order closes them.
//!
//! A timer and a channel for each connection would be asked at every turn of it, which costs a request more than its metrics do.

use super::activity::{Activity, Order};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The connections that there are, and some that have ended since the last tick.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    watched: Vec<(Weak<Activity>, Ends)>,
    /// Whether all of them were told to close, and a new one is too.
    closing: bool,
}

/// Who finds out that the client of a connection is slow or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// The timer.
    ByTicks,
    /// The protocol.
    ByItself,
}

impl Connections {
    /// A new connection.
    pub(super) fn enter(&self, ends: Ends) -> Arc<Activity> {
        let activity = Arc::new(Activity::default());
        let mut known = self.lock();
        if known.closing {
            activity.order(Order::Close);
        }
        known.watched.push((Arc::downgrade(&activity), ends));
        activity
    }

    /// Another tick has passed; `slow` and `idle` are counted in ticks.
    pub(super) fn tick(&self, slow: u32, idle: u32) {
        self.lock().watched.retain(|(activity, ends)| {
            let activity = activity.upgrade();
            if let Some(activity) = &activity
                && *ends == Ends::ByTicks
            {
                activity.tick(slow, idle);
            }
            activity.is_some()
        });
    }

    /// Tells all connections to close after the answers in progress, those to come as well.
    pub(super) fn close(&self) {
        let mut known = self.lock();
        known.closing = true;
        let there = known.watched.iter();
        let there = there.filter_map(|(activity, _)| activity.upgrade());
        there.for_each(|activity| activity.order(Order::Close));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_there_and_those_to_come_are_told_to_close() {
        let all = Connections::default();
        let before = all.enter(Ends::ByItself);
        all.close();
        let after = all.enter(Ends::ByTicks);
        assert_eq!([before.orders(), after.orders()], [Order::Close; 2]);
    }

    #[test]
    fn ticks_are_for_those_that_do_not_find_slow_clients_by_themselves() {
        let all = Connections::default();
        let (ticked, own) = (all.enter(Ends::ByTicks), all.enter(Ends::ByItself));
        ticked.read();
        own.read();
        (0..3).for_each(|_| all.tick(1, 1));
        assert_eq!([ticked.orders(), own.orders()], [Order::Cut, Order::None]);
    }

    #[test]
    fn a_connection_that_has_ended_is_forgotten_at_the_next_tick() {
        let all = Connections::default();
        let stays = all.enter(Ends::ByTicks);
        drop(all.enter(Ends::ByTicks));
        all.tick(1, 1);
        assert_eq!(all.lock().watched.len(), 1);
        drop(stays);
    }
}
