//! The bodies that are on their way: bounded in number and in bytes. Where there is no room left, the slowest of them has to go.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::Notify;

/// Every body is taken to have brought this much already, so that one that has just begun is not slower than one that trickles.
const HEAD_START: u128 = 64 << 10;

/// The bodies that are awaited now. A body that is there as soon as its headers never gets here.
pub(in crate::http) struct Waiting {
    most: usize,
    most_bytes: usize,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    /// Empty places are used again.
    bodies: Vec<Option<Coming>>,
    count: usize,
    bytes: usize,
}

struct Coming {
    since: Instant,
    bytes: usize,
    /// Woken when the body has lost its place.
    out: Arc<Notify>,
}

impl Coming {
    /// Whether this body comes more slowly than `other`: less has come in its time.
    fn is_slower_than(&self, other: &Self, now: Instant) -> bool {
        let age = |of: &Self| now.duration_since(of.since).as_nanos() + 1;
        let come = |of: &Self| of.bytes as u128 + HEAD_START;
        come(self) * age(other) < come(other) * age(self)
    }
}

impl Waiting {
    /// Room for `most` bodies of `most_bytes` together.
    pub(in crate::http) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            most,
            most_bytes,
            now: Mutex::default(),
        }
    }

    /// A place for a body that has just begun. If there is none left, the slowest body loses its own.
    pub(super) fn enter(&self) -> Place<'_> {
        let mut now = self.lock();
        if now.count >= self.most {
            now.put_out_slowest();
        }
        let out = Arc::new(Notify::new());
        let coming = Coming {
            since: Instant::now(),
            bytes: 0,
            out: out.clone(),
        };
        now.count += 1;
        let empty = now.bodies.iter().position(Option::is_none);
        let at = empty.unwrap_or_else(|| {
            now.bodies.push(None);
            now.bodies.len() - 1
        });
        now.bodies[at] = Some(coming);
        Place {
            waiting: self,
            at,
            out,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn put_out_slowest(&mut self) {
        let now = Instant::now();
        let mut slowest: Option<(usize, &Coming)> = None;
        for (at, coming) in self.bodies.iter().enumerate() {
            if let Some(coming) = coming
                && slowest.is_none_or(|(_, other)| coming.is_slower_than(other, now))
            {
                slowest = Some((at, coming));
            }
        }
        if let Some((at, coming)) = slowest {
            // Keeps the wake-up for a body that does not listen at this moment.
            coming.out.notify_one();
            self.clear(at);
        }
    }

    fn clear(&mut self, at: usize) {
        if let Some(coming) = self.bodies[at].take() {
            self.count -= 1;
            self.bytes -= coming.bytes;
        }
    }
}

/// The place of one body, given back when it is dropped.
pub(super) struct Place<'w> {
    waiting: &'w Waiting,
    at: usize,
    out: Arc<Notify>,
}

impl Place<'_> {
    /// So many bytes have come. If that is too much with those of the others, the slowest body loses its place.
    pub(super) fn grow(&self, bytes: usize) {
        let mut now = self.waiting.lock();
        if let Some(coming) = self.of(&mut now) {
            coming.bytes += bytes;
            now.bytes += bytes;
        }
        while now.bytes > self.waiting.most_bytes && now.count > 0 {
            now.put_out_slowest();
        }
    }

    /// Returns when the body has lost its place.
    pub(super) async fn lost(&self) {
        self.out.notified().await;
    }

    /// The body, if it still has this place: another one may be there since.
    fn of<'n>(&self, now: &'n mut Now) -> Option<&'n mut Coming> {
        let coming = now.bodies[self.at].as_mut();
        coming.filter(|coming| Arc::ptr_eq(&coming.out, &self.out))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut now = self.waiting.lock();
        if self.of(&mut now).is_some() {
            now.clear(self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn has_lost(place: &Place<'_>) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn the_slowest_body_makes_room_for_a_new_one() {
        let waiting = Waiting::new(3, 1 << 30);
        let places = [(); 3].map(|()| waiting.enter());
        places[0].grow(1 << 20);
        places[2].grow(1 << 20);
        let fourth = waiting.enter();
        assert_eq!(places.each_ref().map(has_lost), [false, true, false]);
        assert!(!has_lost(&fourth));
    }

    #[test]
    fn of_bodies_that_bring_nothing_the_oldest_goes_first() {
        let waiting = Waiting::new(2, 1 << 30);
        let (first, second) = (waiting.enter(), waiting.enter());
        let third = waiting.enter();
        assert_eq!(
            [&first, &second, &third].map(has_lost),
            [true, false, false]
        );
    }

    #[test]
    fn too_many_bytes_cost_the_slowest_body_its_place() {
        let waiting = Waiting::new(9, 1 << 20);
        let (idle, busy) = (waiting.enter(), waiting.enter());
        idle.grow(1);
        busy.grow(1 << 20);
        assert_eq!([&idle, &busy].map(has_lost), [true, false]);
    }

    #[test]
    fn a_place_is_free_again_when_its_body_is_there_or_gone() {
        let waiting = Waiting::new(1, 1 << 20);
        for _ in 0..3 {
            let place = waiting.enter();
            place.grow(1 << 19);
            assert!(!has_lost(&place));
        }
        let (lost, kept) = (waiting.enter(), waiting.enter());
        drop(lost);
        assert!(!has_lost(&kept));
        let now = waiting.lock();
        assert_eq!((now.count, now.bytes), (1, 0));
    }
}
